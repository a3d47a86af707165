-- name: contexts
-- What these classes look like, as of the last sweep.
SELECT c.course, c.items, c.mean_bp, c.enrolled, c.begins_us, c.ends_us, c.median_submitted_us,
       c.marked, c.low_bp, c.median_day, c.subject
FROM course_context c WHERE c.course = ANY (%(courses)s::text[])

-- name: courses_with_standings
-- Every course that has a student, by skipping from one to the next. Uses standing_by_risk.
WITH RECURSIVE next AS (
  (SELECT course FROM standing ORDER BY course LIMIT 1)
  UNION ALL
  SELECT (SELECT s.course FROM standing s WHERE s.course > next.course ORDER BY s.course LIMIT 1)
  FROM next WHERE next.course IS NOT NULL
)
SELECT course FROM next WHERE course IS NOT NULL

-- name: courses_to_sweep
-- Those of them that are on, and those that nobody has looked at for a day; the longest wait first.
-- Uses standing_by_risk, course_context_pkey, course_pkey.
WITH RECURSIVE next AS (
  (SELECT course FROM standing ORDER BY course LIMIT 1)
  UNION ALL
  SELECT (SELECT s.course FROM standing s WHERE s.course > next.course ORDER BY s.course LIMIT 1)
  FROM next WHERE next.course IS NOT NULL
)
SELECT n.course
FROM next n
LEFT JOIN course_context x ON x.course = n.course
LEFT JOIN course c ON c.course = n.course
WHERE n.course IS NOT NULL
  AND (x.as_of IS NULL
       OR x.as_of <= %(as_of)s - interval '1 day'
       OR coalesce(c.ends_on + 30, date '1970-01-01' + x.median_day + 180, 'infinity')
          >= (%(as_of)s AT TIME ZONE 'UTC')::date)
ORDER BY x.as_of NULLS FIRST, n.course

-- name: course_terms
-- When a course is, by its own clock, and its work. Uses course_pkey, item_pkey.
SELECT (SELECT json_build_array(extract(epoch FROM c.starts_on::timestamp AT TIME ZONE c.time_zone),
                                extract(epoch FROM (c.ends_on + 1)::timestamp AT TIME ZONE c.time_zone),
                                c.subject)
        FROM course c WHERE c.course = %(course)s),
       (SELECT json_agg(json_build_array(i.item, i.title,
                          (extract(epoch FROM i.due_at) * 1000000)::bigint, i.weight_milli, i.optional)
                        ORDER BY i.item)
        FROM item i WHERE i.course = %(course)s)

-- name: save_context
INSERT INTO course_context AS c (course, as_of, enrolled, mean_bp, items, begins_us, ends_us,
                                 median_submitted_us, marked, low_bp, median_day, subject)
VALUES (%(course)s, %(as_of)s, %(enrolled)s, %(mean_bp)s, %(items)s, %(begins_us)s, %(ends_us)s,
        %(median_submitted_us)s, %(marked)s, %(low_bp)s, %(median_day)s, %(subject)s)
ON CONFLICT (course) DO UPDATE SET
  as_of = excluded.as_of, enrolled = excluded.enrolled, mean_bp = excluded.mean_bp,
  items = excluded.items, begins_us = excluded.begins_us, ends_us = excluded.ends_us,
  median_submitted_us = excluded.median_submitted_us, marked = excluded.marked,
  low_bp = excluded.low_bp, median_day = excluded.median_day, subject = excluded.subject,
  recorded_at = now(),
  version = c.version + ((c.items, c.mean_bp, c.enrolled, c.begins_us, c.ends_us,
      c.median_submitted_us, c.marked, c.low_bp, c.median_day, c.subject)
    IS DISTINCT FROM (excluded.items, excluded.mean_bp, excluded.enrolled, excluded.begins_us,
      excluded.ends_us, excluded.median_submitted_us, excluded.marked, excluded.low_bp,
      excluded.median_day, excluded.subject))::integer

-- name: standings_of_course
-- A bounded part of a class, in the order of the pseudonyms; the keyset is the last student seen.
-- Uses standing_by_risk: without the fence a walk through every course's standing_pkey looks cheap.
SELECT s.student::text, s.course, s.place::text, s.work, s.marks, s.weight_sum, s.weighted_sum,
  s.handed_in, s.late, s.sessions, s.attended, s.last_activity_on - date '1970-01-01',
  s.last_submitted_on - date '1970-01-01', s.incidents, s.suspensions, s.enrolled::text,
  s.conduct, s.open_alerts, s.risk_bucket, s.version, s.risk_before, s.flags, s.flags_elsewhere
FROM (SELECT *, ctid AS place FROM standing
      WHERE course = %(course)s AND student > %(after)s::uuid OFFSET 0) AS s
ORDER BY s.student LIMIT %(limit)s

-- name: unchanged_standings
-- Which of these nobody has written since they were read.
SELECT s.student::text, s.course
FROM unnest(%(student)s::uuid[], %(course)s::text[], %(version)s::bigint[]) AS t (student, course, version)
JOIN standing s ON s.student = t.student AND s.course = t.course AND s.version = t.version

-- name: save_risk_daily
-- The last sweep of a day counts.
INSERT INTO risk_daily AS d (student, course, day, risk, findings)
SELECT student, %(course)s, %(day)s, risk, string_to_array(findings, ' ')
FROM unnest(%(student)s::uuid[], %(risk)s::smallint[], %(findings)s::text[])
       AS t (student, risk, findings)
ON CONFLICT (student, course, day) DO UPDATE SET
  risk = excluded.risk, findings = excluded.findings, recorded_at = now()
WHERE (d.risk, d.findings) IS DISTINCT FROM (excluded.risk, excluded.findings)

-- name: save_risk
-- The coarse risk of those whose step changed.
UPDATE standing s SET risk_bucket = t.risk_bucket
FROM unnest(%(student)s::uuid[], %(course)s::text[], %(risk_bucket)s::smallint[])
  AS t (student, course, risk_bucket)
WHERE s.student = t.student AND s.course = t.course

-- name: risks_before
-- What the risk of these students of a class was some days ago, unless the first and the last of them
-- have been swept today: then it is known already. Uses risk_daily_pkey.
SELECT t.student::text, d.risk
FROM unnest(%(student)s::uuid[]) AS t (student)
CROSS JOIN LATERAL (
  SELECT d.risk FROM risk_daily d
  WHERE d.student = t.student AND d.course = %(course)s AND d.day <= %(before)s
  ORDER BY d.day DESC LIMIT 1) AS d
WHERE NOT EXISTS (SELECT FROM risk_daily n
                  WHERE n.student IN (%(first)s, %(last)s) AND n.course = %(course)s
                    AND n.day = %(today)s)

-- name: save_signals
-- What the next judgement of these standings is to know beside them. Uses standing_pkey.
UPDATE standing s SET risk_before = t.risk_before, flags = t.flags
FROM unnest(%(student)s::uuid[], %(risk_before)s::smallint[], %(flags)s::smallint[])
  AS t (student, risk_before, flags)
WHERE s.student = t.student AND s.course = %(course)s

-- name: save_flags_elsewhere
-- And the other standings of those whose flags have changed. Uses standing_pkey.
UPDATE standing s SET flags_elsewhere = e.flags
FROM standing k CROSS JOIN LATERAL (
  SELECT coalesce(bit_or(o.flags), 0::smallint) AS flags FROM standing o
  WHERE o.student = k.student AND o.course <> k.course) AS e
WHERE k.student = ANY (%(student)s::uuid[])
  AND s.student = k.student AND s.course = k.course AND s.flags_elsewhere <> e.flags
