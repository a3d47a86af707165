-- A database that was restored lets nobody in before it has the last erasure that is listed. Forward only.

-- For which server process and which database the list was last compared: a restored database is run
-- by another process, or is another database. So is one after a failover: the list is looked at again.
CREATE TABLE opened (
  one           boolean     PRIMARY KEY DEFAULT true CHECK (one),
  database_oid  oid         NOT NULL,
  started_at    timestamptz NOT NULL,  -- of the server process
  recorded_at   timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON opened TO api, ingest, privacy;

CREATE FUNCTION must_be_open() RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM opened o JOIN pg_database d ON d.oid = o.database_oid
    WHERE o.started_at = pg_postmaster_start_time() AND d.datname = current_database()
  ) THEN
    RAISE EXCEPTION 'whether every erasure is in this database has to be seen first'
      USING ERRCODE = 'cannot_connect_now';
  END IF;
END $$;

-- Whether the last student on the list (null: there is none) is erased here; it is remembered.
CREATE FUNCTION open_with(last_erased uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF last_erased IS NULL AND EXISTS (SELECT FROM erasure)
     OR last_erased IS NOT NULL AND NOT EXISTS (SELECT FROM erasure WHERE student = last_erased) THEN
    RETURN false;
  END IF;
  INSERT INTO opened (database_oid, started_at)
  SELECT d.oid, pg_postmaster_start_time() FROM pg_database d WHERE d.datname = current_database()
  ON CONFLICT (one) DO UPDATE SET
    database_oid = excluded.database_oid, started_at = excluded.started_at, recorded_at = now();
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION open_with(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_with(uuid) TO api, ingest, privacy;
