-- What a forgotten WHERE cannot show: the role `api` is given the rows that the person named in the
-- transaction has to do with, and no others. Forward only.

-- Whose rows they are, where a line of the roster names a student; erasing goes by this column.
ALTER TABLE roster ADD COLUMN student uuid
  GENERATED ALWAYS AS (CASE WHEN kind IN ('advises', 'self') THEN target::uuid END) STORED;
ALTER TABLE roster_version ADD COLUMN student uuid
  GENERATED ALWAYS AS (CASE WHEN kind IN ('advises', 'self') THEN target::uuid END) STORED;

-- Let the transaction show what the roster says of a person today: settings of the transaction, made
-- once at its beginning, so that all of its statements see the same. Uses roster_pkey.
CREATE FUNCTION enter(as_person text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
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
REVOKE ALL ON FUNCTION enter FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enter TO api, ingest, privacy;

-- What a decision rests on: the day, what the roster says of a person (of the students whom she
-- advises, the one asked about is enough), and those of the student's courses that she teaches.
-- In functions, since these keep their plans. Use roster_pkey, standing_pkey, alert_pkey.
CREATE FUNCTION rights_of(
  as_person text, of_student uuid, OUT today date, OUT lines text, OUT courses text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
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

CREATE FUNCTION rights_on_alert(
  as_person text, on_alert bigint, OUT today date, OUT lines text, OUT course text, OUT student uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  SELECT a.course, a.student INTO course, student FROM alert a WHERE a.alert_id = on_alert;
  SELECT r.today, r.lines INTO today, lines
  FROM rights_of(as_person, coalesce(student, '00000000-0000-0000-0000-000000000000')) AS r;
END $$;
REVOKE ALL ON FUNCTION rights_of, rights_on_alert FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rights_of, rights_on_alert TO api;

-- What the settings say; without them nothing. A policy asks in a subquery of its own, (SELECT ...),
-- which is evaluated once a statement instead of once a row.
CREATE FUNCTION entered_as(setting text) RETURNS boolean LANGUAGE sql STABLE
RETURN coalesce(nullif(current_setting('monitor.' || setting, true), '')::boolean, false);
CREATE FUNCTION seen_courses() RETURNS text[] LANGUAGE sql STABLE
RETURN nullif(current_setting('monitor.courses', true), '')::text[];
CREATE FUNCTION seen_students() RETURNS uuid[] LANGUAGE sql STABLE
RETURN nullif(current_setting('monitor.students', true), '')::uuid[];
CREATE FUNCTION oneself() RETURNS uuid[] LANGUAGE sql STABLE
RETURN nullif(current_setting('monitor.oneself', true), '')::uuid[];

-- The other roles are not subject to it: they work on everybody, and serve no one person.
CREATE FUNCTION guard(name text, seen text, writable text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('CREATE POLICY others ON %I TO ingest, privacy, reader USING (true)', name);
  IF writable IS NULL THEN
    EXECUTE format('CREATE POLICY persons ON %I TO api USING (%s)', name, seen);
  ELSE
    EXECUTE format('CREATE POLICY persons ON %I TO api USING (%s) WITH CHECK (%s)', name, seen, writable);
  END IF;
END $$;

-- Whatever names a student and a course: who teaches the course, who advises the student, herself.
SELECT guard(name, '(SELECT entered_as(''sees_all'')) OR course = ANY ((SELECT seen_courses())::text[])'
                   ' OR student = ANY ((SELECT seen_students())::uuid[])')
FROM unnest('{activity_day, alert, attendance, conduct, correction, enrolment, enrolment_change,
              risk_daily, shadow_alert, shadow_finding, standing}'::text[]) AS t (name);

-- What hangs on an alert, notes among it: those who may see the alert, but for the student.
SELECT guard(name, format('EXISTS (SELECT FROM alert a WHERE a.alert_id = %I.alert_id AND'
                          ' (a.student = ANY ((SELECT oneself())::uuid[])) IS NOT TRUE)', name))
FROM unnest('{alert_history, announcement, intervention}'::text[]) AS t (name);

-- Who a pseudonym is: to whom any standing of it is shown, and to those who bring it.
SELECT guard('person', '(SELECT entered_as(''sees_all'')) OR (SELECT entered_as(''keeps_roster''))'
                       ' OR student = ANY ((SELECT seen_students())::uuid[])'
                       ' OR EXISTS (SELECT FROM standing s WHERE s.student = person.student)',
  '(SELECT entered_as(''sees_all'')) OR (SELECT entered_as(''keeps_roster''))');

-- Who has read what: who answers for the records, and each her own reads.
SELECT guard('access', '(SELECT entered_as(''sees_all''))'
                       ' OR subject = (SELECT current_setting(''monitor.person'', true))');

-- What belongs to no course that anybody teaches: who answers for the records, or runs the system.
SELECT guard('retraction', '(SELECT entered_as(''sees_all''))');
SELECT guard('erasure', '(SELECT entered_as(''sees_all'')) OR (SELECT entered_as(''keeps_roster''))');
SELECT guard('legal_hold', '(SELECT entered_as(''sees_all''))');
SELECT guard('quarantine', '(SELECT entered_as(''sees_all'')) OR (SELECT entered_as(''runs_it''))');
SELECT guard('catalogue_version', 'kind <> ''enrolment'' OR (SELECT entered_as(''sees_all''))');

-- The roster: one's own lines, those of one's courses and students. Nobody writes her own.
SELECT guard(name,
  '(SELECT entered_as(''sees_all'')) OR (SELECT entered_as(''keeps_roster''))'
  ' OR (SELECT entered_as(''runs_it'')) OR person = (SELECT current_setting(''monitor.person'', true))'
  ' OR kind = ''teaches'' AND target = ANY ((SELECT seen_courses())::text[])'
  ' OR kind = ''advises'' AND student = ANY ((SELECT seen_students())::uuid[])',
  'person <> (SELECT current_setting(''monitor.person'', true)) AND CASE WHEN kind IN (''role'', ''self'')'
  ' THEN (SELECT entered_as(''runs_it'')) ELSE (SELECT entered_as(''keeps_roster'')) END')
FROM unnest('{roster, roster_version}'::text[]) AS t (name);
DROP FUNCTION guard;

-- The log is written by COPY, which row security does not go with; so `api` reads it through a view,
-- which is one more of those fences, and leaves out what a sender adds in `metadata`.
CREATE VIEW seen_event WITH (security_barrier) AS
SELECT e.student, e.occurred_at, e.event_uid, e.event_type, e.source, e.event_id, e.course,
       e.subject, e.details
FROM event e
WHERE (SELECT entered_as('sees_all')) OR e.course = ANY ((SELECT seen_courses())::text[])
   OR e.student = ANY ((SELECT seen_students())::uuid[]);
REVOKE ALL ON event, event_stray FROM api;
GRANT SELECT ON seen_event TO api;

-- Of the tables above, what a question for the system's health is told without a person: two numbers
-- up to 1,000.
CREATE FUNCTION waiting(at timestamptz) RETURNS TABLE (unsent bigint, set_aside bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp'
BEGIN ATOMIC
  SELECT (SELECT count(*) FROM (SELECT FROM announcement
                                WHERE sent_at IS NULL AND in_digest IN (false, true) AND due_at <= at
                                LIMIT 1000) AS u),
         (SELECT count(*) FROM (SELECT FROM quarantine WHERE recorded_at > now() - interval '1 day'
                                LIMIT 1000) AS q);
END;
