-- What the law asks of a student's record: to be erased, or to be held against that. Forward only.

-- A student's record, or a course's records, that nothing may be deleted of.
CREATE TABLE legal_hold (
  hold_id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  student      uuid,
  course       text        COLLATE "C",
  reason       text        NOT NULL,
  put_by       text        NOT NULL COLLATE "C",
  put_at       timestamptz NOT NULL,
  lifted_by    text        COLLATE "C",
  lifted_at    timestamptz,
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(student, course) = 1)
);
CREATE UNIQUE INDEX legal_hold_student ON legal_hold (student) WHERE lifted_at IS NULL AND student IS NOT NULL;
CREATE UNIQUE INDEX legal_hold_course ON legal_hold (course) WHERE lifted_at IS NULL AND course IS NOT NULL;

-- What stays of a student who was erased: nothing but that it was done. Numbers are given in the
-- order of commits, so that the greatest tells whether there are any that one does not know.
CREATE TABLE erasure (
  number       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  student      uuid        NOT NULL UNIQUE,
  erased_at    timestamptz NOT NULL,
  asked_by     text        NOT NULL COLLATE "C",
  reason       text        NOT NULL,
  deleted      jsonb       NOT NULL,  -- rows by table
  recorded_at  timestamptz NOT NULL DEFAULT now()
);

-- Where one student is found by the pseudonym alone; partitions by their parent.
CREATE FUNCTION tables_of_students() RETURNS TABLE (name text)
LANGUAGE sql STABLE AS $$
  SELECT c.relname::text FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'student'
    AND a.atttypid = 'uuid'::regtype AND NOT a.attisdropped
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname NOT IN ('erasure', 'quarantine')
  ORDER BY c.relname
$$;

-- What hangs on an alert and does not name the student itself.
CREATE FUNCTION tables_of_alerts() RETURNS TABLE (name text)
LANGUAGE sql STABLE AS $$
  SELECT c.relname::text FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'alert_id' AND NOT a.attisdropped
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    AND c.relname NOT IN (SELECT t.name FROM tables_of_students() t)
  ORDER BY c.relname
$$;

-- Why nothing may be deleted of a student: the holds in force, of the student or of a course that
-- the student has a standing or an event in.
CREATE FUNCTION holds_of_student(of_student uuid) RETURNS SETOF legal_hold
LANGUAGE sql STABLE AS $$
  SELECT h.* FROM legal_hold h
  WHERE h.lifted_at IS NULL AND (
    h.student = of_student
    OR EXISTS (SELECT FROM standing s WHERE s.student = of_student AND s.course = h.course)
    OR EXISTS (SELECT FROM enrolment e WHERE e.student = of_student AND e.course = h.course)
    OR EXISTS (SELECT FROM event e WHERE e.student = of_student AND e.course = h.course))
$$;

-- Delete a student's rows wherever they are, or only count them. Every table with a column
-- `student`, so that a table which is added later is not forgotten; what hangs on alerts; and what
-- names the student otherwise. A table whose rows have to stay in another form brings a function
-- forget_in_<table>(student, dry_run) that returns how many it has emptied.
CREATE FUNCTION delete_student(of_student uuid, dry_run boolean) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  counts jsonb := '{}';
  matching text;
  name text;
  n bigint;
BEGIN
  FOR name, matching IN
    SELECT t.name, 'alert_id IN (SELECT a.alert_id FROM alert a WHERE a.student = $1)'
    FROM tables_of_alerts() t
    UNION ALL SELECT t.name, 'student = $1' FROM tables_of_students() t
    UNION ALL VALUES
      ('catalogue_version', 'kind = ''enrolment'' AND right(key, 39) = ''"'' || $1 || ''"]'''),
      ('quarantine', 'student = $1 OR position(convert_to($1::text, ''UTF8'') IN payload) > 0 OR strpos(detail, $1::text) > 0')
  LOOP
    IF to_regprocedure(format('forget_in_%s(uuid, boolean)', name)) IS NOT NULL THEN
      EXECUTE format('SELECT forget_in_%s($1, $2)', name) USING of_student, dry_run INTO n;
    ELSIF dry_run THEN
      EXECUTE format('SELECT count(*) FROM %I WHERE %s', name, matching) USING of_student INTO n;
    ELSE
      EXECUTE format('DELETE FROM %I WHERE %s', name, matching) USING of_student;
      GET DIAGNOSTICS n = ROW_COUNT;
    END IF;
    counts := counts || jsonb_build_object(name, coalesce((counts ->> name)::bigint, 0) + n);
  END LOOP;
  RETURN counts;
END $$;

-- Erase a student, whatever is held: for a list of what was decided, and by its owner alone. Waits
-- for whoever writes this student, so that the next batch of the consumer knows of it.
CREATE FUNCTION erase_again(of_student uuid, at timestamptz, by_person text, for_reason text)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' SET "TimeZone" TO 'UTC' AS $$
DECLARE
  counts jsonb;
BEGIN
  IF of_student = '00000000-0000-0000-0000-000000000000' THEN
    RAISE EXCEPTION 'nobody cannot be erased';
  END IF;
  PERFORM pg_advisory_xact_lock(4714);
  PERFORM pg_advisory_xact_lock(815, get_byte(uuid_send(of_student), 0));
  counts := delete_student(of_student, false);
  INSERT INTO erasure (student, erased_at, asked_by, reason, deleted)
  VALUES (of_student, at, by_person, for_reason, counts)
  ON CONFLICT (student) DO NOTHING;
  RETURN counts;
END $$;

-- Erase a student who is not held: the procedure of the role privacy.
CREATE FUNCTION erase_student(of_student uuid, at timestamptz, by_person text, for_reason text)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' SET "TimeZone" TO 'UTC' AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(4714);
  PERFORM pg_advisory_xact_lock(815, get_byte(uuid_send(of_student), 0));
  IF EXISTS (SELECT FROM holds_of_student(of_student)) THEN
    RAISE EXCEPTION 'a legal hold is in force' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN erase_again(of_student, at, by_person, for_reason);
END $$;

-- What would be erased.
CREATE FUNCTION count_student(of_student uuid) RETURNS jsonb
LANGUAGE sql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' SET "TimeZone" TO 'UTC' AS $$
  SELECT delete_student(of_student, true)
$$;

REVOKE ALL ON FUNCTION tables_of_students, tables_of_alerts, delete_student, erase_again,
  erase_student, count_student FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_student, count_student TO privacy;
GRANT SELECT ON erasure TO ingest, api, privacy;
GRANT SELECT, INSERT, UPDATE ON legal_hold TO privacy;
GRANT SELECT ON legal_hold TO api;
-- A class looks otherwise without its student.
GRANT SELECT ON course, item TO privacy;
GRANT SELECT, INSERT, UPDATE ON course_context TO privacy;

-- Who a pseudonym is: the only place for institution ids, names and contacts; sealed, so that
-- neither this database nor a backup of it tells them without the key.
CREATE TABLE person (
  student      uuid        PRIMARY KEY,
  data_key     bytea       NOT NULL,  -- sealed by the master key
  nonce        bytea       NOT NULL,
  content      bytea       NOT NULL,  -- AES-256-GCM of the JSON, bound to the pseudonym
  version      integer     NOT NULL DEFAULT 1,
  recorded_at  timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE ON person TO api;
GRANT SELECT ON person TO privacy;
