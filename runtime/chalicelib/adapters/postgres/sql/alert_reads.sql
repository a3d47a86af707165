-- name: newest
-- Alerts, newest first; a state is asked for by what it is made of, so that the planner knows how
-- rare it is. Uses alert_by_time, alert_by_course, alert_by_student, alert_by_assignee,
-- alert_open_by_time or alert_resolved_by_time; the risk is looked up for the page alone, by
-- risk_daily_pkey.
SELECT a.opened_at, a.alert_id,
       a.alert_id, nullif(a.student, %(nobody)s)::text, nullif(a.course, ''), a.rule,
       (ARRAY['watch', 'elevated', 'high'])[a.severity],
       alert_state(a.progress, a.outcome, a.cleared_at, a.snoozed_until, %(as_of)s), a.because,
       a.assignee, a.snoozed_until, a.opened_at, a.noted_at, a.cleared_at, a.outcome, r.points, a.version
FROM (
  SELECT a.* FROM alert a
  WHERE (a.opened_at, a.alert_id) < (%(before)s, %(before_id)s)
    AND (%(course)s::text IS NULL OR a.course = %(course)s)
    AND (%(student)s::uuid IS NULL OR a.student = %(student)s::uuid)
    AND (%(assignee)s::text IS NULL OR a.assignee = %(assignee)s)
    AND (%(rule)s::text IS NULL OR a.rule = %(rule)s)
    AND (%(closed)s::boolean IS NULL OR (a.cleared_at IS NOT NULL) = %(closed)s)
    AND (%(resolved)s::boolean IS NULL OR (a.outcome IS NOT NULL) = %(resolved)s)
    AND (%(snoozed)s::boolean IS NULL OR coalesce(a.snoozed_until > %(as_of)s, false) = %(snoozed)s)
    AND (%(progress)s::text IS NULL OR a.progress = %(progress)s)
  ORDER BY a.opened_at DESC, a.alert_id DESC
  LIMIT %(limit)s
) AS a CROSS JOIN LATERAL risk_moved(a.student, a.course, %(today)s) AS r
ORDER BY a.opened_at DESC, a.alert_id DESC

-- name: todo
-- What is to be done, first things first: severity, change of the risk in 7 days, days without a note.
-- For a course, a student or an assignee: uses alert_one_open, alert_by_student or alert_by_assignee,
-- and risk_daily_pkey.
SELECT a.mild, a.better, a.since, a.alert_id,
       a.alert_id, nullif(a.student, %(nobody)s)::text, nullif(a.course, ''), a.rule,
       (ARRAY['watch', 'elevated', 'high'])[a.severity],
       alert_state(a.progress, a.outcome, a.cleared_at, a.snoozed_until, %(as_of)s), a.because,
       a.assignee, a.snoozed_until, a.opened_at, a.noted_at, a.cleared_at, a.outcome, a.points, a.version
FROM (
  SELECT a.*, -a.severity AS mild, -coalesce(a.points, 0) AS better,
         coalesce(a.noted_at, a.opened_at) AS since
  FROM (
    SELECT a.*, r.points
    FROM alert a CROSS JOIN LATERAL risk_moved(a.student, a.course, %(today)s) AS r
    WHERE a.cleared_at IS NULL
      AND (%(course)s::text IS NULL OR a.course = %(course)s)
      AND (%(student)s::uuid IS NULL OR a.student = %(student)s::uuid)
      AND (%(assignee)s::text IS NULL OR a.assignee = %(assignee)s)
      AND (%(rule)s::text IS NULL OR a.rule = %(rule)s)
      AND (%(snoozed)s::boolean IS NULL
           OR coalesce(a.snoozed_until > %(as_of)s, false) = %(snoozed)s)
      AND (%(progress)s::text IS NULL OR a.progress = %(progress)s)
    OFFSET 0  -- the risk is looked up once, not wherever it is used
  ) AS a
) AS a
WHERE (a.mild, a.better, a.since, a.alert_id)
      > (%(mild)s, %(better)s, %(since)s, %(after_id)s)
ORDER BY a.mild, a.better, a.since, a.alert_id
LIMIT %(limit)s

-- name: alert
-- One alert with its evidence, its interventions and its history. Uses alert_pkey,
-- alert_history_pkey, intervention_pkey, risk_daily_pkey.
SELECT a.alert_id, nullif(a.student, %(nobody)s)::text, nullif(a.course, ''), a.rule,
       (ARRAY['watch', 'elevated', 'high'])[a.severity],
       alert_state(a.progress, a.outcome, a.cleared_at, a.snoozed_until, %(as_of)s), a.because,
       a.assignee, a.snoozed_until, a.opened_at, a.noted_at, a.cleared_at, a.outcome, r.points, a.version,
       json_build_array(
         a.evidence,
         (SELECT coalesce(json_agg(i), '[]') FROM (
            SELECT number, kind, person, started_at, ended_at, outcome
            FROM intervention WHERE alert_id = a.alert_id ORDER BY number) AS i),
         (SELECT coalesce(json_agg(h), '[]') FROM (
            SELECT version, change, because, nullif(person, '') AS person, details::json AS details,
                   changed_at
            FROM alert_history WHERE alert_id = a.alert_id ORDER BY version) AS h))::text
FROM alert a CROSS JOIN LATERAL risk_moved(a.student, a.course, %(today)s) AS r
WHERE a.alert_id = %(alert_id)s

-- name: events_behind
-- The events that the evidence of a student's alert names, and of absence those of the sessions
-- missed; the latest ones. The student is named, since nothing but a value gets through the fence of
-- seen_event to its index. Uses event_identity, attendance_pkey.
SELECT e.occurred_at, e.event_uid::text, e.event_type, e.source, e.event_id, nullif(e.course, ''),
       e.subject, e.details
FROM seen_event e
WHERE e.student = %(student)s::uuid AND e.event_uid IN (
  SELECT jsonb_array_elements_text(a.evidence -> 'events')::uuid
  FROM alert a WHERE a.alert_id = %(alert_id)s
  UNION ALL
  SELECT t.event_uid FROM alert a JOIN attendance t USING (student, course)
  WHERE a.alert_id = %(alert_id)s AND a.rule = 'chronic_absence'
    AND t.status = ANY (%(missed)s::smallint[])
)
ORDER BY e.occurred_at DESC, e.event_uid DESC
LIMIT 100

-- name: own
-- What somebody's lists of alerts are made of, instead of all alerts: those of her courses and
-- students, which are few beside all. OFFSET 0, so that they are found by alert_by_course and
-- alert_by_student and sorted then, and not sought among all in the order of the list.
SELECT * FROM alert
WHERE course = ANY (%(courses)s::text[]) OR student = ANY (%(students)s::uuid[])
OFFSET 0
