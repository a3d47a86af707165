-- name: known_alerts
-- The open alerts of these students and courses, and those closed so short a while ago that they
-- keep a rule quiet. Uses alert_one_open, alert_quiet.
SELECT true, a.alert_id, a.student::text, a.course, a.rule, a.severity, a.because
FROM unnest(%(student)s::uuid[], %(course)s::text[]) AS t (student, course)
JOIN alert a ON a.student = t.student AND a.course = t.course AND a.cleared_at IS NULL
UNION ALL
SELECT false, a.alert_id, a.student::text, a.course, a.rule, a.severity, ''
FROM unnest(%(student)s::uuid[], %(course)s::text[]) AS t (student, course)
JOIN alert a ON a.student = t.student AND a.course = t.course
            AND a.quiet_until > %(as_of)s AND a.cleared_at IS NOT NULL

-- name: raise_alerts
-- Open alerts with their history, their announcement and the standing's count of them.
WITH opened AS (
  INSERT INTO alert (student, course, rule, severity, because, evidence, opened_at)
  SELECT student, course, rule, severity, because, evidence::jsonb, %(as_of)s
  FROM unnest(%(student)s::uuid[], %(course)s::text[], %(rule)s::text[], %(severity)s::smallint[],
              %(because)s::text[], %(evidence)s::text[])
         AS t (student, course, rule, severity, because, evidence)
  ON CONFLICT (course, student, rule) WHERE cleared_at IS NULL DO NOTHING
  RETURNING alert_id, student, course, because, severity, evidence
), told AS (
  INSERT INTO alert_history (alert_id, version, change, because, changed_at, severity, evidence)
  SELECT alert_id, 1, 'opened', because, %(as_of)s, severity, evidence FROM opened
), announced AS (
  INSERT INTO announcement (alert_id, kind) SELECT alert_id, 'opened' FROM opened
)
UPDATE standing s SET open_alerts = s.open_alerts + n.added
FROM (SELECT student, course, count(*) AS added FROM opened GROUP BY student, course) AS n
WHERE s.student = n.student AND s.course = n.course

-- name: update_alerts
-- New numbers in an open alert; the history keeps each. One that has become more severe is told of
-- again, and is not what somebody has snoozed. Uses alert_pkey.
WITH updated AS (
  UPDATE alert a SET severity = t.severity, because = t.because, evidence = t.evidence::jsonb,
                     snoozed_until = CASE WHEN NOT t.worse THEN a.snoozed_until END,
                     version = a.version + 1
  FROM unnest(%(alert_id)s::bigint[], %(severity)s::smallint[], %(because)s::text[],
              %(evidence)s::text[], %(worse)s::boolean[])
         AS t (alert_id, severity, because, evidence, worse)
  JOIN alert before ON before.alert_id = t.alert_id
  WHERE a.alert_id = t.alert_id AND a.cleared_at IS NULL
  RETURNING a.alert_id, a.version, a.because, a.severity, a.evidence, t.worse,
            t.worse AND coalesce(before.snoozed_until > %(as_of)s, false) AS woken
), announced AS (
  INSERT INTO announcement (alert_id, kind) SELECT alert_id, 'escalated' FROM updated WHERE worse
)
INSERT INTO alert_history (alert_id, version, change, because, changed_at, severity, evidence, details)
SELECT alert_id, version, 'updated', because, %(as_of)s, severity, evidence,
       CASE WHEN woken THEN '{"woken": true}' END
FROM updated

-- name: clear_alerts
-- The condition has ended: close, keep the history, tell, count; it stays quiet for some days.
WITH cleared AS (
  UPDATE alert a SET cleared_at = greatest(%(as_of)s, a.opened_at), version = a.version + 1,
                     quiet_until = greatest(%(as_of)s, a.opened_at) + t.quiet_days * interval '1 day'
  FROM unnest(%(alert_id)s::bigint[], %(quiet_days)s::integer[]) AS t (alert_id, quiet_days)
  WHERE a.alert_id = t.alert_id AND a.cleared_at IS NULL
  RETURNING a.alert_id, a.version, a.student, a.course
), told AS (
  INSERT INTO alert_history (alert_id, version, change, because, changed_at)
  SELECT alert_id, version, 'cleared', 'The condition has ended.', %(as_of)s FROM cleared
), announced AS (
  INSERT INTO announcement (alert_id, kind) SELECT alert_id, 'cleared' FROM cleared
)
UPDATE standing s SET open_alerts = s.open_alerts - n.gone
FROM (SELECT student, course, count(*) AS gone FROM cleared GROUP BY student, course) AS n
WHERE s.student = n.student AND s.course = n.course
