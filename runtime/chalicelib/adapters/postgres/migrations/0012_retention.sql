-- How long each class of data is kept: deleted in bounded steps, never of whom a hold is in force.
-- Forward only. runtime/chalicelib/domain/retention.toml has the days.

-- Proof: what a run of the maintenance has deleted of a class.
CREATE TABLE retention_run (
  run          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  class        text        NOT NULL,
  before       timestamptz NOT NULL,  -- what is older went
  deleted      bigint      NOT NULL,  -- rows; of notes: emptied
  recorded_at  timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON retention_run TO privacy;

-- Notes are looked for by their age.
CREATE INDEX alert_history_by_note ON alert_history (changed_at) WHERE details LIKE '%"note"%';

CREATE FUNCTION is_held(of_student uuid, in_course text) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM legal_hold h
               WHERE h.lifted_at IS NULL AND (h.student = of_student OR h.course = in_course));

-- The rows of a class that are older than $1, at most $2 (null: all), by their place.
CREATE FUNCTION rows_past(class text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE class
  -- What fell out of a partition that was dropped, while it was held. Small.
  WHEN 'events' THEN
    'SELECT x.ctid FROM event_stray x WHERE x.occurred_at < $1
     AND NOT is_held(x.student, x.course) LIMIT $2'
  -- Names no student. Uses receipt_by_source, source by source.
  WHEN 'receipts' THEN
    'WITH RECURSIVE next AS (
       (SELECT r.source FROM receipt r ORDER BY r.source LIMIT 1)
       UNION ALL
       SELECT (SELECT r.source FROM receipt r WHERE r.source > next.source ORDER BY r.source LIMIT 1)
       FROM next WHERE next.source IS NOT NULL)
     SELECT x.ctid FROM next CROSS JOIN LATERAL (
       SELECT r.ctid FROM receipt r WHERE r.source = next.source AND r.accepted_at < $1 LIMIT $2) x
     LIMIT $2'
  -- What names no student may be of anybody who is held. Uses quarantine_by_time.
  WHEN 'quarantine' THEN
    'SELECT x.ctid FROM quarantine x WHERE x.recorded_at < $1
     AND NOT EXISTS (SELECT FROM legal_hold h WHERE h.lifted_at IS NULL
                     AND (h.student = x.student OR x.student IS NULL OR h.course IS NOT NULL))
     LIMIT $2'
  -- Uses risk_daily_by_course, course by course.
  WHEN 'risk_daily' THEN
    'SELECT x.ctid FROM course_context c CROSS JOIN LATERAL (
       SELECT d.ctid FROM risk_daily d WHERE d.course = c.course AND d.day < ($1 AT TIME ZONE ''UTC'')::date
       AND NOT is_held(d.student, d.course) LIMIT $2) x
     LIMIT $2'
  -- Closed alerts. Uses alert_by_time: what was closed before was opened before.
  WHEN 'alerts' THEN
    'SELECT x.ctid FROM alert x WHERE x.opened_at < $1 AND x.cleared_at < $1
     AND NOT is_held(x.student, x.course) LIMIT $2'
  -- What people wrote, of alerts that are closed; that they wrote stays. Uses alert_history_by_note.
  WHEN 'notes' THEN
    'SELECT x.ctid FROM alert_history x JOIN alert a USING (alert_id)
     WHERE x.changed_at < $1 AND x.details LIKE ''%"note"%'' AND x.details::jsonb ? ''note'' AND a.cleared_at IS NOT NULL
     AND NOT is_held(a.student, a.course) LIMIT $2'
  -- Standings, with the facts behind them, of courses that ended long ago. Uses standing_by_risk.
  WHEN 'records' THEN
    'SELECT x.ctid FROM course c JOIN standing x ON x.course = c.course
     WHERE c.ends_on < ($1 AT TIME ZONE ''UTC'')::date AND NOT is_held(x.student, x.course) LIMIT $2'
END;

-- Count what is past, or delete at most so many rows of it; tell how many. One step, one transaction.
CREATE FUNCTION retain(class text, before timestamptz, most integer, dry_run boolean) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' SET "TimeZone" TO 'UTC' AS $$
DECLARE
  past text := rows_past(class);
  places tid[];
  name text;
  n bigint;
BEGIN
  IF past IS NULL THEN
    RAISE EXCEPTION 'there is no class %', class;
  END IF;
  IF dry_run THEN
    EXECUTE format('SELECT count(*) FROM (%s) AS p', past) USING before, NULL::integer INTO n;
    RETURN n;
  END IF;
  IF class IN ('records', 'alerts') THEN  -- whoever writes these students has done so before
    PERFORM pg_advisory_xact_lock(815, lane) FROM generate_series(0, 255) AS t (lane);
  END IF;
  EXECUTE format('SELECT ARRAY(%s)', past) USING before, most INTO places;
  IF class = 'alerts' THEN
    FOR name IN
      SELECT c.relname FROM pg_class c
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'alert_id' AND NOT a.attisdropped
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'alert'
    LOOP
      EXECUTE format('DELETE FROM %I WHERE alert_id IN
                      (SELECT a.alert_id FROM alert a WHERE a.ctid = ANY ($1))', name) USING places;
    END LOOP;
  ELSIF class = 'records' THEN
    FOREACH name IN ARRAY ARRAY['attendance', 'activity_day', 'conduct', 'enrolment_change'] LOOP
      EXECUTE format('DELETE FROM %I x USING standing s WHERE s.ctid = ANY ($1)
                      AND x.student = s.student AND x.course = s.course', name) USING places;
    END LOOP;
  END IF;
  IF class = 'notes' THEN
    UPDATE alert_history x
    SET details = nullif((x.details::jsonb - 'note')::text, '{}') WHERE x.ctid = ANY (places);
  ELSE
    EXECUTE format('DELETE FROM %I WHERE ctid = ANY ($1)', CASE class
      WHEN 'events' THEN 'event_stray' WHEN 'receipts' THEN 'receipt' WHEN 'alerts' THEN 'alert'
      WHEN 'records' THEN 'standing' ELSE class END) USING places;
  END IF;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;
REVOKE ALL ON FUNCTION retain FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retain TO privacy;

-- As before (0001), but what is held stays, among the strays.
CREATE OR REPLACE FUNCTION drop_event_partitions(before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' SET "TimeZone" TO 'UTC' AS $$
DECLARE
  partition record;
  dropped integer := 0;
  name text;
BEGIN
  PERFORM pg_advisory_xact_lock(4711);
  FOR partition IN SELECT p.starts FROM event_partition p WHERE p.ends <= before LOOP
    name := 'event_' || to_char(partition.starts, 'YYYYMM');
    DELETE FROM event_partition p WHERE p.starts = partition.starts;
    IF EXISTS (SELECT FROM legal_hold h WHERE h.lifted_at IS NULL) THEN
      EXECUTE format('ALTER TABLE event DETACH PARTITION %I', name);
      EXECUTE format('INSERT INTO event SELECT x.* FROM %I x WHERE is_held(x.student, x.course)', name);
    END IF;
    EXECUTE format('DROP TABLE %I', name);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;
