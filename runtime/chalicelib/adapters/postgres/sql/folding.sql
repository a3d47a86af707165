-- name: standings_to_fold
-- The standings that events touch, NULL where there is none yet. And with the first of them, since it
-- is one way to the server and back: what the catalogue says of the pieces of work and what is known
-- of the sessions, by their numbers, where there is anything. Uses standing_pkey, item_pkey,
-- attendance_pkey.
SELECT t.n, s.ctid::text, s.work, s.marks, s.weight_sum, s.weighted_sum, s.handed_in, s.late,
       s.sessions, s.attended, s.last_activity_on - date '1970-01-01',
       s.last_submitted_on - date '1970-01-01', s.incidents, s.suspensions, s.enrolled::text,
       s.conduct, s.open_alerts, s.risk_bucket, s.version, s.risk_before, s.flags, s.flags_elsewhere,
       CASE WHEN t.n = 1 THEN json_build_array(
         (SELECT json_agg(json_build_array(w.n, (extract(epoch FROM i.due_at) * 1000000)::bigint,
                                           i.weight_milli, i.optional))
          FROM unnest(%(work_course)s::text[], %(item)s::text[]) WITH ORDINALITY AS w (course, item, n)
          JOIN item i ON i.course = w.course AND i.item = w.item),
         (SELECT json_agg(json_build_array(w.n, (extract(epoch FROM a.occurred_at) * 1000000)::bigint,
                                           replace(a.event_uid::text, '-', ''), a.status))
          FROM unnest(%(attending)s::uuid[], %(session_course)s::text[], %(session)s::text[])
                 WITH ORDINALITY AS w (student, course, session, n)
          JOIN attendance a ON a.student = w.student AND a.course = w.course AND a.session = w.session)
       )::text END
FROM unnest(%(student)s::uuid[], %(course)s::text[]) WITH ORDINALITY AS t (student, course, n)
LEFT JOIN standing s ON s.student = t.student AND s.course = t.course

-- name: add_sessions
-- Sessions nothing was known of.
INSERT INTO attendance (student, course, session, occurred_at, event_uid, status)
SELECT student, course, session, timestamptz 'epoch' + occurred_us * interval '1 microsecond',
       event_uid, status
FROM unnest(%(student)s::uuid[], %(course)s::text[], %(session)s::text[], %(occurred_us)s::bigint[],
            %(event_uid)s::uuid[], %(status)s::smallint[])
       AS t (student, course, session, occurred_us, event_uid, status)

-- name: replace_sessions
-- A later status of a session counts.
UPDATE attendance a SET
  occurred_at = timestamptz 'epoch' + t.occurred_us * interval '1 microsecond',
  event_uid = t.event_uid, status = t.status, recorded_at = now()
FROM unnest(%(student)s::uuid[], %(course)s::text[], %(session)s::text[], %(occurred_us)s::bigint[],
            %(event_uid)s::uuid[], %(status)s::smallint[])
       AS t (student, course, session, occurred_us, event_uid, status)
WHERE a.student = t.student AND a.course = t.course AND a.session = t.session

-- name: add_conduct
INSERT INTO conduct (student, course, occurred_at, event_uid, kind)
SELECT student, course, timestamptz 'epoch' + occurred_us * interval '1 microsecond', event_uid, kind
FROM unnest(%(student)s::uuid[], %(course)s::text[], %(occurred_us)s::bigint[], %(event_uid)s::uuid[],
            %(value)s::smallint[]) AS t (student, course, occurred_us, event_uid, kind)
ON CONFLICT DO NOTHING

-- name: add_enrolment
INSERT INTO enrolment_change (student, course, occurred_at, event_uid, status)
SELECT student, course, timestamptz 'epoch' + occurred_us * interval '1 microsecond', event_uid, status
FROM unnest(%(student)s::uuid[], %(course)s::text[], %(occurred_us)s::bigint[], %(event_uid)s::uuid[],
            %(value)s::smallint[]) AS t (student, course, occurred_us, event_uid, status)
ON CONFLICT DO NOTHING

-- name: count_anew
-- What cannot be added to, counted from the facts: conduct, and the attendance that a retraction or a
-- change of enrolment has touched. All by primary key.
SELECT t.n, e.spans::text,
       (SELECT count(*) FROM attendance a WHERE a.student = t.student AND a.course = t.course
          AND (e.spans IS NULL OR e.spans @> a.occurred_at)),
       (SELECT count(*) FROM attendance a WHERE a.student = t.student AND a.course = t.course
          AND (e.spans IS NULL OR e.spans @> a.occurred_at) AND a.status IN (1, 3)),
       (SELECT count(*) FROM conduct d
        WHERE d.student = t.student AND d.course = t.course AND d.kind = 1),
       (SELECT count(*) FROM conduct d
        WHERE d.student = t.student AND d.course = t.course AND d.kind = 2),
       (SELECT json_agg(json_build_array((extract(epoch FROM d.occurred_at) * 1000000)::bigint,
                                         replace(d.event_uid::text, '-', ''), d.kind)
                        ORDER BY d.occurred_at, d.event_uid)::text
        FROM conduct d WHERE d.student = t.student AND d.course = t.course)
FROM unnest(%(student)s::uuid[], %(course)s::text[]) WITH ORDINALITY AS t (student, course, n)
CROSS JOIN LATERAL (
  SELECT enrolled_spans(t.student, t.course) AS spans OFFSET 0  -- once, not at each use
) AS e

-- name: save_standings
-- Standings that are kept already, at the places where they were read: their students are locked
-- since, so nobody has moved them. Work that has not changed is sent as NULL.
UPDATE standing s SET
  work = coalesce(t.work, s.work), marks = t.marks, weight_sum = t.weight_sum,
  weighted_sum = t.weighted_sum, handed_in = t.handed_in, late = t.late, sessions = t.sessions,
  attended = t.attended, last_activity_on = date '1970-01-01' + t.active_day,
  last_submitted_on = date '1970-01-01' + t.submitted_day, risk_bucket = t.risk_bucket,
  version = s.version + 1, recorded_at = now()
FROM unnest(%(place)s::tid[], %(work)s::text[], %(marks)s::integer[], %(weight_sum)s::bigint[],
            %(weighted_sum)s::bigint[], %(handed_in)s::integer[], %(late)s::integer[],
            %(sessions)s::integer[], %(attended)s::integer[], %(active_day)s::integer[],
            %(submitted_day)s::integer[], %(risk_bucket)s::smallint[])
       AS t (place, work, marks, weight_sum, weighted_sum, handed_in, late, sessions, attended,
             active_day, submitted_day, risk_bucket)
WHERE s.ctid = t.place

-- name: add_standings
INSERT INTO standing (student, course, work, marks, weight_sum, weighted_sum, handed_in, late,
                      sessions, attended, last_activity_on, last_submitted_on, risk_bucket)
SELECT t.student, t.course, t.work, t.marks, t.weight_sum, t.weighted_sum, t.handed_in, t.late,
       t.sessions, t.attended, date '1970-01-01' + t.active_day, date '1970-01-01' + t.submitted_day,
       t.risk_bucket
FROM unnest(%(student)s::uuid[], %(course)s::text[], %(work)s::text[], %(marks)s::integer[],
            %(weight_sum)s::bigint[], %(weighted_sum)s::bigint[], %(handed_in)s::integer[],
            %(late)s::integer[], %(sessions)s::integer[], %(attended)s::integer[],
            %(active_day)s::integer[], %(submitted_day)s::integer[], %(risk_bucket)s::smallint[])
       AS t (student, course, work, marks, weight_sum, weighted_sum, handed_in, late, sessions,
             attended, active_day, submitted_day, risk_bucket)

-- name: save_conduct_and_enrolment
-- What seldom changes.
UPDATE standing s SET incidents = t.incidents, suspensions = t.suspensions,
  enrolled = t.enrolled::tstzmultirange, conduct = t.conduct
FROM unnest(%(student)s::uuid[], %(course)s::text[], %(incidents)s::integer[],
            %(suspensions)s::integer[], %(enrolled)s::text[], %(conduct)s::text[])
       AS t (student, course, incidents, suspensions, enrolled, conduct)
WHERE s.student = t.student AND s.course = t.course

-- name: clear_attendance
-- Before pieces are folded anew from what is left of their events.
DELETE FROM attendance a USING unnest(%(student)s::uuid[], %(course)s::text[], %(item)s::text[])
  AS t (student, course, item)
WHERE a.student = t.student AND a.course = t.course AND a.session = t.item

-- name: clear_conduct
DELETE FROM conduct d USING unnest(%(student)s::uuid[], %(course)s::text[], %(item)s::uuid[])
  AS t (student, course, event_uid)
WHERE d.student = t.student AND d.course = t.course AND d.event_uid = t.event_uid

-- name: clear_enrolment
DELETE FROM enrolment_change e USING unnest(%(student)s::uuid[], %(course)s::text[], %(item)s::uuid[])
  AS t (student, course, event_uid)
WHERE e.student = t.student AND e.course = t.course AND e.event_uid = t.event_uid

-- name: lock_all
-- Every lock of lock_lanes, in its order: for the rare changes that touch a whole course.
SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
       count(pg_advisory_xact_lock(815, lane)) FROM generate_series(0, 255) AS t (lane)
