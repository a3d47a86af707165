-- name: student
-- One student: the standing in every course, the work behind it, open alerts. Uses standing_pkey,
-- result_pkey, item_pkey, alert_one_open.
SELECT json_build_object(
  'student', %(student)s,
  'as_of', %(as_of)s::timestamptz,
  'courses', json_agg(json_build_object(
    'course', nullif(s.course, ''),
    'title', c.title,
    'enrolled', coalesce(s.enrolled @> %(as_of)s, true),
    'risk_bucket', s.risk_bucket,
    'marks', json_build_object(
      'count', cardinality(s.marks_bp),
      'mean', CASE WHEN s.weight_sum > 0
                   THEN round(s.weighted_sum / s.weight_sum::numeric / 100, 2) END,
      'latest', round(s.marks_bp[cardinality(s.marks_bp)] / 100.0, 2),
      'weeks', coalesce(r.weeks, '[]')),
    'work', json_build_object('due', coalesce(d.due, 0), 'handed_in', s.handed_in, 'late', s.late,
                              'missing', coalesce(d.missing, 0)),
    'attendance', json_build_object(
      'sessions', s.sessions, 'attended', s.attended,
      'rate', CASE WHEN s.sessions > 0 THEN round(100.0 * s.attended / s.sessions, 2) END),
    'last_activity_on', greatest(s.last_activity_on, s.last_submitted_on),
    'items', coalesce(r.items, '[]')) ORDER BY s.course),
  'alerts', (SELECT coalesce(json_agg(json_build_object(
      'alert_id', a.alert_id, 'course', nullif(a.course, ''), 'rule', a.rule,
      'severity', (ARRAY['watch', 'elevated', 'high'])[a.severity], 'because', a.because,
      'evidence', a.evidence, 'opened_at', a.opened_at) ORDER BY a.severity DESC, a.opened_at), '[]')
    FROM alert a WHERE a.student = %(student)s AND a.cleared_at IS NULL))::text
FROM standing s
LEFT JOIN course c USING (course)
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_object(
           'item', w.item, 'title', i.title, 'mark', round(w.score_bp / 100.0, 2),
           'excused', w.excused, 'optional', coalesce(i.optional, false),
           'submitted_at', w.first_submitted_at, 'due_at', coalesce(i.due_at, w.due_at),
           'late', coalesce(w.first_submitted_at > coalesce(i.due_at, w.due_at), false))
           ORDER BY coalesce(i.due_at, w.due_at), w.item) AS items,
         (SELECT json_agg(json_build_object('week', k.week, 'mean', k.mean, 'count', k.count)
                          ORDER BY k.week)
          FROM (SELECT to_char(m.scored_at, 'IYYY-"W"IW') AS week, count(*) AS count,
                       round(avg(m.score_bp) / 100, 2) AS mean
                FROM result m LEFT JOIN item o ON o.course = m.course AND o.item = m.item
                WHERE m.student = s.student AND m.course = s.course AND m.scored_at IS NOT NULL
                  AND NOT m.excused AND o.optional IS NOT TRUE
                GROUP BY 1) AS k) AS weeks
  FROM result w LEFT JOIN item i ON i.course = w.course AND i.item = w.item
  WHERE w.student = s.student AND w.course = s.course
) AS r ON true
LEFT JOIN LATERAL (
  SELECT count(*) AS due, count(*) FILTER (WHERE NOT i.item = ANY (s.settled)) AS missing
  FROM item i
  WHERE i.course = s.course AND i.due_at <= %(as_of)s AND NOT i.optional
    AND coalesce(s.enrolled @> i.due_at, true)
) AS d ON true
WHERE s.student = %(student)s
HAVING count(*) > 0

-- name: timeline
-- What happened to one student, newest first. Reads event_identity alone; the second condition on
-- occurred_at says nothing new but lets partitions be passed over.
SELECT e.occurred_at, e.event_uid::text, e.event_type, e.source, e.event_id, nullif(e.course, ''),
       e.subject, e.details
FROM event e
WHERE e.student = %(student)s
  AND (e.occurred_at, e.event_uid) < (%(before)s, %(before_uid)s::uuid)
  AND e.occurred_at <= %(before)s
  AND (%(course)s::text IS NULL OR e.course = %(course)s)
  AND (%(event_type)s::smallint IS NULL OR e.event_type = %(event_type)s)
ORDER BY e.occurred_at DESC, e.event_uid DESC
LIMIT %(limit)s

-- name: has_student
SELECT 1 FROM standing WHERE student = %(student)s LIMIT 1

-- name: courses
-- Courses by id, with how many students and open alerts. A course is known by the catalogue or by a
-- standing; those are found by a step of the index each. Uses course_pkey, standing_by_risk.
WITH RECURSIVE taken (course) AS (
  (SELECT s.course FROM standing s WHERE s.course > %(after)s ORDER BY s.course LIMIT 1)
  UNION ALL
  SELECT (SELECT s.course FROM standing s WHERE s.course > t.course ORDER BY s.course LIMIT 1)
  FROM taken t WHERE t.course IS NOT NULL
)
SELECT k.course, c.title, c.subject, c.starts_on, c.ends_on, n.students, n.open_alerts
FROM (
  (SELECT course FROM course WHERE course > %(after)s ORDER BY course LIMIT %(limit)s)
  UNION
  (SELECT course FROM taken WHERE course IS NOT NULL LIMIT %(limit)s)
  ORDER BY course LIMIT %(limit)s
) AS k
LEFT JOIN course c ON c.course = k.course
CROSS JOIN LATERAL (SELECT count(*) AS students, coalesce(sum(s.open_alerts), 0) AS open_alerts
                    FROM standing s WHERE s.course = k.course) AS n
ORDER BY k.course

-- name: course
-- One course: catalogue, class, distribution of risk. Uses standing_by_risk, alert_by_course.
SELECT json_build_object(
  'course', nullif(%(course)s, ''), 'title', c.title, 'subject', c.subject, 'starts_on', c.starts_on,
  'ends_on', c.ends_on, 'time_zone', c.time_zone,
  'students', n.students, 'enrolled', n.enrolled, 'open_alerts', n.open_alerts,
  'risk', json_build_object('0-19', n.r0, '20-39', n.r1, '40-59', n.r2, '60-79', n.r3, '80-100', n.r4),
  'class', CASE WHEN k.course IS NOT NULL THEN json_build_object(
    'as_of', k.as_of, 'enrolled', k.enrolled, 'mean', round(k.mean_bp / 100.0, 2)) END)::text
FROM (SELECT count(*) AS students, coalesce(sum(s.open_alerts), 0) AS open_alerts,
             count(*) FILTER (WHERE coalesce(s.enrolled @> %(as_of)s, true)) AS enrolled,
             count(*) FILTER (WHERE s.risk_bucket < 4) AS r0,
             count(*) FILTER (WHERE s.risk_bucket BETWEEN 4 AND 7) AS r1,
             count(*) FILTER (WHERE s.risk_bucket BETWEEN 8 AND 11) AS r2,
             count(*) FILTER (WHERE s.risk_bucket BETWEEN 12 AND 15) AS r3,
             count(*) FILTER (WHERE s.risk_bucket >= 16) AS r4
      FROM standing s WHERE s.course = %(course)s) AS n
LEFT JOIN course c ON c.course = %(course)s
LEFT JOIN course_context k ON k.course = %(course)s
WHERE n.students > 0 OR c.course IS NOT NULL

-- name: students_by_risk
-- The students of a course, those at most risk first. Uses standing_by_risk.
SELECT s.risk_bucket, s.student::text, cardinality(s.marks_bp), m.mean, s.handed_in, s.late,
       s.sessions, s.attended, greatest(s.last_activity_on, s.last_submitted_on), s.open_alerts,
       coalesce(s.enrolled @> %(as_of)s, true), s.risk_bucket
FROM standing s
CROSS JOIN LATERAL (SELECT round(s.weighted_sum / nullif(s.weight_sum, 0)::numeric / 100, 2)::float8
                           AS mean) AS m
WHERE s.course = %(course)s
  AND s.risk_bucket <= %(after_key)s
  AND (s.risk_bucket < %(after_key)s OR s.student > %(after)s::uuid)
ORDER BY s.risk_bucket DESC, s.student
LIMIT %(limit)s

-- name: students_by_name
-- The same by pseudonym, until the roster brings names.
SELECT 0, s.student::text, cardinality(s.marks_bp), m.mean, s.handed_in, s.late,
       s.sessions, s.attended, greatest(s.last_activity_on, s.last_submitted_on), s.open_alerts,
       coalesce(s.enrolled @> %(as_of)s, true), s.risk_bucket
FROM standing s
CROSS JOIN LATERAL (SELECT round(s.weighted_sum / nullif(s.weight_sum, 0)::numeric / 100, 2)::float8
                           AS mean) AS m
WHERE s.course = %(course)s AND s.student > %(after)s::uuid AND %(after_key)s IS NOT NULL
ORDER BY s.student
LIMIT %(limit)s

-- name: students_by_mark
-- The same by mean mark, the lowest first; who has no mark comes last.
SELECT k.key, s.student::text, cardinality(s.marks_bp), m.mean, s.handed_in, s.late,
       s.sessions, s.attended, greatest(s.last_activity_on, s.last_submitted_on), s.open_alerts,
       coalesce(s.enrolled @> %(as_of)s, true), s.risk_bucket
FROM standing s
CROSS JOIN LATERAL (SELECT CASE WHEN s.weight_sum > 0 THEN s.weighted_sum / s.weight_sum
                                ELSE 2147483647 END AS key) AS k
CROSS JOIN LATERAL (SELECT round(s.weighted_sum / nullif(s.weight_sum, 0)::numeric / 100, 2)::float8
                           AS mean) AS m
WHERE s.course = %(course)s AND (k.key, s.student) > (%(after_key)s, %(after)s::uuid)
ORDER BY k.key, s.student
LIMIT %(limit)s

-- name: students_by_last_activity
-- The same by last activity, the longest silence first; who never did anything comes first of all.
SELECT k.key, s.student::text, cardinality(s.marks_bp), m.mean, s.handed_in, s.late,
       s.sessions, s.attended, greatest(s.last_activity_on, s.last_submitted_on), s.open_alerts,
       coalesce(s.enrolled @> %(as_of)s, true), s.risk_bucket
FROM standing s
CROSS JOIN LATERAL (SELECT coalesce(greatest(s.last_activity_on, s.last_submitted_on)
                                    - date '1970-01-01', -1) AS key) AS k
CROSS JOIN LATERAL (SELECT round(s.weighted_sum / nullif(s.weight_sum, 0)::numeric / 100, 2)::float8
                           AS mean) AS m
WHERE s.course = %(course)s AND (k.key, s.student) > (%(after_key)s, %(after)s::uuid)
ORDER BY k.key, s.student
LIMIT %(limit)s

-- name: items
-- The work of a course by due date, with how the class dealt with it. Uses item_pkey.
SELECT coalesce(json_agg(json_build_object(
  'item', i.item, 'title', i.title, 'due_at', i.due_at, 'weight', round(i.weight_milli / 1000.0, 3),
  'optional', i.optional, 'version', i.version,
  'handed_in', (k.entry ->> 'handed_in')::integer, 'expected', (k.entry ->> 'expected')::integer)
  ORDER BY i.due_at, i.item), '[]')::text
FROM item i
LEFT JOIN LATERAL (
  SELECT e.entry FROM course_context x CROSS JOIN jsonb_array_elements(x.items) AS e (entry)
  WHERE x.course = i.course AND e.entry ->> 'item' = i.item
) AS k ON true
WHERE i.course = %(course)s

-- name: has_course
SELECT 1 FROM course WHERE course = %(course)s
UNION ALL (SELECT 1 FROM standing WHERE course = %(course)s LIMIT 1)
LIMIT 1

-- name: alerts
-- Alerts, newest first. Uses alert_by_time, alert_by_course or alert_by_student.
SELECT a.opened_at, a.alert_id, a.student::text, nullif(a.course, ''), a.rule,
       (ARRAY['watch', 'elevated', 'high'])[a.severity], a.because, a.cleared_at, a.version
FROM alert a
WHERE (a.opened_at, a.alert_id) < (%(before)s, %(before_id)s)
  AND (%(course)s::text IS NULL OR a.course = %(course)s)
  AND (%(student)s::uuid IS NULL OR a.student = %(student)s::uuid)
  AND (%(rule)s::text IS NULL OR a.rule = %(rule)s)
  AND (%(state)s::text IS NULL OR (a.cleared_at IS NULL) = (%(state)s = 'open'))
ORDER BY a.opened_at DESC, a.alert_id DESC
LIMIT %(limit)s

-- name: alert
-- One alert with its evidence and history. Uses alert_pkey, alert_history_pkey.
SELECT json_build_object(
  'alert_id', a.alert_id, 'student', a.student, 'course', nullif(a.course, ''), 'rule', a.rule,
  'severity', (ARRAY['watch', 'elevated', 'high'])[a.severity],
  'state', CASE WHEN a.cleared_at IS NULL THEN 'open' ELSE 'cleared' END,
  'because', a.because, 'evidence', a.evidence, 'opened_at', a.opened_at,
  'cleared_at', a.cleared_at, 'version', a.version,
  'history', (SELECT json_agg(json_build_object('version', h.version, 'change', h.change,
                'because', h.because, 'changed_at', h.changed_at) ORDER BY h.version)
              FROM alert_history h WHERE h.alert_id = a.alert_id))::text
FROM alert a WHERE a.alert_id = %(alert_id)s

-- name: quarantine
-- What was set aside, newest first, without its content. Uses quarantine_by_time.
SELECT q.recorded_at, q.quarantine_uid::text, q.reason, q.detail, q.source, q.event_id,
       q.student::text, q.occurred_at, q.correlation_id, q.sequence_number, length(q.payload)
FROM quarantine q
WHERE q.recorded_at <= %(before)s
  AND (q.recorded_at < %(before)s OR q.quarantine_uid > %(before_uid)s::uuid)
ORDER BY q.recorded_at DESC, q.quarantine_uid
LIMIT %(limit)s

-- name: quarantined
-- One thing that was set aside, with its content. Uses quarantine_pkey.
SELECT q.recorded_at, q.quarantine_uid::text, q.reason, q.detail, q.source, q.event_id,
       q.student::text, q.occurred_at, q.correlation_id, q.sequence_number, length(q.payload),
       q.payload
FROM quarantine q WHERE q.quarantine_uid = %(quarantine_uid)s::uuid

-- name: health
-- What the database can tell of the system's health. Receipts are only ever appended, so that the
-- newest are on the last pages; 64 of them (some 5,000 receipts) are read, however many there are.
-- During a replay, receipts bear its time and tell of no lag.
WITH recent AS (
  SELECT recorded_at, accepted_at FROM receipt
  WHERE ctid >= (SELECT ('(' || greatest(pg_relation_size('receipt')
                   / current_setting('block_size')::integer - 64, 0) || ',0)')::tid)
)
SELECT (SELECT max(name) FROM migration),
       (SELECT count(*) FROM (SELECT 1 FROM announcement WHERE sent_at IS NULL LIMIT 1000) AS unsent),
       (SELECT count(*) FROM (SELECT 1 FROM quarantine WHERE recorded_at > now() - interval '1 day'
                              LIMIT 1000) AS set_aside),
       (SELECT max(recorded_at) FROM recent),
       CASE WHEN abs(extract(epoch FROM now() - %(now)s)) < 60 THEN (
         SELECT coalesce(extract(epoch FROM max(recorded_at - accepted_at)), 0)::float8
         FROM recent WHERE recorded_at > now() - interval '1 minute') END
