-- name: event
SELECT student::text, occurred_at::text, event_uid::text, event_type, source, event_id, course, subject,
       details, metadata::jsonb::text
FROM event ORDER BY student, occurred_at, event_uid

-- name: result
SELECT student::text, course, item, scored_at::text, scored_uid::text, score_bp, weight_milli, excused,
       first_submitted_at::text, due_at::text
FROM result ORDER BY student, course, item

-- name: attendance
SELECT student::text, course, session, occurred_at::text, event_uid::text, status
FROM attendance ORDER BY student, course, session

-- name: activity
SELECT student::text, course, day::text, events, amount, minutes
FROM activity_day ORDER BY student, course, day

-- name: conduct
SELECT student::text, course, occurred_at::text, event_uid::text, kind
FROM conduct ORDER BY student, course, occurred_at, event_uid

-- name: enrolment
SELECT student::text, course, occurred_at::text, event_uid::text, status
FROM enrolment_change ORDER BY student, course, occurred_at, event_uid

-- name: standing
SELECT student::text, course, marks_bp, weight_sum, weighted_sum,
       ARRAY(SELECT unnest(settled) ORDER BY 1), handed_in, late, sessions, attended,
       last_activity_on::text, last_submitted_on::text, incidents, suspensions, enrolled::text
FROM standing ORDER BY student, course
