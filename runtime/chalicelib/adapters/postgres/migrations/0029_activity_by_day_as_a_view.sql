-- Activity by day is read for whole records alone, and is in the events; kept apart, it made the
-- consumer a tenth slower (decision 17). Forward only, and not additive: code from before writes to the
-- table, and what it told of days before the oldest partition goes with it.
DROP TABLE activity_day;

-- Its owner's rights read the events: `reader` sees sums, not identities.
CREATE VIEW activity_day WITH (security_barrier) AS
SELECT e.student, e.course, (e.occurred_at AT TIME ZONE 'UTC')::date AS day,
       count(*)::integer AS events,
       sum(coalesce((e.details::json ->> 'count')::bigint, 0))::bigint AS amount,
       sum(coalesce((e.details::json ->> 'minutes')::bigint, 0))::bigint AS minutes,
       max(e.recorded_at) AS recorded_at
FROM event e
WHERE e.event_type = 4
  AND NOT EXISTS (SELECT FROM retraction r WHERE r.student = e.student
                  AND r.occurred_at = e.occurred_at AND r.event_uid = e.event_uid)
GROUP BY e.student, e.course, (e.occurred_at AT TIME ZONE 'UTC')::date;

GRANT SELECT ON activity_day TO ingest, privacy, reader;

-- The same as before, but for the table that is none now.
CREATE OR REPLACE FUNCTION retain(class text, before timestamptz, most integer, dry_run boolean) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    AS $_$
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
    FOREACH name IN ARRAY ARRAY['attendance', 'conduct', 'enrolment_change'] LOOP
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
END $_$;
