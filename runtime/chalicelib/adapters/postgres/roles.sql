-- The roles of the database, one for each kind of work; safe to repeat. They belong to the cluster,
-- not to a database, and so stand apart from the migrations.
-- owner: migrations. ingest: the consumer and the sweep. api: reads and acts for a person.
-- privacy: erasure and retention. reader: analysts, pseudonyms only.
DO $$
DECLARE role_name text;
BEGIN
  PERFORM pg_advisory_xact_lock(4712);
  FOREACH role_name IN ARRAY ARRAY['owner', 'ingest', 'api', 'privacy', 'reader'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
      EXECUTE format('CREATE ROLE %I LOGIN', role_name);
    END IF;
  END LOOP;
  -- Whoever is in rds_iam signs in to RDS with a token of IAM, and with nothing else; it is made
  -- where RDS has not made it. Not owner: the master acts as owner, so it would be in rds_iam too,
  -- and could sign in with its password no more.
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam') THEN
    CREATE ROLE rds_iam;
  END IF;
  GRANT rds_iam TO ingest, api, privacy, reader;
  -- RDS's master is no superuser: from 16 on it gets what it makes without the right to SET ROLE.
  IF NOT pg_has_role(current_user, 'owner', CASE
      WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END) THEN
    EXECUTE format('GRANT owner TO %I', current_user);
  END IF;
END $$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO PUBLIC;
GRANT CREATE, USAGE ON SCHEMA public TO owner;
