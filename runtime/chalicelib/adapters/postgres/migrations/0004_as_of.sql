-- What was known at a past moment. Forward only.

-- What an alert said at each of its versions: the numbers beside the sentence. Null where a change
-- says nothing of them, and for what was written before this migration.
ALTER TABLE alert_history
  ADD COLUMN severity  smallint,
  ADD COLUMN evidence  jsonb;

-- The context of a class is made of the standings of all of it, whoever asks about one student of it,
-- and rights to her rows are not rights to theirs: these functions read for `api`, and for this only.
-- `replayed`: a replay sets its own clock, which receipts bear (accepted_at) and nothing else.

-- The standings of a class: as it is kept where nobody has written it since `at`, else to be folded
-- anew (`work` is null), and what the roster said of its enrolment then. Uses standing_by_risk,
-- catalogue_version_pkey.
CREATE FUNCTION standings_then(in_course text, of_students uuid[], at timestamptz, replayed boolean)
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
  WHERE s.course = in_course AND (of_students IS NULL OR s.student = ANY (of_students))
$$;

-- The events of these students in a course that were stored by then; `gone`: retracted by then. Of
-- activity, whose last day is all that counts, the latest. An event may be dated a day ahead. Uses
-- event_identity, retraction_pkey, receipt_pkey.
CREATE FUNCTION events_then(in_course text, of_students uuid[], at timestamptz, replayed boolean)
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
$$;

REVOKE ALL ON FUNCTION standings_then, events_then FROM PUBLIC;
GRANT EXECUTE ON FUNCTION standings_then, events_then TO api;
