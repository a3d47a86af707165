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
-- MERGE, since the students are locked: ON CONFLICT would lock every row once more, and log it.
MERGE INTO standing AS s
USING (
  SELECT t.student, t.course, t.aspects, w.*,
         CASE WHEN t.aspects & 4 <> 0 THEN (
           SELECT max(a.day) FROM activity_day a
           WHERE a.student = t.student AND a.course = t.course
         ) END AS active_on,
         e.spans,
         CASE WHEN t.aspects & 18 <> 0 THEN (
           SELECT ARRAY[count(*), count(*) FILTER (WHERE a.status IN (1, 3))] FROM attendance a
           WHERE a.student = t.student AND a.course = t.course
             AND (e.spans IS NULL OR e.spans @> a.occurred_at)
         ) END AS held,
         CASE WHEN t.aspects & 8 <> 0 THEN (
           SELECT ARRAY[count(*) FILTER (WHERE d.kind = 1), count(*) FILTER (WHERE d.kind = 2)]
           FROM conduct d WHERE d.student = t.student AND d.course = t.course
         ) END AS conduct
  FROM unnest(%(student)s::uuid[], %(course)s::text[], %(aspects)s::smallint[])
         AS t (student, course, aspects)
  LEFT JOIN LATERAL (
    SELECT array_agg(r.score_bp ORDER BY r.scored_at, r.scored_uid) FILTER (WHERE k.counts)
             AS marks_bp,
           sum(k.weight) FILTER (WHERE k.counts) AS weight_sum,
           sum(k.weight * r.score_bp) FILTER (WHERE k.counts) AS weighted_sum,
           array_agg(r.item) AS settled,
           count(r.first_submitted_at) AS handed_in,
           count(*) FILTER (WHERE r.first_submitted_at > coalesce(i.due_at, r.due_at)
                            AND NOT r.excused AND i.optional IS NOT TRUE) AS late,
           (max(r.first_submitted_at) AT TIME ZONE 'UTC')::date AS submitted_on
    FROM result r
    LEFT JOIN item i ON i.course = r.course AND i.item = r.item
    CROSS JOIN LATERAL (
      SELECT r.scored_at IS NOT NULL AND NOT r.excused AND i.optional IS NOT TRUE AS counts,
             coalesce(i.weight_milli, r.weight_milli, 1000)::bigint AS weight
    ) AS k
    WHERE r.student = t.student AND r.course = t.course AND t.aspects & 1 <> 0
  ) AS w ON true
  CROSS JOIN LATERAL (
    SELECT CASE WHEN t.aspects & 16 <> 0 THEN enrolled_spans(t.student, t.course)
                WHEN t.aspects & 2 <> 0 THEN (SELECT o.enrolled FROM standing o
                                              WHERE o.student = t.student AND o.course = t.course)
           END AS spans
    OFFSET 0  -- once, not at each use
  ) AS e
) AS n
ON s.student = n.student AND s.course = n.course
-- Another activity of a day that is known already changes nothing: no row is written for it.
WHEN MATCHED AND (n.aspects <> 4 OR n.active_on IS DISTINCT FROM s.last_activity_on) THEN UPDATE SET
  marks_bp = CASE WHEN n.aspects & 1 <> 0 THEN coalesce(n.marks_bp, '{}') ELSE s.marks_bp END,
  weight_sum = CASE WHEN n.aspects & 1 <> 0 THEN coalesce(n.weight_sum, 0) ELSE s.weight_sum END,
  weighted_sum = CASE WHEN n.aspects & 1 <> 0 THEN coalesce(n.weighted_sum, 0) ELSE s.weighted_sum END,
  settled = CASE WHEN n.aspects & 1 <> 0 THEN coalesce(n.settled, '{}') ELSE s.settled END,
  handed_in = CASE WHEN n.aspects & 1 <> 0 THEN n.handed_in ELSE s.handed_in END,
  late = CASE WHEN n.aspects & 1 <> 0 THEN n.late ELSE s.late END,
  last_submitted_on = CASE WHEN n.aspects & 1 <> 0 THEN n.submitted_on ELSE s.last_submitted_on END,
  last_activity_on = CASE WHEN n.aspects & 4 <> 0 THEN n.active_on ELSE s.last_activity_on END,
  sessions = coalesce(n.held[1], s.sessions), attended = coalesce(n.held[2], s.attended),
  enrolled = CASE WHEN n.aspects & 16 <> 0 THEN n.spans ELSE s.enrolled END,
  incidents = coalesce(n.conduct[1], s.incidents), suspensions = coalesce(n.conduct[2], s.suspensions),
  version = s.version + 1, recorded_at = now()
WHEN NOT MATCHED THEN INSERT
  (student, course, marks_bp, weight_sum, weighted_sum, settled, handed_in, late, sessions, attended,
   last_activity_on, last_submitted_on, incidents, suspensions, enrolled)
  VALUES (n.student, n.course, coalesce(n.marks_bp, '{}'), coalesce(n.weight_sum, 0),
          coalesce(n.weighted_sum, 0), coalesce(n.settled, '{}'), coalesce(n.handed_in, 0),
          coalesce(n.late, 0), coalesce(n.held[1], 0), coalesce(n.held[2], 0), n.active_on,
          n.submitted_on, coalesce(n.conduct[1], 0), coalesce(n.conduct[2], 0), n.spans)
RETURNING s.student::text, s.course, s.marks_bp, s.weight_sum, s.weighted_sum, s.settled, s.handed_in,
  s.late, s.sessions, s.attended,
  greatest(s.last_activity_on, s.last_submitted_on) - date '1970-01-01', s.incidents, s.suspensions,
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
-- Whose standing a change of this item touches. Uses standing_by_risk.
SELECT student::text FROM standing WHERE course = %(course)s AND %(item)s = ANY (settled)

-- name: lock_all
-- Every lock of begin_fold, in its order: for the rare changes that touch a whole course.
SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
       count(pg_advisory_xact_lock(815, lane)) FROM generate_series(0, 255) AS t (lane)
