-- Queries are kept short and their answers raw: none is prepared (a prepared statement pins a
-- proxy's connection), and parsing and planning a long one takes longer than running it.

-- name: student
-- One student: the standing in every course with the work in it, what the catalogue knows of those
-- courses' work, open alerts, and what she says to a record that was not corrected, which is shown
-- wherever that is (34 CFR 99.21(c)). Uses standing_pkey, item_pkey, alert_one_open, correction_pkey.
SELECT json_build_array(
  (SELECT json_agg(k) FROM (
    SELECT s.course, c.title, (s.enrolled @> %(as_of)s) IS NOT FALSE AS enrolled, s.risk_bucket,
           s.work::json AS work, s.marks, s.weight_sum, s.weighted_sum, s.handed_in, s.late,
           s.sessions, s.attended, greatest(s.last_activity_on, s.last_submitted_on) AS last_activity_on
    FROM standing s LEFT JOIN course c USING (course)
    WHERE s.student = %(student)s
    ORDER BY s.course
  ) AS k),
  (SELECT json_agg(k) FROM (
    SELECT i.course, i.item, i.title, NOT i.optional AND i.due_at <= %(as_of)s
           AND (s.enrolled @> i.due_at) IS NOT FALSE AS due
    FROM standing s JOIN item i USING (course)
    WHERE s.student = %(student)s
  ) AS k),
  (SELECT json_agg(k) FROM (
    SELECT a.alert_id, a.course, a.rule, a.severity, a.because, a.evidence, a.opened_at
    FROM alert a
    WHERE a.student = %(student)s AND a.cleared_at IS NULL
    ORDER BY a.severity DESC, a.opened_at, a.alert_id
  ) AS k),
  (SELECT json_agg(k) FROM (
    SELECT c.number, nullif(c.course, '') AS course, c.about, c.statement, c.stated_at
    FROM correction c
    WHERE c.student = %(student)s AND c.statement IS NOT NULL
    ORDER BY c.number
  ) AS k)
)::text

-- name: timeline
-- What happened to one student, newest first. Reads event_identity alone; the second condition on
-- occurred_at says nothing new but lets partitions be passed over.
SELECT e.occurred_at, e.event_uid::text, e.event_type, e.source, e.event_id, nullif(e.course, ''),
       e.subject, e.details
FROM seen_event e
WHERE e.student = %(student)s
  AND (e.occurred_at, e.event_uid) < (%(before)s, %(before_uid)s::uuid)
  AND e.occurred_at <= %(before)s
  AND (%(course)s::text IS NULL OR e.course = %(course)s)
  AND (%(event_type)s::smallint IS NULL OR e.event_type = %(event_type)s)
ORDER BY e.occurred_at DESC, e.event_uid DESC
LIMIT %(limit)s

-- name: on_record
-- Whether a pseudonym stands for somebody. The function's queries use standing_pkey, enrolment_pkey, person_pkey.
SELECT on_record(%(student)s)

-- name: has_student
SELECT 1 FROM standing WHERE student = %(student)s LIMIT 1

-- name: courses_of_student
-- Uses standing_pkey.
SELECT course FROM standing WHERE student = %(student)s ORDER BY course

-- name: courses
-- Courses by id, with how many students are enrolled and have open alerts. A course is known by the
-- catalogue or, when nobody has put it there, by the sweep, which also counts the students. Of whom
-- who asks does not see there is no number here: see class_sizes. Uses course_pkey,
-- course_context_pkey, alert_one_open.
SELECT k.course, c.title, c.subject, c.starts_on, c.ends_on,
       CASE WHEN s.seen THEN coalesce(x.enrolled, 0) END,
       CASE WHEN s.seen THEN (SELECT count(*) FROM alert a
                              WHERE a.course = k.course AND a.cleared_at IS NULL) END
FROM (
  (SELECT course FROM course WHERE course > %(after)s
     AND (%(courses)s::text[] IS NULL OR course = ANY (%(courses)s::text[]))
   ORDER BY course LIMIT %(limit)s)
  UNION
  (SELECT course FROM course_context WHERE course > %(after)s
     AND (%(courses)s::text[] IS NULL OR course = ANY (%(courses)s::text[]))
   ORDER BY course LIMIT %(limit)s)
  ORDER BY course LIMIT %(limit)s
) AS k
LEFT JOIN course c ON c.course = k.course
LEFT JOIN course_context x ON x.course = k.course
CROSS JOIN LATERAL (SELECT (SELECT entered_as('sees_all'))
                           OR k.course = ANY ((SELECT seen_courses())::text[]) AS seen) AS s
ORDER BY k.course

-- name: class_sizes
-- How many students of these courses are enrolled as the sweep saw it, and how many ever were; to be
-- told after suppression alone. Uses course_context_pkey, standing_by_risk.
SELECT x.course, x.enrolled, (SELECT count(*) FROM standing s WHERE s.course = x.course)
FROM course_context x WHERE x.course = ANY (%(courses)s::text[])

-- name: course
-- One course: catalogue, class, distribution of risk. Uses standing_by_risk, alert_by_course.
SELECT json_build_object(
  'course', nullif(%(course)s, ''), 'title', c.title, 'subject', c.subject, 'starts_on', c.starts_on,
  'ends_on', c.ends_on, 'time_zone', c.time_zone,
  'students', n.students, 'enrolled', n.enrolled, 'open_alerts', n.open_alerts,
  'risk', json_build_object('0-19', n.r0, '20-39', n.r1, '40-59', n.r2, '60-79', n.r3, '80-100', n.r4),
  'class', CASE WHEN k.course IS NOT NULL THEN json_build_object(
    'as_of', k.as_of, 'enrolled', k.enrolled, 'marked', k.marked,
    'mean', round(k.mean_bp / 100.0, 2)) END)::text
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
-- The students of a course, those at most risk first; what is shown of them is computed for the page
-- alone. Uses standing_by_risk.
SELECT s.risk_bucket, s.student::text, s.marks, s.weight_sum, s.weighted_sum,
       s.handed_in, s.late, s.sessions, s.attended,
       greatest(s.last_activity_on, s.last_submitted_on), s.open_alerts,
       (s.enrolled @> %(as_of)s) IS NOT FALSE, s.risk_bucket
FROM (
  SELECT * FROM standing
  WHERE course = %(course)s
    AND risk_bucket <= %(after_key)s
    AND (risk_bucket < %(after_key)s OR student > %(after)s::uuid)
  ORDER BY risk_bucket DESC, student
  LIMIT %(limit)s
) AS s
ORDER BY s.risk_bucket DESC, s.student

-- name: students_by_student
-- The same by pseudonym: names are sealed, and no order of theirs is kept. OFFSET 0, since
-- standing_pkey gives that order too, but by a walk through the students of all courses.
SELECT 0, s.student::text, s.marks, s.weight_sum, s.weighted_sum,
       s.handed_in, s.late, s.sessions, s.attended,
       greatest(s.last_activity_on, s.last_submitted_on), s.open_alerts,
       (s.enrolled @> %(as_of)s) IS NOT FALSE, s.risk_bucket
FROM (
  SELECT * FROM standing
  WHERE course = %(course)s AND student > %(after)s::uuid AND %(after_key)s IS NOT NULL
  OFFSET 0
) AS s
ORDER BY s.student
LIMIT %(limit)s

-- name: students_by_mark
-- The same by mean mark, the lowest first; who has no mark comes last.
SELECT s.key, s.student::text, s.marks, s.weight_sum, s.weighted_sum,
       s.handed_in, s.late, s.sessions, s.attended,
       greatest(s.last_activity_on, s.last_submitted_on), s.open_alerts,
       (s.enrolled @> %(as_of)s) IS NOT FALSE, s.risk_bucket
FROM (
  SELECT * FROM (
    SELECT *, coalesce(weighted_sum / nullif(weight_sum, 0), 2147483647) AS key
    FROM standing WHERE course = %(course)s
  ) AS k
  WHERE (key, student) > (%(after_key)s, %(after)s::uuid)
  ORDER BY key, student
  LIMIT %(limit)s
) AS s
ORDER BY s.key, s.student

-- name: students_by_last_activity
-- The same by last activity, the longest silence first; who never did anything comes first of all.
SELECT s.key, s.student::text, s.marks, s.weight_sum, s.weighted_sum,
       s.handed_in, s.late, s.sessions, s.attended,
       greatest(s.last_activity_on, s.last_submitted_on), s.open_alerts,
       (s.enrolled @> %(as_of)s) IS NOT FALSE, s.risk_bucket
FROM (
  SELECT * FROM (
    SELECT *, coalesce(greatest(last_activity_on, last_submitted_on) - date '1970-01-01', -1) AS key
    FROM standing WHERE course = %(course)s
  ) AS k
  WHERE (key, student) > (%(after_key)s, %(after)s::uuid)
  ORDER BY key, student
  LIMIT %(limit)s
) AS s
ORDER BY s.key, s.student

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

-- name: quarantine
-- What was set aside, newest first, without its content. Uses quarantine_by_time.
SELECT q.recorded_at, q.quarantine_uid::text, q.reason, q.detail, q.source, q.correlation_id,
       q.sequence_number, cardinality(q.students), length(q.payload), q.event_id, q.student::text,
       q.students::text[], q.occurred_at
FROM quarantine q
WHERE q.recorded_at <= %(before)s
  AND (q.recorded_at < %(before)s OR q.quarantine_uid > %(before_uid)s::uuid)
ORDER BY q.recorded_at DESC, q.quarantine_uid
LIMIT %(limit)s

-- name: quarantined
-- One thing that was set aside, with its content. Uses quarantine_pkey.
SELECT q.recorded_at, q.quarantine_uid::text, q.reason, q.detail, q.source, q.correlation_id,
       q.sequence_number, cardinality(q.students), length(q.payload), q.event_id, q.student::text,
       q.students::text[], q.occurred_at, q.payload
FROM quarantine q WHERE q.quarantine_uid = %(quarantine_uid)s::uuid

-- name: set_aside
-- The same list for who sees no student's record: why, whence, how much. Uses quarantine_by_time.
SELECT q.recorded_at, q.quarantine_uid::text, q.reason, q.detail, q.source, q.correlation_id,
       q.sequence_number, q.named, q.payload_bytes
FROM set_aside q
WHERE q.recorded_at <= %(before)s
  AND (q.recorded_at < %(before)s OR q.quarantine_uid > %(before_uid)s::uuid)
ORDER BY q.recorded_at DESC, q.quarantine_uid
LIMIT %(limit)s

-- name: one_set_aside
-- Uses quarantine_pkey.
SELECT q.recorded_at, q.quarantine_uid::text, q.reason, q.detail, q.source, q.correlation_id,
       q.sequence_number, q.named, q.payload_bytes
FROM set_aside q WHERE q.quarantine_uid = %(quarantine_uid)s::uuid

-- name: health
-- What the database can tell of the system's health. Receipts are only ever appended, so that the
-- newest are on the last pages: 8 of them (some 600 receipts) are read, however many there are.
-- During a replay, receipts bear its time and tell of no lag.
WITH recent AS MATERIALIZED (
  SELECT recorded_at, accepted_at FROM receipt
  WHERE ctid >= (SELECT ('(' || greatest(pg_relation_size('receipt')
                   / current_setting('block_size')::integer - 8, 0) || ',0)')::tid)
)
SELECT (SELECT max(name) FROM migration), w.unsent, w.set_aside,
       (SELECT max(recorded_at) FROM recent),
       CASE WHEN abs(extract(epoch FROM now() - %(now)s)) < 60 THEN (
         SELECT coalesce(extract(epoch FROM max(recorded_at - accepted_at)), 0)::float8
         FROM recent WHERE recorded_at > now() - interval '1 minute') END
FROM waiting(%(now)s) AS w
