CREATE FUNCTION public.alert_state(progress text, outcome text, closed_at timestamp with time zone, snoozed_until timestamp with time zone, as_of timestamp with time zone) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN (outcome IS NOT NULL) THEN 'resolved'::text WHEN (closed_at IS NOT NULL) THEN 'cleared'::text WHEN (snoozed_until > as_of) THEN 'snoozed'::text ELSE progress END;
ALTER FUNCTION public.alert_state(progress text, outcome text, closed_at timestamp with time zone, snoozed_until timestamp with time zone, as_of timestamp with time zone) OWNER TO owner;
CREATE FUNCTION public.count_student(of_student uuid) RETURNS jsonb
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    AS $$
  SELECT delete_student(of_student, true)
$$;
ALTER FUNCTION public.count_student(of_student uuid) OWNER TO owner;
CREATE FUNCTION public.courses_of(of_student uuid) RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT s.course FROM standing s
  WHERE (SELECT looks_at(NULL, ARRAY[of_student])) AND s.student = of_student
$$;
ALTER FUNCTION public.courses_of(of_student uuid) OWNER TO owner;
CREATE FUNCTION public.delete_student(of_student uuid, dry_run boolean) RETURNS jsonb
    LANGUAGE plpgsql
    AS $_$
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
END $_$;
ALTER FUNCTION public.delete_student(of_student uuid, dry_run boolean) OWNER TO owner;
CREATE FUNCTION public.drop_event_partitions(before timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    AS $$
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
ALTER FUNCTION public.drop_event_partitions(before timestamp with time zone) OWNER TO owner;
CREATE TABLE public.enrolment (
    student uuid NOT NULL,
    course text NOT NULL COLLATE pg_catalog."C",
    begins_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.enrolment OWNER TO owner;
CREATE TABLE public.enrolment_change (
    student uuid NOT NULL,
    course text NOT NULL COLLATE pg_catalog."C",
    occurred_at timestamp with time zone NOT NULL,
    event_uid uuid NOT NULL,
    status smallint NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.enrolment_change OWNER TO owner;
CREATE FUNCTION public.enrolled_spans(of_student uuid, in_course text) RETURNS tstzmultirange
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT range_agg(s.span) AS range_agg
    FROM ( SELECT
                 CASE
                     WHEN (c.status = 1) THEN tstzrange(c.occurred_at, lead(c.occurred_at) OVER changes)
                     WHEN (row_number() OVER changes = 1) THEN tstzrange(NULL::timestamp with time zone, c.occurred_at)
                     ELSE 'empty'::tstzrange
                 END AS "case"
            FROM public.enrolment_change c
           WHERE ((c.student = enrolled_spans.of_student) AND (c.course = enrolled_spans.in_course))
           WINDOW changes AS (ORDER BY c.occurred_at, c.event_uid)
         UNION ALL
          SELECT tstzrange(e.begins_at, e.ends_at) AS tstzrange
            FROM public.enrolment e
           WHERE ((e.student = enrolled_spans.of_student) AND (e.course = enrolled_spans.in_course))) s(span);
END;
ALTER FUNCTION public.enrolled_spans(of_student uuid, in_course text) OWNER TO owner;
CREATE FUNCTION public.ensure_event_partitions(first timestamp with time zone, last timestamp with time zone, width_months integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    AS $$
DECLARE
  month_no integer := extract(year FROM first)::integer * 12 + extract(month FROM first)::integer - 1;
  lower_at timestamptz;
  upper_at timestamptz;
  made integer := 0;
  name text;
BEGIN
  PERFORM pg_advisory_xact_lock(4711);
  month_no := month_no - month_no % width_months;
  LOOP
    lower_at := make_timestamptz(month_no / 12, month_no % 12 + 1, 1, 0, 0, 0, 'UTC');
    EXIT WHEN lower_at > last;
    month_no := month_no + width_months;
    upper_at := make_timestamptz(month_no / 12, month_no % 12 + 1, 1, 0, 0, 0, 'UTC');
    CONTINUE WHEN EXISTS (SELECT FROM event_partition p WHERE p.starts < upper_at
                          AND p.ends > lower_at);
    name := 'event_' || to_char(lower_at, 'YYYYMM');
    EXECUTE format('CREATE TABLE %I (LIKE event INCLUDING DEFAULTS INCLUDING STORAGE)', name);
    EXECUTE format('WITH moved AS (DELETE FROM event_stray WHERE occurred_at >= %L AND occurred_at < %L
                    RETURNING *) INSERT INTO %I SELECT * FROM moved', lower_at, upper_at, name);
    EXECUTE format('ALTER TABLE event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   name, lower_at, upper_at);
    INSERT INTO event_partition VALUES (lower_at, upper_at);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;
ALTER FUNCTION public.ensure_event_partitions(first timestamp with time zone, last timestamp with time zone, width_months integer) OWNER TO owner;
CREATE FUNCTION public.enter(as_person text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  roles text[];
  courses text[];
  students text[];
  oneself text[];
BEGIN
  SELECT array_agg(r.target) FILTER (WHERE r.kind = 'role'),
         array_agg(r.target) FILTER (WHERE r.kind = 'teaches'),
         array_agg(r.target) FILTER (WHERE r.kind IN ('advises', 'self')),
         array_agg(r.target) FILTER (WHERE r.kind = 'self')
  INTO roles, courses, students, oneself
  FROM roster r
  WHERE r.person = as_person AND (r.begins_on IS NULL OR r.begins_on <= today)
    AND (r.ends_on IS NULL OR r.ends_on >= today);
  PERFORM set_config('monitor.person', as_person, true),
          set_config('monitor.sees_all', (roles && '{registrar,privacy_officer}')::text, true),
          set_config('monitor.runs_it', (roles && '{administrator}')::text, true),
          set_config('monitor.keeps_roster', (roles && '{integrator,registrar}')::text, true),
          set_config('monitor.courses', courses::text, true),
          set_config('monitor.students', students::text, true),
          set_config('monitor.oneself', oneself::text, true);
END $$;
ALTER FUNCTION public.enter(as_person text) OWNER TO owner;
CREATE FUNCTION public.entered_as(setting text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN COALESCE((NULLIF(current_setting(('monitor.'::text || setting), true), ''::text))::boolean, false);
ALTER FUNCTION public.entered_as(setting text) OWNER TO owner;
CREATE FUNCTION public.erase_again(of_student uuid, at timestamp with time zone, by_person text, for_reason text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    AS $$
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
ALTER FUNCTION public.erase_again(of_student uuid, at timestamp with time zone, by_person text, for_reason text) OWNER TO owner;
CREATE FUNCTION public.erase_student(of_student uuid, at timestamp with time zone, by_person text, for_reason text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(4714);
  PERFORM pg_advisory_xact_lock(815, get_byte(uuid_send(of_student), 0));
  IF EXISTS (SELECT FROM holds_of_student(of_student)) THEN
    RAISE EXCEPTION 'a legal hold is in force' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN erase_again(of_student, at, by_person, for_reason);
END $$;
ALTER FUNCTION public.erase_student(of_student uuid, at timestamp with time zone, by_person text, for_reason text) OWNER TO owner;
CREATE FUNCTION public.events_then(in_course text, of_students uuid[], at timestamp with time zone, replayed boolean) RETURNS TABLE(event_uid text, occurred_us bigint, student text, event_type smallint, source text, event_id text, course text, subject text, details text, metadata text, gone boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET jit TO 'off'
    AS $$
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
ALTER FUNCTION public.events_then(in_course text, of_students uuid[], at timestamp with time zone, replayed boolean) OWNER TO owner;
CREATE FUNCTION public.forget_in_access(of_student uuid, dry_run boolean) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
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
ALTER FUNCTION public.forget_in_access(of_student uuid, dry_run boolean) OWNER TO owner;
CREATE FUNCTION public.forget_in_quarantine(of_student uuid, dry_run boolean) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
  uids uuid[] := ARRAY(
    SELECT q.quarantine_uid FROM quarantine q
    WHERE q.student = of_student OR q.students @> ARRAY[of_student]
       OR position(convert_to(of_student::text, 'UTF8') IN q.payload) > 0
       OR strpos(q.detail, of_student::text) > 0);
BEGIN
  IF NOT dry_run THEN
    DELETE FROM quarantine q WHERE q.quarantine_uid = ANY (uids);
  END IF;
  RETURN cardinality(uids);
END $$;
ALTER FUNCTION public.forget_in_quarantine(of_student uuid, dry_run boolean) OWNER TO owner;
CREATE TABLE public.legal_hold (
    hold_id bigint NOT NULL,
    student uuid,
    course text COLLATE pg_catalog."C",
    reason text NOT NULL,
    put_by text NOT NULL COLLATE pg_catalog."C",
    put_at timestamp with time zone NOT NULL,
    lifted_by text COLLATE pg_catalog."C",
    lifted_at timestamp with time zone,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT legal_hold_check CHECK ((num_nonnulls(student, course) = 1))
);
ALTER TABLE public.legal_hold OWNER TO owner;
CREATE FUNCTION public.holds_of_student(of_student uuid) RETURNS SETOF public.legal_hold
    LANGUAGE sql STABLE
    AS $$
  SELECT h.* FROM legal_hold h
  WHERE h.lifted_at IS NULL AND (
    h.student = of_student
    OR EXISTS (SELECT FROM standing s WHERE s.student = of_student AND s.course = h.course)
    OR EXISTS (SELECT FROM enrolment e WHERE e.student = of_student AND e.course = h.course)
    OR EXISTS (SELECT FROM event e WHERE e.student = of_student AND e.course = h.course)
    OR EXISTS (SELECT FROM quarantine q WHERE q.students @> ARRAY[of_student, h.student]))
$$;
ALTER FUNCTION public.holds_of_student(of_student uuid) OWNER TO owner;
CREATE FUNCTION public.is_held(of_student uuid, in_course text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (EXISTS (SELECT FROM public.legal_hold h WHERE ((h.lifted_at IS NULL) AND ((h.student = is_held.of_student) OR (h.course = is_held.in_course)))));
ALTER FUNCTION public.is_held(of_student uuid, in_course text) OWNER TO owner;
CREATE FUNCTION public.keep_statement() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  NEW.earlier := OLD.earlier || jsonb_build_array(jsonb_build_object(
    'statement', OLD.statement, 'stated_by', OLD.stated_by, 'stated_at', OLD.stated_at));
  RETURN NEW;
END $$;
ALTER FUNCTION public.keep_statement() OWNER TO owner;
CREATE FUNCTION public.ledger_is_kept() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
ALTER FUNCTION public.ledger_is_kept() OWNER TO owner;
CREATE FUNCTION public.ledger_leaf(salt uuid, hidden bytea) RETURNS uuid
    LANGUAGE sql IMMUTABLE
    RETURN (encode(SUBSTRING(sha256((uuid_send(salt) || hidden)) FROM 1 FOR 16), 'hex'::text))::uuid;
ALTER FUNCTION public.ledger_leaf(salt uuid, hidden bytea) OWNER TO owner;
CREATE TABLE public.access (
    access_id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    subject text NOT NULL COLLATE pg_catalog."C",
    client text NOT NULL COLLATE pg_catalog."C",
    address text NOT NULL COLLATE pg_catalog."C",
    correlation_id text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL,
    what text NOT NULL COLLATE pg_catalog."C",
    reason text NOT NULL,
    students uuid[] NOT NULL,
    salts uuid[] NOT NULL,
    CONSTRAINT access_check CHECK ((cardinality(salts) = (cardinality(students) + 1))),
    CONSTRAINT access_kind_check CHECK ((kind = ANY (ARRAY['person'::text, 'machine'::text, 'student'::text]))),
    CONSTRAINT access_students_check CHECK ((cardinality(students) > 0))
);
ALTER TABLE public.access OWNER TO owner;
CREATE FUNCTION public.ledger_leaves(a public.access) RETURNS uuid[]
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT ARRAY[CASE WHEN (a).salts[1] IS NOT NULL THEN ledger_leaf((a).salts[1], ledger_reader(a))
                    WHEN ((a).client, (a).address, (a).correlation_id) = ('', '', '')
                    THEN (a).subject::uuid END]
      || (SELECT array_agg(CASE WHEN k.salt IS NULL THEN k.student
                                ELSE ledger_leaf(k.salt, uuid_send(k.student)) END ORDER BY k.at)
          FROM unnest((a).students, (a).salts[2:]) WITH ORDINALITY AS k (student, salt, at))
$$;
ALTER FUNCTION public.ledger_leaves(a public.access) OWNER TO owner;
CREATE FUNCTION public.ledger_reader(a public.access) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    RETURN (((sha256(convert_to((a).subject, 'UTF8'::name)) || sha256(convert_to((a).client, 'UTF8'::name))) || sha256(convert_to((a).address, 'UTF8'::name))) || sha256(convert_to((a).correlation_id, 'UTF8'::name)));
ALTER FUNCTION public.ledger_reader(a public.access) OWNER TO owner;
CREATE FUNCTION public.looks_at(in_course text, of_students uuid[]) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  SELECT entered_as('sees_all') OR in_course = ANY (seen_courses())
    OR in_course <> '' AND EXISTS (SELECT FROM standing s
                                   WHERE s.student = ANY (seen_students()) AND s.course = in_course)
    OR cardinality(of_students) = 1 AND (
      of_students[1] = ANY (seen_students())
      OR EXISTS (SELECT FROM standing s
                 WHERE s.student = of_students[1] AND s.course = ANY (seen_courses())))
$$;
ALTER FUNCTION public.looks_at(in_course text, of_students uuid[]) OWNER TO owner;
CREATE FUNCTION public.must_be_open() RETURNS void
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM opened o JOIN pg_database d ON d.oid = o.database_oid
    WHERE o.started_at = pg_postmaster_start_time() AND d.datname = current_database()
  ) THEN
    RAISE EXCEPTION 'whether every erasure is in this database has to be seen first'
      USING ERRCODE = 'cannot_connect_now';
  END IF;
END $$;
ALTER FUNCTION public.must_be_open() OWNER TO owner;
CREATE FUNCTION public.on_record(of_student uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
  SELECT EXISTS (SELECT FROM standing s WHERE s.student = of_student)
      OR EXISTS (SELECT FROM enrolment e WHERE e.student = of_student)
      OR EXISTS (SELECT FROM person p WHERE p.student = of_student)
$$;
ALTER FUNCTION public.on_record(of_student uuid) OWNER TO owner;
CREATE FUNCTION public.oneself() RETURNS uuid[]
    LANGUAGE sql STABLE
    RETURN (NULLIF(current_setting('monitor.oneself'::text, true), ''::text))::uuid[];
ALTER FUNCTION public.oneself() OWNER TO owner;
CREATE FUNCTION public.open_with(last_erased uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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
ALTER FUNCTION public.open_with(last_erased uuid) OWNER TO owner;
CREATE FUNCTION public.refuse_erased() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
  IF EXISTS (SELECT FROM erasure e WHERE e.student = NEW.student) THEN
    RAISE EXCEPTION 'the student was erased' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
ALTER FUNCTION public.refuse_erased() OWNER TO owner;
CREATE FUNCTION public.retain(class text, before timestamp with time zone, most integer, dry_run boolean) RETURNS bigint
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
ALTER FUNCTION public.retain(class text, before timestamp with time zone, most integer, dry_run boolean) OWNER TO owner;
CREATE FUNCTION public.rights_of(as_person text, of_student uuid, OUT today date, OUT lines text, OUT courses text[]) RETURNS record
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
  today := (now() AT TIME ZONE 'UTC')::date;
  SELECT json_agg(json_build_array(r.kind, r.target, r.begins_on, r.ends_on)),
         array_agg(r.target) FILTER (WHERE r.kind = 'teaches')
  INTO lines, courses
  FROM roster r WHERE r.person = as_person
    AND (of_student IS NULL OR r.kind <> 'advises' OR r.student = of_student);
  courses := CASE WHEN of_student IS NOT NULL AND courses IS NOT NULL THEN
    (SELECT array_agg(s.course) FROM standing s
     WHERE s.student = of_student AND s.course = ANY (courses)) END;
END $$;
ALTER FUNCTION public.rights_of(as_person text, of_student uuid, OUT today date, OUT lines text, OUT courses text[]) OWNER TO owner;
CREATE FUNCTION public.rights_on_alert(as_person text, on_alert bigint, OUT today date, OUT lines text, OUT course text, OUT student uuid) RETURNS record
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
  SELECT a.course, a.student INTO course, student FROM alert a WHERE a.alert_id = on_alert;
  SELECT r.today, r.lines INTO today, lines
  FROM rights_of(as_person, coalesce(student, '00000000-0000-0000-0000-000000000000')) AS r;
END $$;
ALTER FUNCTION public.rights_on_alert(as_person text, on_alert bigint, OUT today date, OUT lines text, OUT course text, OUT student uuid) OWNER TO owner;
CREATE TABLE public.risk_daily (
    student uuid NOT NULL,
    course text NOT NULL COLLATE pg_catalog."C",
    day date NOT NULL,
    risk smallint NOT NULL,
    findings text[] NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.risk_daily OWNER TO owner;
CREATE FUNCTION public.risk_moved(of_student uuid, in_course text, today date) RETURNS TABLE(points integer)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT (( SELECT d.risk
            FROM public.risk_daily d
           WHERE ((d.student = risk_moved.of_student) AND (d.course = risk_moved.in_course) AND (d.day <= risk_moved.today))
           ORDER BY d.day DESC
          LIMIT 1) - ( SELECT d.risk
            FROM public.risk_daily d
           WHERE ((d.student = risk_moved.of_student) AND (d.course = risk_moved.in_course) AND (d.day <= (risk_moved.today - 7)))
           ORDER BY d.day DESC
          LIMIT 1));
END;
ALTER FUNCTION public.risk_moved(of_student uuid, in_course text, today date) OWNER TO owner;
CREATE FUNCTION public.rows_past_in_force(class text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE class WHEN 'events'::text THEN 'SELECT x.ctid FROM event_stray x WHERE x.occurred_at < $1
     AND NOT is_held(x.student, x.course) LIMIT $2'::text WHEN 'receipts'::text THEN 'WITH RECURSIVE next AS (
       (SELECT r.source FROM receipt r ORDER BY r.source LIMIT 1)
       UNION ALL
       SELECT (SELECT r.source FROM receipt r WHERE r.source > next.source ORDER BY r.source LIMIT 1)
       FROM next WHERE next.source IS NOT NULL)
     SELECT x.ctid FROM next CROSS JOIN LATERAL (
       SELECT r.ctid FROM receipt r WHERE r.source = next.source AND r.accepted_at < $1 LIMIT $2) x
     LIMIT $2'::text WHEN 'quarantine'::text THEN 'SELECT x.ctid FROM quarantine x WHERE x.recorded_at < $1
     AND NOT EXISTS (SELECT FROM legal_hold h WHERE h.lifted_at IS NULL
                     AND (h.student = x.student OR x.student IS NULL OR h.course IS NOT NULL))
     LIMIT $2'::text WHEN 'risk_daily'::text THEN 'SELECT x.ctid FROM course_context c CROSS JOIN LATERAL (
       SELECT d.ctid FROM risk_daily d WHERE d.course = c.course AND d.day < ($1 AT TIME ZONE ''UTC'')::date
       AND NOT is_held(d.student, d.course) LIMIT $2) x
     LIMIT $2'::text WHEN 'alerts'::text THEN 'SELECT x.ctid FROM alert x WHERE x.opened_at < $1 AND x.cleared_at < $1
     AND NOT is_held(x.student, x.course) LIMIT $2'::text WHEN 'notes'::text THEN 'SELECT x.ctid FROM alert_history x JOIN alert a USING (alert_id)
     WHERE x.changed_at < $1 AND x.details LIKE ''%"note"%'' AND x.details::jsonb ? ''note'' AND a.cleared_at IS NOT NULL
     AND NOT is_held(a.student, a.course) LIMIT $2'::text WHEN 'records'::text THEN 'SELECT x.ctid FROM course c JOIN standing x ON x.course = c.course
     WHERE c.ends_on < ($1 AT TIME ZONE ''UTC'')::date AND NOT is_held(x.student, x.course) LIMIT $2'::text ELSE NULL::text END;
ALTER FUNCTION public.rows_past_in_force(class text) OWNER TO owner;
CREATE FUNCTION public.rows_past(class text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE class WHEN 'shadow_finding'::text THEN 'SELECT x.ctid FROM shadow_finding x WHERE x.day < ($1 AT TIME ZONE ''UTC'')::date
     AND NOT is_held(x.student, x.course) LIMIT $2'::text WHEN 'shadow_alert'::text THEN 'SELECT x.ctid FROM shadow_alert x WHERE x.opened_at < $1
     AND NOT is_held(x.student, x.course) LIMIT $2'::text WHEN 'quarantine'::text THEN 'SELECT x.ctid FROM quarantine x WHERE x.recorded_at < $1
     AND NOT EXISTS (SELECT FROM legal_hold h WHERE h.lifted_at IS NULL
                     AND (h.student = x.student OR x.student IS NULL OR h.course IS NOT NULL
                          OR h.student = ANY (x.students)))
     LIMIT $2'::text ELSE public.rows_past_in_force(class) END;
ALTER FUNCTION public.rows_past(class text) OWNER TO owner;
CREATE FUNCTION public.seen_courses() RETURNS text[]
    LANGUAGE sql STABLE
    RETURN (NULLIF(current_setting('monitor.courses'::text, true), ''::text))::text[];
ALTER FUNCTION public.seen_courses() OWNER TO owner;
CREATE FUNCTION public.seen_students() RETURNS uuid[]
    LANGUAGE sql STABLE
    RETURN (NULLIF(current_setting('monitor.students'::text, true), ''::text))::uuid[];
ALTER FUNCTION public.seen_students() OWNER TO owner;
CREATE FUNCTION public.standings_then(in_course text, of_students uuid[], at timestamp with time zone, replayed boolean) RETURNS TABLE(student text, course text, place text, work text, marks integer, weight_sum bigint, weighted_sum bigint, handed_in integer, late integer, sessions integer, attended integer, active_day integer, submitted_day integer, incidents integer, suspensions integer, enrolled text, conduct text, open_alerts smallint, risk_bucket smallint, version bigint, risk_before smallint, flags smallint, flags_elsewhere smallint, roster text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET jit TO 'off'
    AS $$
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
ALTER FUNCTION public.standings_then(in_course text, of_students uuid[], at timestamp with time zone, replayed boolean) OWNER TO owner;
CREATE FUNCTION public.tables_of_alerts() RETURNS TABLE(name text)
    LANGUAGE sql STABLE
    AS $$
  SELECT c.relname::text FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'alert_id' AND NOT a.attisdropped
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    AND c.relname NOT IN (SELECT t.name FROM tables_of_students() t)
  ORDER BY c.relname
$$;
ALTER FUNCTION public.tables_of_alerts() OWNER TO owner;
CREATE FUNCTION public.tables_of_students() RETURNS TABLE(name text)
    LANGUAGE sql STABLE
    AS $$
  SELECT c.relname::text FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
    AND (a.attname, a.atttypid) IN (('student', 'uuid'::regtype), ('students', 'uuid[]'::regtype))
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname NOT IN ('erasure', 'quarantine')
  ORDER BY c.relname
$$;
ALTER FUNCTION public.tables_of_students() OWNER TO owner;
CREATE TABLE public.announcement (
    announcement_id bigint NOT NULL,
    alert_id bigint NOT NULL,
    kind text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    sent_at timestamp with time zone,
    recipient text COLLATE pg_catalog."C",
    due_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    in_digest boolean DEFAULT false NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    CONSTRAINT announcement_kind_check CHECK ((kind = ANY (ARRAY['opened'::text, 'cleared'::text, 'escalated'::text, 'assigned'::text, 'woken'::text])))
);
ALTER TABLE public.announcement OWNER TO owner;
CREATE TABLE public.quarantine (
    quarantine_uid uuid NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    payload bytea NOT NULL,
    source text COLLATE pg_catalog."C",
    event_id text COLLATE pg_catalog."C",
    student uuid,
    occurred_at timestamp with time zone,
    correlation_id text COLLATE pg_catalog."C",
    sequence_number text COLLATE pg_catalog."C",
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    students uuid[]
);
ALTER TABLE public.quarantine OWNER TO owner;
CREATE FUNCTION public.waiting(at timestamp with time zone) RETURNS TABLE(unsent bigint, set_aside bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT ( SELECT count(*) AS count
            FROM ( SELECT
                    FROM public.announcement
                   WHERE ((announcement.sent_at IS NULL) AND (announcement.in_digest = ANY (ARRAY[false, true])) AND (announcement.due_at <= waiting.at))
                  LIMIT 1000) u) AS count,
     ( SELECT count(*) AS count
            FROM ( SELECT
                    FROM public.quarantine
                   WHERE (quarantine.recorded_at > (now() - '1 day'::interval))
                  LIMIT 1000) q) AS count;
END;
ALTER FUNCTION public.waiting(at timestamp with time zone) OWNER TO owner;
CREATE FUNCTION public.without_content(detail text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN (detail ~~ 'Traceback%'::text) THEN (SELECT string_agg(COALESCE("substring"(t.line, '^  File "[^"]*", line [0-9]+, in [A-Za-z0-9_<>.]+$'::text), "substring"(t.line, '^(?:psycopg2[.]errors[.][A-Za-z]+|[A-Za-z_.]*(?:Error|Exception))(?=:|$)'::text)), '
'::text ORDER BY t.at) AS string_agg FROM regexp_split_to_table(without_content.detail, '
'::text) WITH ORDINALITY t(line, at)) ELSE regexp_replace(detail, '''[^'']*''|"[^"]*"'::text, '...'::text, 'g'::text) END;
ALTER FUNCTION public.without_content(detail text) OWNER TO owner;
ALTER TABLE public.access ALTER COLUMN access_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.access_access_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.access_batch (
    batch bigint NOT NULL,
    first_id bigint NOT NULL,
    last_id bigint NOT NULL,
    entries integer NOT NULL,
    content bytea NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    sealed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT access_batch_check CHECK ((last_id >= first_id))
);
ALTER TABLE public.access_batch OWNER TO owner;
CREATE TABLE public.event (
    student uuid NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    event_uid uuid NOT NULL,
    receipt uuid NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    event_type smallint NOT NULL,
    source text NOT NULL COLLATE pg_catalog."C",
    event_id text NOT NULL COLLATE pg_catalog."C",
    course text NOT NULL COLLATE pg_catalog."C",
    subject text NOT NULL COLLATE pg_catalog."C",
    details text NOT NULL,
    metadata text
)
PARTITION BY RANGE (occurred_at);
ALTER TABLE public.event OWNER TO owner;
CREATE TABLE public.retraction (
    student uuid NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    event_uid uuid NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.retraction OWNER TO owner;
CREATE VIEW public.activity_day WITH (security_barrier='true') AS
 SELECT student,
    course,
    ((occurred_at AT TIME ZONE 'UTC'::text))::date AS day,
    (count(*))::integer AS events,
    (sum(COALESCE((((details)::json ->> 'count'::text))::bigint, (0)::bigint)))::bigint AS amount,
    (sum(COALESCE((((details)::json ->> 'minutes'::text))::bigint, (0)::bigint)))::bigint AS minutes,
    max(recorded_at) AS recorded_at
   FROM public.event e
  WHERE ((event_type = 4) AND (NOT (EXISTS ( SELECT
           FROM public.retraction r
          WHERE ((r.student = e.student) AND (r.occurred_at = e.occurred_at) AND (r.event_uid = e.event_uid))))))
  GROUP BY student, course, (((occurred_at AT TIME ZONE 'UTC'::text))::date);
ALTER VIEW public.activity_day OWNER TO owner;
CREATE TABLE public.alert (
    alert_id bigint NOT NULL,
    student uuid NOT NULL,
    course text NOT NULL COLLATE pg_catalog."C",
    rule text NOT NULL COLLATE pg_catalog."C",
    severity smallint NOT NULL,
    because text NOT NULL,
    evidence jsonb NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    cleared_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    progress text DEFAULT 'open'::text NOT NULL,
    assignee text COLLATE pg_catalog."C",
    snoozed_until timestamp with time zone,
    outcome text,
    noted_at timestamp with time zone,
    quiet_until timestamp with time zone,
    CONSTRAINT alert_progress_check CHECK ((progress = ANY (ARRAY['open'::text, 'acknowledged'::text, 'in_progress'::text])))
);
ALTER TABLE public.alert OWNER TO owner;
ALTER TABLE public.alert ALTER COLUMN alert_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.alert_alert_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.alert_history (
    alert_id bigint NOT NULL,
    version integer NOT NULL,
    change text NOT NULL,
    because text NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    person text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    details text,
    severity smallint,
    evidence jsonb,
    CONSTRAINT alert_history_change_check CHECK ((change = ANY (ARRAY['opened'::text, 'updated'::text, 'cleared'::text, 'acknowledged'::text, 'assigned'::text, 'noted'::text, 'snoozed'::text, 'woken'::text, 'resolved'::text, 'intervention_started'::text, 'intervention_ended'::text])))
);
ALTER TABLE public.alert_history OWNER TO owner;
ALTER TABLE public.announcement ALTER COLUMN announcement_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.announcement_announcement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.attendance (
    student uuid NOT NULL,
    course text NOT NULL COLLATE pg_catalog."C",
    session text NOT NULL COLLATE pg_catalog."C",
    occurred_at timestamp with time zone NOT NULL,
    event_uid uuid NOT NULL,
    status smallint NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (fillfactor='90');
ALTER TABLE public.attendance OWNER TO owner;
CREATE TABLE public.catalogue_version (
    kind text NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    content jsonb NOT NULL,
    valid_from timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT catalogue_version_kind_check CHECK ((kind = ANY (ARRAY['course'::text, 'item'::text, 'enrolment'::text])))
);
ALTER TABLE public.catalogue_version OWNER TO owner;
CREATE TABLE public.client_source (
    client text NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    source text COLLATE pg_catalog."C",
    set_by text NOT NULL COLLATE pg_catalog."C",
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.client_source OWNER TO owner;
CREATE TABLE public.conduct (
    student uuid NOT NULL,
    course text NOT NULL COLLATE pg_catalog."C",
    occurred_at timestamp with time zone NOT NULL,
    event_uid uuid NOT NULL,
    kind smallint NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.conduct OWNER TO owner;
CREATE TABLE public.correction (
    student uuid NOT NULL,
    number smallint NOT NULL,
    course text NOT NULL COLLATE pg_catalog."C",
    about text NOT NULL,
    wanted text NOT NULL,
    requested_by text NOT NULL COLLATE pg_catalog."C",
    requested_at timestamp with time zone NOT NULL,
    decision text,
    reason text,
    decided_by text COLLATE pg_catalog."C",
    decided_at timestamp with time zone,
    correcting text COLLATE pg_catalog."C",
    statement text,
    stated_by text COLLATE pg_catalog."C",
    stated_at timestamp with time zone,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    earlier jsonb DEFAULT '[]'::jsonb NOT NULL,
    CONSTRAINT correction_decision_check CHECK ((decision = ANY (ARRAY['granted'::text, 'refused'::text])))
);
ALTER TABLE public.correction OWNER TO owner;
CREATE TABLE public.course (
    course text NOT NULL COLLATE pg_catalog."C",
    title text NOT NULL,
    subject text DEFAULT ''::text NOT NULL,
    starts_on date,
    ends_on date,
    time_zone text DEFAULT 'UTC'::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.course OWNER TO owner;
CREATE TABLE public.course_context (
    course text NOT NULL COLLATE pg_catalog."C",
    as_of timestamp with time zone NOT NULL,
    enrolled integer NOT NULL,
    mean_bp integer,
    items jsonb NOT NULL,
    begins_us bigint,
    ends_us bigint,
    median_submitted_us bigint,
    version integer DEFAULT 1 NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    marked integer DEFAULT 0 NOT NULL,
    low_bp integer,
    median_day integer,
    subject text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C"
);
ALTER TABLE public.course_context OWNER TO owner;
CREATE TABLE public.disclosure (
    student uuid NOT NULL,
    access_id bigint NOT NULL,
    salt uuid NOT NULL,
    content text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.disclosure OWNER TO owner;
CREATE TABLE public.erasure (
    number bigint NOT NULL,
    student uuid NOT NULL,
    erased_at timestamp with time zone NOT NULL,
    asked_by text NOT NULL COLLATE pg_catalog."C",
    reason text NOT NULL,
    deleted jsonb NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.erasure OWNER TO owner;
ALTER TABLE public.erasure ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.erasure_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.event_partition (
    starts timestamp with time zone NOT NULL,
    ends timestamp with time zone NOT NULL
);
ALTER TABLE public.event_partition OWNER TO owner;
CREATE TABLE public.event_stray (
    student uuid NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    event_uid uuid NOT NULL,
    receipt uuid NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    event_type smallint NOT NULL,
    source text NOT NULL COLLATE pg_catalog."C",
    event_id text NOT NULL COLLATE pg_catalog."C",
    course text NOT NULL COLLATE pg_catalog."C",
    subject text NOT NULL COLLATE pg_catalog."C",
    details text NOT NULL,
    metadata text
);
ALTER TABLE public.event_stray OWNER TO owner;
CREATE TABLE public.intervention (
    alert_id bigint NOT NULL,
    number smallint NOT NULL,
    kind text NOT NULL,
    person text NOT NULL COLLATE pg_catalog."C",
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    outcome text,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.intervention OWNER TO owner;
CREATE TABLE public.item (
    course text NOT NULL COLLATE pg_catalog."C",
    item text NOT NULL COLLATE pg_catalog."C",
    title text NOT NULL,
    due_at timestamp with time zone,
    weight_milli integer,
    optional boolean DEFAULT false NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.item OWNER TO owner;
ALTER TABLE public.legal_hold ALTER COLUMN hold_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.legal_hold_hold_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.migration (
    name text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.migration OWNER TO owner;
CREATE TABLE public.opened (
    one boolean DEFAULT true NOT NULL,
    database_oid oid NOT NULL,
    started_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT opened_one_check CHECK (one)
);
ALTER TABLE public.opened OWNER TO owner;
CREATE TABLE public.person (
    student uuid NOT NULL,
    data_key bytea NOT NULL,
    nonce bytea NOT NULL,
    content bytea NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.person OWNER TO owner;
CREATE TABLE public.policy_version (
    course text NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    overrides jsonb NOT NULL,
    sent text NOT NULL,
    set_by text NOT NULL,
    valid_from timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.policy_version OWNER TO owner;
CREATE TABLE public.receipt (
    receipt uuid NOT NULL,
    source text NOT NULL COLLATE pg_catalog."C",
    correlation_id text NOT NULL COLLATE pg_catalog."C",
    accepted_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.receipt OWNER TO owner;
CREATE UNLOGGED TABLE public.request_quota (
    who uuid NOT NULL,
    found double precision NOT NULL,
    as_of timestamp with time zone NOT NULL
)
WITH (fillfactor='50', autovacuum_vacuum_threshold='1000');
ALTER TABLE public.request_quota OWNER TO owner;
CREATE TABLE public.standing (
    student uuid NOT NULL,
    course text NOT NULL COLLATE pg_catalog."C",
    work text DEFAULT '[]'::text NOT NULL,
    marks integer DEFAULT 0 NOT NULL,
    weight_sum bigint DEFAULT 0 NOT NULL,
    weighted_sum bigint DEFAULT 0 NOT NULL,
    handed_in integer DEFAULT 0 NOT NULL,
    late integer DEFAULT 0 NOT NULL,
    sessions integer DEFAULT 0 NOT NULL,
    attended integer DEFAULT 0 NOT NULL,
    last_activity_on date,
    last_submitted_on date,
    incidents integer DEFAULT 0 NOT NULL,
    suspensions integer DEFAULT 0 NOT NULL,
    enrolled tstzmultirange,
    version bigint DEFAULT 1 NOT NULL,
    risk_bucket smallint DEFAULT 0 NOT NULL,
    open_alerts smallint DEFAULT 0 NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    conduct text,
    risk_before smallint,
    flags smallint DEFAULT 0 NOT NULL,
    flags_elsewhere smallint DEFAULT 0 NOT NULL
)
WITH (fillfactor='40');
ALTER TABLE public.standing OWNER TO owner;
CREATE VIEW public.result WITH (security_invoker='true') AS
 SELECT s.student,
    s.course,
    (e.r ->> 0) AS item,
    ((e.r ->> 4))::integer AS score_bp,
    ((e.r ->> 1))::bigint AS weight_milli,
    ((e.r ->> 8))::boolean AS excused,
    ((e.r ->> 3))::boolean AS optional,
    ((e.r ->> 2))::boolean AS late,
    ('1970-01-01 00:00:00+00'::timestamp with time zone + ((((e.r ->> 5))::bigint)::double precision * '00:00:00.000001'::interval)) AS scored_at,
    (e.r ->> 6) AS scored_uid,
    ('1970-01-01 00:00:00+00'::timestamp with time zone + ((((e.r ->> 9))::bigint)::double precision * '00:00:00.000001'::interval)) AS first_submitted_at,
    ('1970-01-01 00:00:00+00'::timestamp with time zone + ((((e.r ->> 10))::bigint)::double precision * '00:00:00.000001'::interval)) AS due_at
   FROM (public.standing s
     CROSS JOIN LATERAL jsonb_array_elements((s.work)::jsonb) e(r));
ALTER VIEW public.result OWNER TO owner;
CREATE TABLE public.retention_run (
    run bigint NOT NULL,
    class text NOT NULL,
    before timestamp with time zone NOT NULL,
    deleted bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.retention_run OWNER TO owner;
ALTER TABLE public.retention_run ALTER COLUMN run ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.retention_run_run_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.roster (
    person text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    target text NOT NULL COLLATE pg_catalog."C",
    begins_on date,
    ends_on date,
    version integer DEFAULT 1 NOT NULL,
    set_by text NOT NULL COLLATE pg_catalog."C",
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    student uuid GENERATED ALWAYS AS (
CASE
    WHEN (kind = ANY (ARRAY['advises'::text, 'self'::text])) THEN (target)::uuid
    ELSE NULL::uuid
END) STORED,
    CONSTRAINT roster_check CHECK ((ends_on >= begins_on)),
    CONSTRAINT roster_check1 CHECK (((kind <> ALL (ARRAY['advises'::text, 'self'::text])) OR (target = ((target)::uuid)::text))),
    CONSTRAINT roster_kind_check CHECK ((kind = ANY (ARRAY['advises'::text, 'role'::text, 'self'::text, 'teaches'::text])))
);
ALTER TABLE public.roster OWNER TO owner;
CREATE TABLE public.roster_version (
    person text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    target text NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    begins_on date,
    ends_on date,
    removed boolean DEFAULT false NOT NULL,
    set_by text NOT NULL COLLATE pg_catalog."C",
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    student uuid GENERATED ALWAYS AS (
CASE
    WHEN (kind = ANY (ARRAY['advises'::text, 'self'::text])) THEN (target)::uuid
    ELSE NULL::uuid
END) STORED
);
ALTER TABLE public.roster_version OWNER TO owner;
CREATE VIEW public.seen_event WITH (security_barrier='true') AS
 SELECT student,
    occurred_at,
    event_uid,
    event_type,
    source,
    event_id,
    course,
    subject,
    details
   FROM public.event e
  WHERE (( SELECT public.entered_as('sees_all'::text) AS entered_as) OR (course = ANY (( SELECT public.seen_courses() AS seen_courses)::text[])) OR (student = ANY (( SELECT public.seen_students() AS seen_students)::uuid[])));
ALTER VIEW public.seen_event OWNER TO owner;
CREATE VIEW public.set_aside AS
 SELECT recorded_at,
    quarantine_uid,
    reason,
    public.without_content(detail) AS detail,
    source,
    correlation_id,
    sequence_number,
    cardinality(students) AS named,
    length(payload) AS payload_bytes
   FROM public.quarantine q
  WHERE (( SELECT public.entered_as('sees_all'::text) AS entered_as) OR ( SELECT public.entered_as('runs_it'::text) AS entered_as));
ALTER VIEW public.set_aside OWNER TO owner;
CREATE TABLE public.shadow_alert (
    shadow_alert_id bigint NOT NULL,
    course text NOT NULL COLLATE pg_catalog."C",
    student uuid NOT NULL,
    rule text NOT NULL COLLATE pg_catalog."C",
    edition bigint NOT NULL,
    severity smallint NOT NULL,
    because text NOT NULL,
    in_force boolean NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    cleared_at timestamp with time zone,
    quiet_until timestamp with time zone,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.shadow_alert OWNER TO owner;
ALTER TABLE public.shadow_alert ALTER COLUMN shadow_alert_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.shadow_alert_shadow_alert_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.shadow_finding (
    course text NOT NULL COLLATE pg_catalog."C",
    day date NOT NULL,
    student uuid NOT NULL,
    rule text NOT NULL COLLATE pg_catalog."C",
    edition bigint NOT NULL,
    in_force boolean NOT NULL,
    shadow boolean NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.shadow_finding OWNER TO owner;
CREATE TABLE public.shadow_policy_version (
    course text NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    edition bigint NOT NULL,
    overrides jsonb,
    sent text NOT NULL,
    set_by text NOT NULL,
    valid_from timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.shadow_policy_version OWNER TO owner;
ALTER TABLE public.shadow_policy_version ALTER COLUMN edition ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.shadow_policy_version_edition_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY public.event ATTACH PARTITION public.event_stray DEFAULT;
ALTER TABLE ONLY public.access_batch
    ADD CONSTRAINT access_batch_pkey PRIMARY KEY (batch);
ALTER TABLE ONLY public.access
    ADD CONSTRAINT access_pkey PRIMARY KEY (access_id);
ALTER TABLE ONLY public.alert_history
    ADD CONSTRAINT alert_history_pkey PRIMARY KEY (alert_id, version);
ALTER TABLE ONLY public.alert
    ADD CONSTRAINT alert_pkey PRIMARY KEY (alert_id);
ALTER TABLE ONLY public.announcement
    ADD CONSTRAINT announcement_pkey PRIMARY KEY (announcement_id);
ALTER TABLE ONLY public.attendance
    ADD CONSTRAINT attendance_pkey PRIMARY KEY (student, course, session);
ALTER TABLE ONLY public.catalogue_version
    ADD CONSTRAINT catalogue_version_pkey PRIMARY KEY (kind, key, version);
ALTER TABLE ONLY public.client_source
    ADD CONSTRAINT client_source_pkey PRIMARY KEY (client, version);
ALTER TABLE ONLY public.conduct
    ADD CONSTRAINT conduct_pkey PRIMARY KEY (student, course, occurred_at, event_uid);
ALTER TABLE ONLY public.correction
    ADD CONSTRAINT correction_pkey PRIMARY KEY (student, number);
ALTER TABLE ONLY public.course_context
    ADD CONSTRAINT course_context_pkey PRIMARY KEY (course);
ALTER TABLE ONLY public.course
    ADD CONSTRAINT course_pkey PRIMARY KEY (course);
ALTER TABLE ONLY public.disclosure
    ADD CONSTRAINT disclosure_pkey PRIMARY KEY (student, access_id);
ALTER TABLE ONLY public.enrolment_change
    ADD CONSTRAINT enrolment_change_pkey PRIMARY KEY (student, course, occurred_at, event_uid);
ALTER TABLE ONLY public.enrolment
    ADD CONSTRAINT enrolment_pkey PRIMARY KEY (student, course, begins_at);
ALTER TABLE ONLY public.erasure
    ADD CONSTRAINT erasure_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.erasure
    ADD CONSTRAINT erasure_student_key UNIQUE (student);
ALTER TABLE ONLY public.event_partition
    ADD CONSTRAINT event_partition_pkey PRIMARY KEY (starts);
ALTER TABLE ONLY public.intervention
    ADD CONSTRAINT intervention_pkey PRIMARY KEY (alert_id, number);
ALTER TABLE ONLY public.item
    ADD CONSTRAINT item_pkey PRIMARY KEY (course, item);
ALTER TABLE ONLY public.legal_hold
    ADD CONSTRAINT legal_hold_pkey PRIMARY KEY (hold_id);
ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.opened
    ADD CONSTRAINT opened_pkey PRIMARY KEY (one);
ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (student);
ALTER TABLE ONLY public.policy_version
    ADD CONSTRAINT policy_version_pkey PRIMARY KEY (course, version);
ALTER TABLE ONLY public.quarantine
    ADD CONSTRAINT quarantine_pkey PRIMARY KEY (quarantine_uid);
ALTER TABLE ONLY public.receipt
    ADD CONSTRAINT receipt_pkey PRIMARY KEY (receipt);
ALTER TABLE ONLY public.request_quota
    ADD CONSTRAINT request_quota_pkey PRIMARY KEY (who);
ALTER TABLE ONLY public.retention_run
    ADD CONSTRAINT retention_run_pkey PRIMARY KEY (run);
ALTER TABLE ONLY public.retraction
    ADD CONSTRAINT retraction_pkey PRIMARY KEY (student, occurred_at, event_uid);
ALTER TABLE ONLY public.risk_daily
    ADD CONSTRAINT risk_daily_pkey PRIMARY KEY (student, course, day);
ALTER TABLE ONLY public.roster
    ADD CONSTRAINT roster_pkey PRIMARY KEY (person, kind, target);
ALTER TABLE ONLY public.roster_version
    ADD CONSTRAINT roster_version_pkey PRIMARY KEY (person, kind, target, version);
ALTER TABLE ONLY public.shadow_alert
    ADD CONSTRAINT shadow_alert_pkey PRIMARY KEY (shadow_alert_id);
ALTER TABLE ONLY public.shadow_finding
    ADD CONSTRAINT shadow_finding_pkey PRIMARY KEY (course, day, student, rule);
ALTER TABLE ONLY public.shadow_policy_version
    ADD CONSTRAINT shadow_policy_version_pkey PRIMARY KEY (course, version);
ALTER TABLE ONLY public.standing
    ADD CONSTRAINT standing_pkey PRIMARY KEY (student, course);
CREATE INDEX access_by_student ON public.access USING gin (students);
CREATE INDEX access_by_subject ON public.access USING btree (subject, access_id);
CREATE INDEX access_refused ON public.access USING btree (subject, (students[1]), recorded_at) WHERE (reason = 'refused'::text);
CREATE INDEX alert_by_assignee ON public.alert USING btree (assignee, opened_at DESC, alert_id DESC) WHERE (assignee IS NOT NULL);
CREATE INDEX alert_by_course ON public.alert USING btree (course, opened_at DESC, alert_id DESC);
CREATE INDEX alert_by_student ON public.alert USING btree (student, opened_at DESC);
CREATE INDEX alert_by_time ON public.alert USING btree (opened_at DESC, alert_id DESC);
CREATE INDEX alert_history_by_note ON public.alert_history USING btree (changed_at) WHERE (details ~~ '%"note"%'::text);
CREATE UNIQUE INDEX alert_one_open ON public.alert USING btree (course, student, rule) WHERE (cleared_at IS NULL);
CREATE INDEX alert_open_by_time ON public.alert USING btree (opened_at DESC, alert_id DESC) WHERE (cleared_at IS NULL);
CREATE INDEX alert_quiet ON public.alert USING btree (student, course, quiet_until) WHERE (quiet_until IS NOT NULL);
CREATE INDEX alert_resolved_by_time ON public.alert USING btree (opened_at DESC, alert_id DESC) WHERE (outcome IS NOT NULL);
CREATE INDEX announcement_for ON public.announcement USING btree (recipient, due_at) WHERE ((sent_at IS NULL) AND (recipient IS NOT NULL));
CREATE INDEX announcement_of_alert ON public.announcement USING btree (alert_id);
CREATE INDEX announcement_sent ON public.announcement USING btree (recipient, sent_at) WHERE ((sent_at IS NOT NULL) AND (NOT in_digest));
CREATE INDEX announcement_unsent ON public.announcement USING btree (announcement_id) WHERE (sent_at IS NULL);
CREATE INDEX announcement_waiting ON public.announcement USING btree (in_digest, due_at, announcement_id) WHERE (sent_at IS NULL);
CREATE INDEX disclosure_by_access ON public.disclosure USING btree (access_id);
CREATE INDEX enrolment_by_course ON public.enrolment USING btree (course);
CREATE UNIQUE INDEX event_identity ON ONLY public.event USING btree (student, occurred_at, event_uid) INCLUDE (event_type, source, event_id, course, subject, details);
CREATE UNIQUE INDEX event_stray_student_occurred_at_event_uid_event_type_source_idx ON public.event_stray USING btree (student, occurred_at, event_uid) INCLUDE (event_type, source, event_id, course, subject, details);
CREATE UNIQUE INDEX legal_hold_course ON public.legal_hold USING btree (course) WHERE ((lifted_at IS NULL) AND (course IS NOT NULL));
CREATE UNIQUE INDEX legal_hold_student ON public.legal_hold USING btree (student) WHERE ((lifted_at IS NULL) AND (student IS NOT NULL));
CREATE INDEX quarantine_by_student ON public.quarantine USING gin (students);
CREATE INDEX quarantine_by_time ON public.quarantine USING btree (recorded_at DESC, quarantine_uid);
CREATE INDEX quarantine_not_looked_at ON public.quarantine USING btree (quarantine_uid) WHERE (students IS NULL);
CREATE INDEX receipt_by_source ON public.receipt USING btree (source, accepted_at);
CREATE INDEX risk_daily_by_course ON public.risk_daily USING btree (course, day);
CREATE INDEX roster_by_target ON public.roster USING btree (target, kind, person);
CREATE INDEX roster_version_by_target ON public.roster_version USING btree (target, kind);
CREATE INDEX shadow_alert_by_course ON public.shadow_alert USING btree (course, opened_at);
CREATE INDEX shadow_alert_by_student ON public.shadow_alert USING btree (student, course, edition);
CREATE INDEX shadow_alert_by_time ON public.shadow_alert USING btree (opened_at);
CREATE INDEX shadow_finding_by_day ON public.shadow_finding USING btree (day);
CREATE INDEX standing_by_risk ON public.standing USING btree (course, risk_bucket DESC);
ALTER INDEX public.event_identity ATTACH PARTITION public.event_stray_student_occurred_at_event_uid_event_type_source_idx;
CREATE TRIGGER access_batch_is_kept BEFORE DELETE OR UPDATE ON public.access_batch FOR EACH ROW EXECUTE FUNCTION public.ledger_is_kept();
CREATE TRIGGER access_batch_is_not_emptied BEFORE TRUNCATE ON public.access_batch FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_is_kept();
CREATE TRIGGER access_is_kept BEFORE DELETE OR UPDATE ON public.access FOR EACH ROW EXECUTE FUNCTION public.ledger_is_kept();
CREATE TRIGGER access_is_not_emptied BEFORE TRUNCATE ON public.access FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_is_kept();
CREATE TRIGGER keep_statement BEFORE UPDATE ON public.correction FOR EACH ROW WHEN (((old.statement IS NOT NULL) AND ((old.statement IS DISTINCT FROM new.statement) OR (old.stated_by IS DISTINCT FROM new.stated_by)))) EXECUTE FUNCTION public.keep_statement();
CREATE TRIGGER refuse_erased AFTER INSERT OR UPDATE OF student ON public.correction FOR EACH ROW EXECUTE FUNCTION public.refuse_erased();
CREATE TRIGGER refuse_erased AFTER INSERT OR UPDATE OF student ON public.disclosure FOR EACH ROW EXECUTE FUNCTION public.refuse_erased();
CREATE TRIGGER refuse_erased AFTER INSERT OR UPDATE OF student ON public.enrolment FOR EACH ROW EXECUTE FUNCTION public.refuse_erased();
CREATE TRIGGER refuse_erased AFTER INSERT OR UPDATE OF student ON public.legal_hold FOR EACH ROW WHEN ((new.student IS NOT NULL)) EXECUTE FUNCTION public.refuse_erased();
CREATE TRIGGER refuse_erased AFTER INSERT OR UPDATE OF student ON public.person FOR EACH ROW EXECUTE FUNCTION public.refuse_erased();
CREATE TRIGGER refuse_erased AFTER INSERT OR UPDATE ON public.roster FOR EACH ROW WHEN ((new.student IS NOT NULL)) EXECUTE FUNCTION public.refuse_erased();
ALTER TABLE ONLY public.alert_history
    ADD CONSTRAINT alert_history_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);
ALTER TABLE ONLY public.announcement
    ADD CONSTRAINT announcement_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);
ALTER TABLE ONLY public.intervention
    ADD CONSTRAINT intervention_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alert(alert_id);
ALTER TABLE public.access ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.alert ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.alert_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.announcement ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.attendance ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.catalogue_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.conduct ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.correction ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.disclosure ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.enrolment ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.enrolment_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.erasure ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.intervention ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.legal_hold ENABLE ROW LEVEL SECURITY;
CREATE POLICY others ON public.access TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.alert TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.alert_history TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.announcement TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.attendance TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.catalogue_version TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.conduct TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.correction TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.disclosure TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.enrolment TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.enrolment_change TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.erasure TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.intervention TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.legal_hold TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.person TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.quarantine TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.retraction TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.risk_daily TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.roster TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.roster_version TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.shadow_alert TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.shadow_finding TO ingest, privacy, reader USING (true);
CREATE POLICY others ON public.standing TO ingest, privacy, reader USING (true);
ALTER TABLE public.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY persons ON public.access TO api USING ((( SELECT public.entered_as('sees_all'::text) AS entered_as) OR (subject = ( SELECT current_setting('monitor.person'::text, true) AS current_setting))));
CREATE POLICY persons ON public.alert TO api USING ((( SELECT public.entered_as('sees_all'::text) AS entered_as) OR (course = ANY (( SELECT public.seen_courses() AS seen_courses)::text[])) OR (student = ANY (( SELECT public.seen_students() AS seen_students)::uuid[]))));
CREATE POLICY persons ON public.alert_history TO api USING ((EXISTS ( SELECT
   FROM public.alert a
  WHERE ((a.alert_id = alert_history.alert_id) AND ((a.student = ANY (( SELECT public.oneself() AS oneself)::uuid[])) IS NOT TRUE)))));
CREATE POLICY persons ON public.announcement TO api USING ((EXISTS ( SELECT
   FROM public.alert a
  WHERE ((a.alert_id = announcement.alert_id) AND ((a.student = ANY (( SELECT public.oneself() AS oneself)::uuid[])) IS NOT TRUE)))));
CREATE POLICY persons ON public.attendance TO api USING ((( SELECT public.entered_as('sees_all'::text) AS entered_as) OR (course = ANY (( SELECT public.seen_courses() AS seen_courses)::text[])) OR (student = ANY (( SELECT public.seen_students() AS seen_students)::uuid[]))));
CREATE POLICY persons ON public.catalogue_version TO api USING (((kind <> 'enrolment'::text) OR ( SELECT public.entered_as('sees_all'::text) AS entered_as)));
CREATE POLICY persons ON public.conduct TO api USING ((( SELECT public.entered_as('sees_all'::text) AS entered_as) OR (course = ANY (( SELECT public.seen_courses() AS seen_courses)::text[])) OR (student = ANY (( SELECT public.seen_students() AS seen_students)::uuid[]))));
CREATE POLICY persons ON public.correction TO api USING ((( SELECT public.entered_as('sees_all'::text) AS entered_as) OR (course = ANY (( SELECT public.seen_courses() AS seen_courses)::text[])) OR (student = ANY (( SELECT public.seen_students() AS seen_students)::uuid[]))));
CREATE POLICY persons ON public.disclosure TO api USING (( SELECT public.entered_as('sees_all'::text) AS entered_as));
CREATE POLICY persons ON public.enrolment TO api USING ((( SELECT public.entered_as('sees_all'::text) AS entered_as) OR (course = ANY (( SELECT public.seen_courses() AS seen_courses)::text[])) OR (student = ANY (( SELECT public.seen_students() AS seen_students)::uuid[])))) WITH CHECK ((( SELECT public.entered_as('sees_all'::text) AS entered_as) AND ((course = ANY (( SELECT public.seen_courses() AS seen_courses)::text[])) IS NOT TRUE) AND ((student = ANY (( SELECT public.oneself() AS oneself)::uuid[])) IS NOT TRUE)));
CREATE POLICY persons ON public.enrolment_change TO api USING ((( SELECT public.entered_as('sees_all'::text) AS entered_as) OR (course = ANY (( SELECT public.seen_courses() AS seen_courses)::text[])) OR (student = ANY (( SELECT public.seen_students() AS seen_students)::uuid[]))));
CREATE POLICY persons ON public.erasure TO api USING ((( SELECT public.entered_as('sees_all'::text) AS entered_as) OR ( SELECT public.entered_as('keeps_roster'::text) AS entered_as)));
CREATE POLICY persons ON public.intervention TO api USING ((EXISTS ( SELECT
   FROM public.alert a
  WHERE ((a.alert_id = intervention.alert_id) AND ((a.student = ANY (( SELECT public.oneself() AS oneself)::uuid[])) IS NOT TRUE)))));
CREATE POLICY persons ON public.legal_hold TO api USING (( SELECT public.entered_as('sees_all'::text) AS entered_as));
CREATE POLICY persons ON public.person TO api USING ((( SELECT public.entered_as('sees_all'::text) AS entered_as) OR (student = ANY (( SELECT public.seen_students() AS seen_students)::uuid[])) OR (EXISTS ( SELECT
   FROM public.standing s
  WHERE (s.student = person.student))))) WITH CHECK (( SELECT public.entered_as('sees_all'::text) AS entered_as));
CREATE POLICY persons ON public.quarantine TO api USING (( SELECT public.entered_as('sees_all'::text) AS entered_as));
CREATE POLICY persons ON public.retraction TO api USING (( SELECT public.entered_as('sees_all'::text) AS entered_as));
CREATE POLICY persons ON public.risk_daily TO api USING ((( SELECT public.entered_as('sees_all'::text) AS entered_as) OR (course = ANY (( SELECT public.seen_courses() AS seen_courses)::text[])) OR (student = ANY (( SELECT public.seen_students() AS seen_students)::uuid[]))));
CREATE POLICY persons ON public.roster TO api USING ((( SELECT public.entered_as('sees_all'::text) AS entered_as) OR ( SELECT public.entered_as('keeps_roster'::text) AS entered_as) OR ( SELECT public.entered_as('runs_it'::text) AS entered_as) OR (person = ( SELECT current_setting('monitor.person'::text, true) AS current_setting)) OR ((kind = 'teaches'::text) AND (target = ANY (( SELECT public.seen_courses() AS seen_courses)::text[]))) OR ((kind = 'advises'::text) AND (student = ANY (( SELECT public.seen_students() AS seen_students)::uuid[]))))) WITH CHECK (((person <> ( SELECT current_setting('monitor.person'::text, true) AS current_setting)) AND
CASE
    WHEN (kind = ANY (ARRAY['role'::text, 'self'::text])) THEN ( SELECT public.entered_as('runs_it'::text) AS entered_as)
    ELSE ( SELECT public.entered_as('keeps_roster'::text) AS entered_as)
END));
CREATE POLICY persons ON public.roster_version TO api USING ((( SELECT public.entered_as('sees_all'::text) AS entered_as) OR ( SELECT public.entered_as('keeps_roster'::text) AS entered_as) OR ( SELECT public.entered_as('runs_it'::text) AS entered_as) OR (person = ( SELECT current_setting('monitor.person'::text, true) AS current_setting)) OR ((kind = 'teaches'::text) AND (target = ANY (( SELECT public.seen_courses() AS seen_courses)::text[]))) OR ((kind = 'advises'::text) AND (student = ANY (( SELECT public.seen_students() AS seen_students)::uuid[]))))) WITH CHECK (((person <> ( SELECT current_setting('monitor.person'::text, true) AS current_setting)) AND
CASE
    WHEN (kind = ANY (ARRAY['role'::text, 'self'::text])) THEN ( SELECT public.entered_as('runs_it'::text) AS entered_as)
    ELSE ( SELECT public.entered_as('keeps_roster'::text) AS entered_as)
END));
CREATE POLICY persons ON public.shadow_alert TO api USING ((( SELECT public.entered_as('sees_all'::text) AS entered_as) OR (course = ANY (( SELECT public.seen_courses() AS seen_courses)::text[])) OR (student = ANY (( SELECT public.seen_students() AS seen_students)::uuid[]))));
CREATE POLICY persons ON public.shadow_finding TO api USING ((( SELECT public.entered_as('sees_all'::text) AS entered_as) OR (course = ANY (( SELECT public.seen_courses() AS seen_courses)::text[])) OR (student = ANY (( SELECT public.seen_students() AS seen_students)::uuid[]))));
CREATE POLICY persons ON public.standing TO api USING ((( SELECT public.entered_as('sees_all'::text) AS entered_as) OR (course = ANY (( SELECT public.seen_courses() AS seen_courses)::text[])) OR (student = ANY (( SELECT public.seen_students() AS seen_students)::uuid[]))));
ALTER TABLE public.quarantine ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.retraction ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.risk_daily ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.roster ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.roster_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.shadow_alert ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.shadow_finding ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.standing ENABLE ROW LEVEL SECURITY;
GRANT ALL ON SCHEMA public TO owner;
REVOKE ALL ON FUNCTION public.count_student(of_student uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.count_student(of_student uuid) TO privacy;
REVOKE ALL ON FUNCTION public.courses_of(of_student uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.courses_of(of_student uuid) TO api;
REVOKE ALL ON FUNCTION public.delete_student(of_student uuid, dry_run boolean) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.drop_event_partitions(before timestamp with time zone) FROM PUBLIC;
GRANT SELECT ON TABLE public.enrolment TO ingest;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.enrolment TO api;
GRANT SELECT ON TABLE public.enrolment TO privacy;
GRANT SELECT ON TABLE public.enrolment TO reader;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.enrolment_change TO ingest;
GRANT SELECT ON TABLE public.enrolment_change TO api;
GRANT SELECT ON TABLE public.enrolment_change TO privacy;
GRANT SELECT ON TABLE public.enrolment_change TO reader;
REVOKE ALL ON FUNCTION public.ensure_event_partitions(first timestamp with time zone, last timestamp with time zone, width_months integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.enter(as_person text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.enter(as_person text) TO api;
GRANT ALL ON FUNCTION public.enter(as_person text) TO ingest;
GRANT ALL ON FUNCTION public.enter(as_person text) TO privacy;
REVOKE ALL ON FUNCTION public.erase_again(of_student uuid, at timestamp with time zone, by_person text, for_reason text) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.erase_student(of_student uuid, at timestamp with time zone, by_person text, for_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.erase_student(of_student uuid, at timestamp with time zone, by_person text, for_reason text) TO privacy;
REVOKE ALL ON FUNCTION public.events_then(in_course text, of_students uuid[], at timestamp with time zone, replayed boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.events_then(in_course text, of_students uuid[], at timestamp with time zone, replayed boolean) TO api;
REVOKE ALL ON FUNCTION public.forget_in_access(of_student uuid, dry_run boolean) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.forget_in_quarantine(of_student uuid, dry_run boolean) FROM PUBLIC;
GRANT SELECT,INSERT,UPDATE ON TABLE public.legal_hold TO privacy;
GRANT SELECT ON TABLE public.legal_hold TO api;
GRANT SELECT,INSERT ON TABLE public.access TO api;
GRANT SELECT ON TABLE public.access TO ingest;
GRANT SELECT ON TABLE public.access TO privacy;
REVOKE ALL ON FUNCTION public.looks_at(in_course text, of_students uuid[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.on_record(of_student uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.on_record(of_student uuid) TO api;
REVOKE ALL ON FUNCTION public.open_with(last_erased uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.open_with(last_erased uuid) TO api;
GRANT ALL ON FUNCTION public.open_with(last_erased uuid) TO ingest;
GRANT ALL ON FUNCTION public.open_with(last_erased uuid) TO privacy;
REVOKE ALL ON FUNCTION public.refuse_erased() FROM PUBLIC;
REVOKE ALL ON FUNCTION public.retain(class text, before timestamp with time zone, most integer, dry_run boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.retain(class text, before timestamp with time zone, most integer, dry_run boolean) TO privacy;
REVOKE ALL ON FUNCTION public.rights_of(as_person text, of_student uuid, OUT today date, OUT lines text, OUT courses text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rights_of(as_person text, of_student uuid, OUT today date, OUT lines text, OUT courses text[]) TO api;
REVOKE ALL ON FUNCTION public.rights_on_alert(as_person text, on_alert bigint, OUT today date, OUT lines text, OUT course text, OUT student uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rights_on_alert(as_person text, on_alert bigint, OUT today date, OUT lines text, OUT course text, OUT student uuid) TO api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.risk_daily TO ingest;
GRANT SELECT ON TABLE public.risk_daily TO api;
GRANT SELECT ON TABLE public.risk_daily TO privacy;
GRANT SELECT ON TABLE public.risk_daily TO reader;
REVOKE ALL ON FUNCTION public.standings_then(in_course text, of_students uuid[], at timestamp with time zone, replayed boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.standings_then(in_course text, of_students uuid[], at timestamp with time zone, replayed boolean) TO api;
REVOKE ALL ON FUNCTION public.tables_of_alerts() FROM PUBLIC;
REVOKE ALL ON FUNCTION public.tables_of_students() FROM PUBLIC;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.announcement TO ingest;
GRANT SELECT,INSERT,UPDATE ON TABLE public.announcement TO api;
GRANT SELECT ON TABLE public.announcement TO privacy;
GRANT SELECT,INSERT ON TABLE public.quarantine TO ingest;
GRANT SELECT ON TABLE public.quarantine TO api;
GRANT SELECT ON TABLE public.quarantine TO privacy;
REVOKE ALL ON FUNCTION public.waiting(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.waiting(at timestamp with time zone) TO api;
GRANT SELECT ON SEQUENCE public.access_access_id_seq TO ingest;
GRANT SELECT ON TABLE public.access_batch TO api;
GRANT SELECT ON TABLE public.access_batch TO privacy;
GRANT SELECT,INSERT ON TABLE public.access_batch TO ingest;
GRANT SELECT,INSERT ON TABLE public.event TO ingest;
GRANT SELECT ON TABLE public.event TO privacy;
GRANT SELECT(student) ON TABLE public.event TO reader;
GRANT SELECT(occurred_at) ON TABLE public.event TO reader;
GRANT SELECT(recorded_at) ON TABLE public.event TO reader;
GRANT SELECT(event_type) ON TABLE public.event TO reader;
GRANT SELECT(course) ON TABLE public.event TO reader;
GRANT SELECT(subject) ON TABLE public.event TO reader;
GRANT SELECT(details) ON TABLE public.event TO reader;
GRANT SELECT,INSERT ON TABLE public.retraction TO ingest;
GRANT SELECT ON TABLE public.retraction TO api;
GRANT SELECT ON TABLE public.retraction TO privacy;
GRANT SELECT ON TABLE public.activity_day TO ingest;
GRANT SELECT ON TABLE public.activity_day TO privacy;
GRANT SELECT ON TABLE public.activity_day TO reader;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.alert TO ingest;
GRANT SELECT,INSERT,UPDATE ON TABLE public.alert TO api;
GRANT SELECT ON TABLE public.alert TO privacy;
GRANT SELECT ON TABLE public.alert TO reader;
GRANT SELECT,INSERT ON TABLE public.alert_history TO ingest;
GRANT SELECT,INSERT ON TABLE public.alert_history TO api;
GRANT SELECT ON TABLE public.alert_history TO privacy;
GRANT SELECT(alert_id) ON TABLE public.alert_history TO reader;
GRANT SELECT(version) ON TABLE public.alert_history TO reader;
GRANT SELECT(change) ON TABLE public.alert_history TO reader;
GRANT SELECT(because) ON TABLE public.alert_history TO reader;
GRANT SELECT(changed_at) ON TABLE public.alert_history TO reader;
GRANT SELECT(recorded_at) ON TABLE public.alert_history TO reader;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.attendance TO ingest;
GRANT SELECT ON TABLE public.attendance TO api;
GRANT SELECT ON TABLE public.attendance TO privacy;
GRANT SELECT ON TABLE public.attendance TO reader;
GRANT SELECT ON TABLE public.catalogue_version TO ingest;
GRANT SELECT,INSERT ON TABLE public.catalogue_version TO api;
GRANT SELECT ON TABLE public.catalogue_version TO privacy;
GRANT SELECT,INSERT ON TABLE public.client_source TO api;
GRANT SELECT ON TABLE public.client_source TO ingest;
GRANT SELECT ON TABLE public.client_source TO reader;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.conduct TO ingest;
GRANT SELECT ON TABLE public.conduct TO api;
GRANT SELECT ON TABLE public.conduct TO privacy;
GRANT SELECT ON TABLE public.conduct TO reader;
GRANT SELECT,INSERT,UPDATE ON TABLE public.correction TO api;
GRANT SELECT ON TABLE public.correction TO privacy;
GRANT SELECT ON TABLE public.course TO ingest;
GRANT SELECT,INSERT,UPDATE ON TABLE public.course TO api;
GRANT SELECT ON TABLE public.course TO reader;
GRANT SELECT ON TABLE public.course TO privacy;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.course_context TO ingest;
GRANT SELECT ON TABLE public.course_context TO api;
GRANT SELECT ON TABLE public.course_context TO reader;
GRANT SELECT,INSERT,UPDATE ON TABLE public.course_context TO privacy;
GRANT SELECT,INSERT ON TABLE public.disclosure TO api;
GRANT SELECT ON TABLE public.disclosure TO privacy;
GRANT SELECT ON TABLE public.disclosure TO ingest;
GRANT SELECT ON TABLE public.erasure TO ingest;
GRANT SELECT ON TABLE public.erasure TO api;
GRANT SELECT ON TABLE public.erasure TO privacy;
GRANT SELECT ON TABLE public.event_partition TO ingest;
GRANT SELECT ON TABLE public.event_partition TO api;
GRANT SELECT ON TABLE public.event_stray TO ingest;
GRANT SELECT ON TABLE public.intervention TO ingest;
GRANT SELECT,INSERT,UPDATE ON TABLE public.intervention TO api;
GRANT SELECT ON TABLE public.intervention TO privacy;
GRANT SELECT ON TABLE public.intervention TO reader;
GRANT SELECT ON TABLE public.item TO ingest;
GRANT SELECT,INSERT,UPDATE ON TABLE public.item TO api;
GRANT SELECT ON TABLE public.item TO reader;
GRANT SELECT ON TABLE public.item TO privacy;
GRANT SELECT ON TABLE public.migration TO ingest;
GRANT SELECT ON TABLE public.migration TO api;
GRANT SELECT ON TABLE public.opened TO api;
GRANT SELECT ON TABLE public.opened TO ingest;
GRANT SELECT ON TABLE public.opened TO privacy;
GRANT SELECT,INSERT,UPDATE ON TABLE public.person TO api;
GRANT SELECT ON TABLE public.person TO privacy;
GRANT SELECT ON TABLE public.policy_version TO ingest;
GRANT SELECT,INSERT ON TABLE public.policy_version TO api;
GRANT SELECT ON TABLE public.policy_version TO reader;
GRANT SELECT ON TABLE public.policy_version TO privacy;
GRANT SELECT,INSERT ON TABLE public.receipt TO ingest;
GRANT SELECT ON TABLE public.receipt TO api;
GRANT SELECT ON TABLE public.receipt TO privacy;
GRANT SELECT,INSERT,UPDATE ON TABLE public.request_quota TO api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.standing TO ingest;
GRANT SELECT,INSERT,UPDATE ON TABLE public.standing TO api;
GRANT SELECT ON TABLE public.standing TO privacy;
GRANT SELECT ON TABLE public.standing TO reader;
GRANT SELECT ON TABLE public.result TO ingest;
GRANT SELECT ON TABLE public.result TO api;
GRANT SELECT ON TABLE public.result TO privacy;
GRANT SELECT ON TABLE public.result TO reader;
GRANT SELECT ON TABLE public.retention_run TO privacy;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.roster TO api;
GRANT SELECT ON TABLE public.roster TO ingest;
GRANT SELECT ON TABLE public.roster TO privacy;
GRANT SELECT,INSERT ON TABLE public.roster_version TO api;
GRANT SELECT ON TABLE public.roster_version TO ingest;
GRANT SELECT ON TABLE public.roster_version TO privacy;
GRANT SELECT ON TABLE public.seen_event TO api;
GRANT SELECT ON TABLE public.set_aside TO api;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.shadow_alert TO ingest;
GRANT SELECT ON TABLE public.shadow_alert TO api;
GRANT SELECT ON TABLE public.shadow_alert TO reader;
GRANT SELECT ON TABLE public.shadow_alert TO privacy;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.shadow_finding TO ingest;
GRANT SELECT ON TABLE public.shadow_finding TO api;
GRANT SELECT ON TABLE public.shadow_finding TO reader;
GRANT SELECT ON TABLE public.shadow_finding TO privacy;
GRANT SELECT ON TABLE public.shadow_policy_version TO ingest;
GRANT SELECT,INSERT ON TABLE public.shadow_policy_version TO api;
GRANT SELECT ON TABLE public.shadow_policy_version TO reader;
