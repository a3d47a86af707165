-- What was disclosed of a record outside of the monitor (34 CFR 99.32). Forward only.

-- The text of a row of `access` whose `what` is 'outside/' and the SHA-256 of salt and content; it goes
-- when its student is erased, and what the ledger has stays.
CREATE TABLE disclosure (
  student      uuid        NOT NULL,
  access_id    bigint      NOT NULL,
  salt         uuid        NOT NULL,
  content      text        NOT NULL,  -- JSON, as it was hashed
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (student, access_id)
);
CREATE INDEX disclosure_by_access ON disclosure (access_id);
CREATE TRIGGER refuse_erased AFTER INSERT OR UPDATE OF student ON disclosure
  FOR EACH ROW EXECUTE FUNCTION refuse_erased();
GRANT SELECT, INSERT ON disclosure TO api;
GRANT SELECT ON disclosure TO privacy, ingest;
ALTER TABLE disclosure ENABLE ROW LEVEL SECURITY;
CREATE POLICY others ON disclosure TO ingest, privacy, reader USING (true);
CREATE POLICY persons ON disclosure TO api USING ((SELECT entered_as('sees_all')));

-- Whether anything is held on a student, whoever asks: so that nothing is noted of a made-up
-- pseudonym, nor of who was erased. Uses standing_pkey, enrolment_pkey, person_pkey.
CREATE FUNCTION on_record(of_student uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT EXISTS (SELECT FROM standing s WHERE s.student = of_student)
      OR EXISTS (SELECT FROM enrolment e WHERE e.student = of_student)
      OR EXISTS (SELECT FROM person p WHERE p.student = of_student)
$$;
REVOKE ALL ON FUNCTION on_record FROM PUBLIC;
GRANT EXECUTE ON FUNCTION on_record TO api;
