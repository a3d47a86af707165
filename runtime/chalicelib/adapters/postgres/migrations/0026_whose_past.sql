-- A past moment is told of a class only to whom any of it is shown today: the functions that read a
-- whole class for `api` ask who has entered the transaction. Forward only.

-- Whether who has entered has to do with a class: she teaches it, or sees a student of it; or with the
-- one student who is named, in another course. '', what is of no course, is nobody's class. Uses
-- standing_pkey.
CREATE FUNCTION looks_at(in_course text, of_students uuid[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT entered_as('sees_all') OR in_course = ANY (seen_courses())
    OR in_course <> '' AND EXISTS (SELECT FROM standing s
                                   WHERE s.student = ANY (seen_students()) AND s.course = in_course)
    OR cardinality(of_students) = 1 AND (
      of_students[1] = ANY (seen_students())
      OR EXISTS (SELECT FROM standing s
                 WHERE s.student = of_students[1] AND s.course = ANY (seen_courses())))
$$;
REVOKE ALL ON FUNCTION looks_at FROM PUBLIC;

CREATE OR REPLACE FUNCTION standings_then(in_course text, of_students uuid[], at timestamptz, replayed boolean)
RETURNS TABLE (
  student text, course text, place text, work text, marks integer, weight_sum bigint,
  weighted_sum bigint, handed_in integer, late integer, sessions integer, attended integer,
  active_day integer, submitted_day integer, incidents integer, suspensions integer, enrolled text,
  conduct text, open_alerts smallint, risk_bucket smallint, version bigint, risk_before smallint,
  flags smallint, flags_elsewhere smallint, roster text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' SET "TimeZone" TO 'UTC'
SET enable_hashjoin TO 'off' SET enable_mergejoin TO 'off' SET jit TO 'off' AS $$
  SELECT s.student::text, s.course, '',
         CASE WHEN NOT replayed AND s.recorded_at <= at THEN s.work END, s.marks, s.weight_sum,
         s.weighted_sum, s.handed_in, s.late, s.sessions, s.attended,
         s.last_activity_on - date '1970-01-01', s.last_submitted_on - date '1970-01-01',
         s.incidents, s.suspensions, s.enrolled::text, s.conduct, s.open_alerts, s.risk_bucket,
         s.version, s.risk_before, s.flags, s.flags_elsewhere,
         (SELECT v.content::text FROM catalogue_version v
          WHERE v.kind = 'enrolment' AND v.key = json_build_array(s.course, s.student)::text
            AND (replayed OR v.valid_from <= at)
          ORDER BY v.version DESC LIMIT 1)
  FROM standing s
  WHERE (SELECT looks_at(in_course, of_students)) AND s.course = in_course
    AND (of_students IS NULL OR s.student = ANY (of_students))
$$;

CREATE OR REPLACE FUNCTION events_then(in_course text, of_students uuid[], at timestamptz, replayed boolean)
RETURNS TABLE (
  event_uid text, occurred_us bigint, student text, event_type smallint, source text, event_id text,
  course text, subject text, details text, metadata text, gone boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp'
SET enable_hashjoin TO 'off' SET enable_mergejoin TO 'off' SET jit TO 'off' AS $$
  SELECT replace(e.event_uid::text, '-', ''), (extract(epoch FROM e.occurred_at) * 1000000)::bigint,
         t.student::text, e.event_type, e.source, e.event_id, in_course, e.subject, e.details,
         NULL::text, e.gone
  FROM unnest(of_students) AS t (student)
  CROSS JOIN LATERAL (
    SELECT e.*, EXISTS (SELECT FROM retraction r
                        WHERE r.student = t.student AND r.occurred_at = e.occurred_at
                          AND r.event_uid = e.event_uid
                          AND (replayed OR r.recorded_at <= at)) AS gone
    FROM event e
    WHERE e.student = t.student AND e.course = in_course AND e.event_type NOT IN (4, 7)
      AND e.occurred_at <= at + interval '2 days'
      AND CASE WHEN replayed
               THEN EXISTS (SELECT FROM receipt r WHERE r.receipt = e.receipt AND r.accepted_at <= at)
               ELSE e.recorded_at <= at END
    UNION ALL
    (SELECT e.*, false
     FROM event e
     WHERE e.student = t.student AND e.course = in_course AND e.event_type = 4
       AND e.occurred_at <= at + interval '2 days'
       AND CASE WHEN replayed
                THEN EXISTS (SELECT FROM receipt r WHERE r.receipt = e.receipt AND r.accepted_at <= at)
                ELSE e.recorded_at <= at END
       AND NOT EXISTS (SELECT FROM retraction r
                       WHERE r.student = t.student AND r.occurred_at = e.occurred_at
                         AND r.event_uid = e.event_uid
                         AND (replayed OR r.recorded_at <= at))
     ORDER BY e.occurred_at DESC LIMIT 1)
  ) AS e
  WHERE (SELECT looks_at(in_course, of_students))
$$;

CREATE OR REPLACE FUNCTION courses_of(of_student uuid) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT s.course FROM standing s
  WHERE (SELECT looks_at(NULL, ARRAY[of_student])) AND s.student = of_student
$$;

-- Two numbers, for whom the API has asked.
REVOKE ALL ON FUNCTION waiting FROM PUBLIC;
GRANT EXECUTE ON FUNCTION waiting TO api;
