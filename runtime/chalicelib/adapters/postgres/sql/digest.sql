-- name: event
SELECT student::text, occurred_at::text, event_uid::text, event_type, source, event_id, course, subject,
       details, metadata::jsonb::text
FROM event ORDER BY student, occurred_at, event_uid

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
SELECT student::text, course, work, marks, weight_sum, weighted_sum, handed_in, late, sessions, attended,
       last_activity_on::text, last_submitted_on::text, incidents, suspensions, enrolled::text,
       conduct
FROM standing ORDER BY student, course
