-- 100,000 students in two of 400 courses each, and what they have done; by SQL, since it is much.
SET synchronous_commit = off;

CREATE TEMPORARY TABLE pupil AS
SELECT i, md5('student' || i)::uuid AS student,
       'COURSE-' || lpad(((i * 7 + k * 131) % 400)::text, 4, '0') AS course
FROM generate_series(1, 100000) AS i CROSS JOIN generate_series(0, 1) AS k;

INSERT INTO course (course, title)
SELECT 'COURSE-' || lpad(n::text, 4, '0'), 'Course ' || n FROM generate_series(0, 399, 2) AS n;

INSERT INTO item (course, item, title, due_at)
SELECT 'COURSE-' || lpad(n::text, 4, '0'), 'item-' || k, 'Item', timestamptz '2024-10-01' + k * interval '7 days'
FROM generate_series(0, 399) AS n CROSS JOIN generate_series(1, 12) AS k;

INSERT INTO standing (student, course, work, marks, weight_sum, weighted_sum, handed_in, risk_bucket,
                      open_alerts, last_activity_on)
SELECT student, course,
       (SELECT json_agg(json_build_array('item-' || k, 1000, false, false, i % 10000,
          1728000000000000 + k * 604800000000, md5(k::text), null, false,
          1727900000000000 + k * 604800000000, null, null, null, '')) FROM generate_series(1, 2) AS k)::text,
       2, 2000, 2000 * (i % 10000), i % 12, (i % 400) / 20, (i % 10 = 0)::integer,
       date '2024-10-01' + i % 90
FROM pupil ORDER BY student;

INSERT INTO attendance (student, course, session, occurred_at, event_uid, status)
SELECT student, course, 'session-1', timestamptz '2024-10-08', md5('a' || i)::uuid, 1 + i % 2 FROM pupil;

INSERT INTO risk_daily (student, course, day, risk, findings)
SELECT student, course, date '2024-12-01', i % 100, '{}' FROM pupil WHERE i % 2 = 0;

INSERT INTO event (student, occurred_at, event_uid, receipt, event_type, source, event_id, course,
                   subject, details)
SELECT student, timestamptz '2024-01-01' + (i::bigint * 104729 % 63072000) * interval '1 second',
       md5(course || i)::uuid, md5('r' || i / 50)::uuid, 4, 'local', 'event-' || i, course,
       'page_view', '{"count":3}'
FROM pupil;

INSERT INTO receipt (receipt, source, correlation_id, accepted_at)
SELECT md5('r' || i)::uuid, 'local', 'correlation', now() FROM generate_series(0, 30000) AS i;

INSERT INTO alert (student, course, rule, severity, because, evidence, opened_at, cleared_at)
SELECT student, course, CASE WHEN i % 4 = 0 THEN 'low_marks' ELSE 'missing_work' END, 2, 'because', '{}',
       timestamptz '2024-11-01' + i * interval '1 minute',
       CASE WHEN i % 10 <> 0 THEN timestamptz '2025-02-01' END
FROM pupil WHERE i % 5 = 0;

INSERT INTO alert_history (alert_id, version, change, because, changed_at)
SELECT alert_id, 1, 'opened', because, opened_at FROM alert;

INSERT INTO announcement (alert_id, kind, sent_at) SELECT alert_id, 'opened', now() FROM alert;

INSERT INTO shadow_finding (course, day, student, rule, edition, in_force, shadow)
SELECT course, date '2024-12-01' + i % 30, student, 'low_marks', 1, true, i % 2 = 0 FROM pupil WHERE i % 4 = 0;

INSERT INTO shadow_alert (course, student, rule, edition, severity, because, in_force, opened_at)
SELECT course, student, 'low_marks', 1, 2, 'because', true, timestamptz '2024-11-01' + i * interval '1 minute'
FROM pupil WHERE i % 4 = 0;

INSERT INTO quarantine (quarantine_uid, reason, detail, payload, recorded_at, students)
SELECT md5('q' || i)::uuid, 'conflict', 'detail', 'payload', now() - i * interval '1 minute',
       ARRAY[md5('student' || i)::uuid]
FROM generate_series(1, 20000) AS i;

INSERT INTO course_context (course, as_of, enrolled, mean_bp, items)
SELECT 'COURSE-' || lpad(n::text, 4, '0'), now(), 500, 6000, '[{"item": "item-1", "handed_in": 1, "expected": 2}]'
FROM generate_series(0, 399) AS n;

INSERT INTO roster (person, kind, target, set_by)
SELECT 'educator-' || i, 'teaches', 'COURSE-' || lpad((i % 400)::text, 4, '0'), 'registrar' FROM generate_series(1, 1000) AS i
UNION ALL
SELECT 'adviser-' || i % 400, 'advises', md5('student' || i)::uuid::text, 'registrar' FROM generate_series(1, 30000) AS i;

INSERT INTO roster_version (person, kind, target, version, set_by)
SELECT person, kind, target, 1, set_by FROM roster;
