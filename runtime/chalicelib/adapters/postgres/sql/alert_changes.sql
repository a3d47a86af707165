-- name: student_of_alert
-- Whose lock a change waits for. Uses alert_pkey.
SELECT student::text FROM alert WHERE alert_id = %(alert_id)s

-- name: case
-- An alert as people work on it; it stays as it is until the transaction ends. Uses alert_pkey,
-- intervention_pkey.
SELECT a.version, a.course, a.progress, a.assignee, a.snoozed_until, a.cleared_at, a.outcome,
       a.quiet_until,
       (SELECT coalesce(json_agg(json_build_object(
          'number', i.number, 'kind', i.kind, 'person', i.person, 'started_at', i.started_at,
          'ended_at', i.ended_at, 'outcome', i.outcome) ORDER BY i.number), '[]')::text
        FROM intervention i WHERE i.alert_id = a.alert_id)
FROM alert a WHERE a.alert_id = %(alert_id)s
FOR UPDATE OF a

-- name: change
-- What a person has made of it, and its history. Uses alert_pkey.
WITH changed AS (
  UPDATE alert SET version = %(version)s, progress = %(progress)s, assignee = %(assignee)s,
                   snoozed_until = %(snoozed_until)s, cleared_at = %(closed_at)s,
                   outcome = %(outcome)s, quiet_until = %(quiet_until)s,
                   noted_at = CASE WHEN %(noted)s THEN %(as_of)s ELSE noted_at END
  WHERE alert_id = %(alert_id)s
)
INSERT INTO alert_history (alert_id, version, change, because, changed_at, person, details)
VALUES (%(alert_id)s, %(version)s, %(change)s, %(because)s, %(as_of)s, %(person)s, %(details)s)

-- name: intervene
INSERT INTO intervention AS i (alert_id, number, kind, person, started_at, ended_at, outcome)
VALUES (%(alert_id)s, %(number)s, %(kind)s, %(person)s, %(started_at)s, %(ended_at)s, %(outcome)s)
ON CONFLICT (alert_id, number) DO UPDATE SET ended_at = excluded.ended_at, outcome = excluded.outcome

-- name: uncount
-- One open alert less of that student in that course. Uses alert_pkey, standing_pkey.
UPDATE standing s SET open_alerts = s.open_alerts - 1
FROM alert a WHERE a.alert_id = %(alert_id)s AND s.student = a.student AND s.course = a.course

-- name: announce
-- Tell of it, not before a moment.
INSERT INTO announcement (alert_id, kind, due_at)
VALUES (%(alert_id)s, %(kind)s, coalesce(%(due_at)s, '-infinity'::timestamptz))
