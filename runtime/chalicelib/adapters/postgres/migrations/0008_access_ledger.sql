-- Who has read whose record, chained so that nothing can be changed unseen; and what students ask to
-- have corrected. Forward only. docs/ledger.md tells how it is verified.

-- One read. `students` names everybody whom the answer showed; `salts` has one more: the reader's
-- first, then one for each student.
--
-- A row's digest covers, instead of reader and students, the leaf of each: a hash of its salt and
-- itself. Who is erased is replaced by the leaf, and the salt by null: the digest stays the same, and
-- without the salt a leaf cannot be compared with anybody. The trigger lets nothing but that pass.
CREATE TABLE access (
  access_id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  recorded_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  subject         text        NOT NULL COLLATE "C",  -- of the token; '' and no client: kind student
  client          text        NOT NULL COLLATE "C",
  address         text        NOT NULL COLLATE "C",
  correlation_id  text        NOT NULL COLLATE "C",
  kind            text        NOT NULL CHECK (kind IN ('person', 'machine', 'student')),
  what            text        NOT NULL COLLATE "C",  -- never names a student
  reason          text        NOT NULL,              -- the interest; never names a student
  students        uuid[]      NOT NULL CHECK (cardinality(students) > 0),
  salts           uuid[]      NOT NULL CHECK (cardinality(salts) = cardinality(students) + 1)
);
CREATE INDEX access_by_student ON access USING gin (students);
CREATE INDEX access_by_subject ON access (subject, access_id);

-- A sealed batch: every row from first_id to last_id, and the batch before it. Ids that are missing
-- belong to reads that were rolled back.
CREATE TABLE access_batch (
  batch      bigint      PRIMARY KEY,  -- from 1, without a gap
  first_id   bigint      NOT NULL,     -- the last_id before, and one
  last_id    bigint      NOT NULL,
  entries    integer     NOT NULL,
  content    bytea       NOT NULL,     -- SHA-256 of the rows' digests in the order of ids
  previous   bytea       NOT NULL,     -- the hash of the batch before; zeros before the first
  hash       bytea       NOT NULL,     -- SHA-256 of all of this but sealed_at
  sealed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (last_id >= first_id)
);

CREATE FUNCTION ledger_leaf(salt uuid, hidden bytea) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN encode(substring(sha256(uuid_send(salt) || hidden) FOR 16), 'hex')::uuid;

CREATE FUNCTION ledger_reader(a access) RETURNS bytea LANGUAGE sql IMMUTABLE
RETURN sha256(convert_to((a).subject, 'UTF8')) || sha256(convert_to((a).client, 'UTF8'))
    || sha256(convert_to((a).address, 'UTF8')) || sha256(convert_to((a).correlation_id, 'UTF8'));

-- The reader's leaf and those of the students; where the salt is gone, what stands there is the leaf.
CREATE FUNCTION ledger_leaves(a access) RETURNS uuid[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY[CASE WHEN (a).salts[1] IS NOT NULL THEN ledger_leaf((a).salts[1], ledger_reader(a))
                    WHEN ((a).client, (a).address, (a).correlation_id) = ('', '', '')
                    THEN (a).subject::uuid END]
      || (SELECT array_agg(CASE WHEN k.salt IS NULL THEN k.student
                                ELSE ledger_leaf(k.salt, uuid_send(k.student)) END ORDER BY k.at)
          FROM unnest((a).students, (a).salts[2:]) WITH ORDINALITY AS k (student, salt, at))
$$;

CREATE FUNCTION ledger_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'access' THEN
    IF (NEW.access_id, NEW.recorded_at, NEW.kind, NEW.what, NEW.reason)
       = (OLD.access_id, OLD.recorded_at, OLD.kind, OLD.what, OLD.reason)
       AND ledger_leaves(NEW) = ledger_leaves(OLD) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER access_is_kept BEFORE UPDATE OR DELETE ON access
  FOR EACH ROW EXECUTE FUNCTION ledger_is_kept();
CREATE TRIGGER access_is_not_emptied BEFORE TRUNCATE ON access EXECUTE FUNCTION ledger_is_kept();
CREATE TRIGGER access_batch_is_kept BEFORE UPDATE OR DELETE ON access_batch
  FOR EACH ROW EXECUTE FUNCTION ledger_is_kept();
CREATE TRIGGER access_batch_is_not_emptied BEFORE TRUNCATE ON access_batch
  EXECUTE FUNCTION ledger_is_kept();

-- Put leaves in a student's places: for erasing (0009), or only count the rows. What she has read
-- herself loses its reader as well.
CREATE FUNCTION forget_in_access(of_student uuid, dry_run boolean) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  IF dry_run THEN
    SELECT count(*) INTO n FROM access WHERE students @> ARRAY[of_student];
    RETURN n;
  END IF;
  UPDATE access a
  SET subject = CASE WHEN a.kind = 'student' THEN (ledger_leaves(a))[1]::text ELSE a.subject END,
      client = CASE WHEN a.kind = 'student' THEN '' ELSE a.client END,
      address = CASE WHEN a.kind = 'student' THEN '' ELSE a.address END,
      correlation_id = CASE WHEN a.kind = 'student' THEN '' ELSE a.correlation_id END,
      students = (SELECT array_agg(CASE WHEN k.student = of_student AND k.salt IS NOT NULL
                                        THEN ledger_leaf(k.salt, uuid_send(k.student))
                                        ELSE k.student END ORDER BY k.at)
                  FROM unnest(a.students, a.salts[2:]) WITH ORDINALITY AS k (student, salt, at)),
      salts = CASE WHEN a.kind = 'student' THEN NULL ELSE a.salts[1] END
           || (SELECT array_agg(CASE WHEN k.student = of_student THEN NULL ELSE k.salt END ORDER BY k.at)
               FROM unnest(a.students, a.salts[2:]) WITH ORDINALITY AS k (student, salt, at))
  WHERE a.students @> ARRAY[of_student];
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;
REVOKE ALL ON FUNCTION forget_in_access FROM PUBLIC;

GRANT SELECT, INSERT ON access TO api;
GRANT SELECT ON access TO ingest, privacy;
GRANT SELECT ON access_batch TO api, privacy;
GRANT SELECT, INSERT ON access_batch TO ingest;
GRANT SELECT ON SEQUENCE access_access_id_seq TO ingest;

-- What a student asks to have corrected (34 CFR 99.20), what became of it, and, where it was refused,
-- what she says to that (99.21), which is shown wherever the record is.
CREATE TABLE correction (
  student       uuid        NOT NULL,
  number        smallint    NOT NULL,  -- of this student, from 1
  course        text        NOT NULL COLLATE "C",  -- '' = none
  about         text        NOT NULL,  -- what it contests
  wanted        text        NOT NULL,
  requested_by  text        NOT NULL COLLATE "C",
  requested_at  timestamptz NOT NULL,
  decision      text        CHECK (decision IN ('granted', 'refused')),
  reason        text,
  decided_by    text        COLLATE "C",
  decided_at    timestamptz,
  correcting    text        COLLATE "C",  -- the event that corrects: its id, of the source registrar
  statement     text,
  stated_by     text        COLLATE "C",
  stated_at     timestamptz,
  recorded_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (student, number)
);
GRANT SELECT, INSERT, UPDATE ON correction TO api;
GRANT SELECT ON correction TO privacy;
