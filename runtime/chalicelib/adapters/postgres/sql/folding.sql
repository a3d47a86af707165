-- name: fold_work
-- The current result of each piece of work: the greatest (occurred_at, event_uid) counts for the
-- mark, the first submission for lateness, the greatest event that carries a due date for that.
INSERT INTO result AS r (student, course, item, scored_at, scored_uid, score_bp, weight_milli,
                         excused, first_submitted_at, due_at, due_from_at, due_from_uid)
SELECT student, course, item, timestamptz 'epoch' + scored_us * interval '1 microsecond', scored_uid,
       score_bp, weight_milli, excused,
       timestamptz 'epoch' + submitted_us * interval '1 microsecond',
       timestamptz 'epoch' + due_us * interval '1 microsecond',
       timestamptz 'epoch' + due_from_us * interval '1 microsecond', due_from_uid
FROM unnest(%(student)s::uuid[], %(course)s::text[], %(item)s::text[], %(scored_us)s::bigint[],
            %(scored_uid)s::uuid[], %(score_bp)s::integer[], %(weight_milli)s::integer[],
            %(excused)s::boolean[], %(submitted_us)s::bigint[], %(due_us)s::bigint[],
            %(due_from_us)s::bigint[], %(due_from_uid)s::uuid[])
       AS t (student, course, item, scored_us, scored_uid, score_bp, weight_milli, excused,
             submitted_us, due_us, due_from_us, due_from_uid)
ON CONFLICT (student, course, item) DO UPDATE SET
  scored_at = CASE WHEN newer_event(excluded.scored_at, excluded.scored_uid, r.scored_at, r.scored_uid)
                   THEN excluded.scored_at ELSE r.scored_at END,
  scored_uid = CASE WHEN newer_event(excluded.scored_at, excluded.scored_uid, r.scored_at, r.scored_uid)
                    THEN excluded.scored_uid ELSE r.scored_uid END,
  score_bp = CASE WHEN newer_event(excluded.scored_at, excluded.scored_uid, r.scored_at, r.scored_uid)
                  THEN excluded.score_bp ELSE r.score_bp END,
  weight_milli = CASE WHEN newer_event(excluded.scored_at, excluded.scored_uid, r.scored_at, r.scored_uid)
                      THEN excluded.weight_milli ELSE r.weight_milli END,
  excused = CASE WHEN newer_event(excluded.scored_at, excluded.scored_uid, r.scored_at, r.scored_uid)
                 THEN excluded.excused ELSE r.excused END,
  first_submitted_at = least(r.first_submitted_at, excluded.first_submitted_at),
  due_at = CASE WHEN newer_event(excluded.due_from_at, excluded.due_from_uid, r.due_from_at, r.due_from_uid)
                THEN excluded.due_at ELSE r.due_at END,
  due_from_at = CASE WHEN newer_event(excluded.due_from_at, excluded.due_from_uid, r.due_from_at, r.due_from_uid)
                     THEN excluded.due_from_at ELSE r.due_from_at END,
  due_from_uid = CASE WHEN newer_event(excluded.due_from_at, excluded.due_from_uid, r.due_from_at, r.due_from_uid)
                      THEN excluded.due_from_uid ELSE r.due_from_uid END,
  recorded_at = now()

-- name: fold_attendance
-- The latest status of each student at each session.
INSERT INTO attendance AS a (student, course, session, occurred_at, event_uid, status)
SELECT student, course, session, timestamptz 'epoch' + occurred_us * interval '1 microsecond',
       event_uid, status
FROM unnest(%(student)s::uuid[], %(course)s::text[], %(session)s::text[], %(occurred_us)s::bigint[],
            %(event_uid)s::uuid[], %(status)s::smallint[])
       AS t (student, course, session, occurred_us, event_uid, status)
ON CONFLICT (student, course, session) DO UPDATE SET
  occurred_at = excluded.occurred_at, event_uid = excluded.event_uid, status = excluded.status,
  recorded_at = now()
WHERE (excluded.occurred_at, excluded.event_uid) > (a.occurred_at, a.event_uid)

-- name: fold_activity
-- Activity by day; integer sums, so the order does not matter.
INSERT INTO activity_day AS a (student, course, day, events, amount, minutes)
SELECT student, course, date '1970-01-01' + day, events, amount, minutes
FROM unnest(%(student)s::uuid[], %(course)s::text[], %(day)s::integer[], %(events)s::integer[],
            %(amount)s::bigint[], %(minutes)s::bigint[])
       AS t (student, course, day, events, amount, minutes)
ON CONFLICT (student, course, day) DO UPDATE SET
  events = a.events + excluded.events, amount = a.amount + excluded.amount,
  minutes = a.minutes + excluded.minutes, recorded_at = now()

-- name: fold_conduct
INSERT INTO conduct (student, course, occurred_at, event_uid, kind)
SELECT student, course, timestamptz 'epoch' + occurred_us * interval '1 microsecond', event_uid, kind
FROM unnest(%(student)s::uuid[], %(course)s::text[], %(occurred_us)s::bigint[], %(event_uid)s::uuid[],
            %(kind)s::smallint[]) AS t (student, course, occurred_us, event_uid, kind)
ON CONFLICT DO NOTHING

-- name: fold_enrolment
INSERT INTO enrolment_change (student, course, occurred_at, event_uid, status)
SELECT student, course, timestamptz 'epoch' + occurred_us * interval '1 microsecond', event_uid, status
FROM unnest(%(student)s::uuid[], %(course)s::text[], %(occurred_us)s::bigint[], %(event_uid)s::uuid[],
            %(status)s::smallint[]) AS t (student, course, occurred_us, event_uid, status)
ON CONFLICT DO NOTHING

-- name: fold_standings
-- Recompute the touched aspects of each touched student and course from the tables of current
-- facts, all by primary key. Aspects: 1 work, 2 attendance, 4 activity, 8 conduct, 16 enrolment.
INSERT INTO standing AS s (student, course, marks_bp, weight_sum, weighted_sum, settled, handed_in,
                           late, sessions, attended, last_activity_on,
                           last_submitted_on, incidents, suspensions, enrolled, touched)
SELECT t.student, t.course,
       coalesce(w.marks_bp, '{}'), coalesce(w.weight_sum, 0), coalesce(w.weighted_sum, 0),
       coalesce(w.settled, '{}'), coalesce(w.handed_in, 0), coalesce(w.late, 0),
       coalesce(h.sessions, 0), coalesce(h.attended, 0),
       y.last_on, w.submitted_on,
       coalesce(c.incidents, 0), coalesce(c.suspensions, 0), e.spans, t.aspects
FROM unnest(%(student)s::uuid[], %(course)s::text[], %(aspects)s::smallint[])
       AS t (student, course, aspects)
LEFT JOIN LATERAL (
  SELECT coalesce(array_agg(r.score_bp ORDER BY r.scored_at, r.scored_uid) FILTER (WHERE k.counts), '{}')
           AS marks_bp,
         sum(k.weight) FILTER (WHERE k.counts) AS weight_sum,
         sum(k.weight * r.score_bp) FILTER (WHERE k.counts) AS weighted_sum,
         array_agg(r.item ORDER BY r.item) AS settled,
         count(r.first_submitted_at) AS handed_in,
         count(*) FILTER (WHERE r.first_submitted_at > coalesce(i.due_at, r.due_at)
                          AND NOT r.excused AND i.optional IS NOT TRUE) AS late,
         max((r.first_submitted_at AT TIME ZONE 'UTC')::date) AS submitted_on
  FROM result r
  LEFT JOIN item i ON i.course = r.course AND i.item = r.item
  CROSS JOIN LATERAL (SELECT r.scored_at IS NOT NULL AND NOT r.excused AND i.optional IS NOT TRUE
                               AS counts,
                             coalesce(i.weight_milli, r.weight_milli, 1000)::bigint AS weight) AS k
  WHERE r.student = t.student AND r.course = t.course AND t.aspects & 1 <> 0
) AS w ON true
LEFT JOIN LATERAL (
  SELECT max(a.day) AS last_on FROM activity_day a
  WHERE a.student = t.student AND a.course = t.course AND t.aspects & 4 <> 0
) AS y ON true
CROSS JOIN LATERAL (
  SELECT CASE WHEN t.aspects & 16 <> 0 THEN enrolled_spans(t.student, t.course)
              WHEN t.aspects & 2 <> 0 THEN (SELECT p.enrolled FROM standing p
                                            WHERE p.student = t.student AND p.course = t.course)
         END AS spans
  OFFSET 0  -- once, not at each use
) AS e
LEFT JOIN LATERAL (
  SELECT count(*) AS sessions, count(*) FILTER (WHERE a.status IN (1, 3)) AS attended
  FROM attendance a
  WHERE a.student = t.student AND a.course = t.course AND t.aspects & 18 <> 0
    AND (e.spans IS NULL OR e.spans @> a.occurred_at)
) AS h ON true
LEFT JOIN LATERAL (
  SELECT count(*) FILTER (WHERE d.kind = 1) AS incidents,
         count(*) FILTER (WHERE d.kind = 2) AS suspensions
  FROM conduct d
  WHERE d.student = t.student AND d.course = t.course AND t.aspects & 8 <> 0
) AS c ON true
ON CONFLICT (student, course) DO UPDATE SET
  marks_bp = CASE WHEN excluded.touched & 1 <> 0 THEN excluded.marks_bp ELSE s.marks_bp END,
  weight_sum = CASE WHEN excluded.touched & 1 <> 0 THEN excluded.weight_sum ELSE s.weight_sum END,
  weighted_sum = CASE WHEN excluded.touched & 1 <> 0 THEN excluded.weighted_sum ELSE s.weighted_sum END,
  settled = CASE WHEN excluded.touched & 1 <> 0 THEN excluded.settled ELSE s.settled END,
  handed_in = CASE WHEN excluded.touched & 1 <> 0 THEN excluded.handed_in ELSE s.handed_in END,
  late = CASE WHEN excluded.touched & 1 <> 0 THEN excluded.late ELSE s.late END,
  last_submitted_on = CASE WHEN excluded.touched & 1 <> 0 THEN excluded.last_submitted_on
                           ELSE s.last_submitted_on END,
  last_activity_on = CASE WHEN excluded.touched & 4 <> 0 THEN excluded.last_activity_on
                          ELSE s.last_activity_on END,
  sessions = CASE WHEN excluded.touched & 18 <> 0 THEN excluded.sessions ELSE s.sessions END,
  attended = CASE WHEN excluded.touched & 18 <> 0 THEN excluded.attended ELSE s.attended END,
  enrolled = CASE WHEN excluded.touched & 18 <> 0 THEN excluded.enrolled ELSE s.enrolled END,
  incidents = CASE WHEN excluded.touched & 8 <> 0 THEN excluded.incidents ELSE s.incidents END,
  suspensions = CASE WHEN excluded.touched & 8 <> 0 THEN excluded.suspensions ELSE s.suspensions END,
  touched = excluded.touched, version = s.version + 1, recorded_at = now()
RETURNING s.student::text, s.course, s.marks_bp, s.weight_sum, s.weighted_sum, s.settled, s.handed_in,
  s.late, s.sessions, s.attended, greatest(s.last_activity_on, s.last_submitted_on) - date '1970-01-01', s.incidents, s.suspensions,
  s.enrolled::text, s.open_alerts, s.risk_bucket, s.version

-- name: clear_work
-- Before pieces are folded anew from what is left of their events.
DELETE FROM result r USING unnest(%(student)s::uuid[], %(course)s::text[], %(item)s::text[])
  AS t (student, course, item)
WHERE r.student = t.student AND r.course = t.course AND r.item = t.item

-- name: clear_attendance
DELETE FROM attendance a USING unnest(%(student)s::uuid[], %(course)s::text[], %(item)s::text[])
  AS t (student, course, item)
WHERE a.student = t.student AND a.course = t.course AND a.session = t.item

-- name: clear_activity
DELETE FROM activity_day a USING unnest(%(student)s::uuid[], %(course)s::text[], %(item)s::integer[])
  AS t (student, course, day)
WHERE a.student = t.student AND a.course = t.course AND a.day = date '1970-01-01' + t.day

-- name: clear_conduct
DELETE FROM conduct d USING unnest(%(student)s::uuid[], %(course)s::text[], %(item)s::uuid[])
  AS t (student, course, event_uid)
WHERE d.student = t.student AND d.course = t.course AND d.event_uid = t.event_uid

-- name: clear_enrolment
DELETE FROM enrolment_change e USING unnest(%(student)s::uuid[], %(course)s::text[], %(item)s::uuid[])
  AS t (student, course, event_uid)
WHERE e.student = t.student AND e.course = t.course AND e.event_uid = t.event_uid

-- name: students_of_item
-- Whose standing a change of this item touches. Uses result_by_item.
SELECT student::text FROM result WHERE course = %(course)s AND item = %(item)s

-- name: lock_all
-- Every lock of begin_fold, in its order: for the rare changes that touch a whole course.
SELECT count(pg_advisory_xact_lock(815, lane)) FROM generate_series(0, 255) AS t (lane)
