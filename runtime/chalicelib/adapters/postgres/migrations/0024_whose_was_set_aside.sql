-- Whose it is what was set aside, so that erasing, inspecting, holding and the ledger reach it. Forward
-- only.

-- NULL: nobody has looked yet; the nightly maintenance does.
ALTER TABLE quarantine ADD COLUMN students uuid[];
CREATE INDEX quarantine_by_student ON quarantine USING gin (students);
CREATE INDEX quarantine_not_looked_at ON quarantine (quarantine_uid) WHERE students IS NULL;

-- What names a student goes whole: what cannot be read cannot be cut. Text that names her elsewhere
-- (in metadata, say) counts as well. Erasing calls it (0009).
CREATE FUNCTION forget_in_quarantine(of_student uuid, dry_run boolean) RETURNS bigint
LANGUAGE plpgsql AS $$
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
REVOKE ALL ON FUNCTION forget_in_quarantine FROM PUBLIC;

-- As before (0009), and what was set aside of a student and of somebody who is held, both in one.
CREATE OR REPLACE FUNCTION holds_of_student(of_student uuid) RETURNS SETOF legal_hold
LANGUAGE sql STABLE AS $$
  SELECT h.* FROM legal_hold h
  WHERE h.lifted_at IS NULL AND (
    h.student = of_student
    OR EXISTS (SELECT FROM standing s WHERE s.student = of_student AND s.course = h.course)
    OR EXISTS (SELECT FROM enrolment e WHERE e.student = of_student AND e.course = h.course)
    OR EXISTS (SELECT FROM event e WHERE e.student = of_student AND e.course = h.course)
    OR EXISTS (SELECT FROM quarantine q WHERE q.students @> ARRAY[of_student, h.student]))
$$;

-- As before (0015), and what was set aside of whoever is held stays.
CREATE OR REPLACE FUNCTION rows_past(class text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE class
  -- Uses shadow_finding_by_day.
  WHEN 'shadow_finding' THEN
    'SELECT x.ctid FROM shadow_finding x WHERE x.day < ($1 AT TIME ZONE ''UTC'')::date
     AND NOT is_held(x.student, x.course) LIMIT $2'
  -- Whether they have cleared or not: nobody works on them. Uses shadow_alert_by_time.
  WHEN 'shadow_alert' THEN
    'SELECT x.ctid FROM shadow_alert x WHERE x.opened_at < $1
     AND NOT is_held(x.student, x.course) LIMIT $2'
  -- What names no student for sure may be of anybody who is held. Uses quarantine_by_time.
  WHEN 'quarantine' THEN
    'SELECT x.ctid FROM quarantine x WHERE x.recorded_at < $1
     AND NOT EXISTS (SELECT FROM legal_hold h WHERE h.lifted_at IS NULL
                     AND (h.student = x.student OR x.student IS NULL OR h.course IS NOT NULL
                          OR h.student = ANY (x.students)))
     LIMIT $2'
  ELSE rows_past_in_force(class)
END;

-- The content is for who answers for the records. Who runs the system is told why, whence and how
-- much, by a view: of a traceback the frames and the error's name, of other details no quotation.
ALTER POLICY persons ON quarantine USING ((SELECT entered_as('sees_all')));

CREATE FUNCTION without_content(detail text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN detail LIKE 'Traceback%' THEN (
  SELECT string_agg(coalesce(
    substring(line FROM '^  File "[^"]*", line [0-9]+, in [A-Za-z0-9_<>.]+$'),
    substring(line FROM '^(?:psycopg2[.]errors[.][A-Za-z]+|[A-Za-z_.]*(?:Error|Exception))(?=:|$)')),
    E'\n' ORDER BY at)
  FROM regexp_split_to_table(detail, E'\n') WITH ORDINALITY AS t (line, at)
) ELSE regexp_replace(detail, '''[^'']*''|"[^"]*"', '...', 'g') END;

-- No security barrier: a page of it could not be read from an index; what it hides are columns.
CREATE VIEW set_aside AS
SELECT q.recorded_at, q.quarantine_uid, q.reason, without_content(q.detail) AS detail, q.source,
       q.correlation_id, q.sequence_number, cardinality(q.students) AS named,
       length(q.payload) AS payload_bytes
FROM quarantine q
WHERE (SELECT entered_as('sees_all')) OR (SELECT entered_as('runs_it'));
REVOKE ALL ON set_aside FROM PUBLIC;
GRANT SELECT ON set_aside TO api;
