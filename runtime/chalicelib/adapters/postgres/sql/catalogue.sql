-- name: put_course
-- A new version only when something differs; its content goes to catalogue_version.
WITH put AS (
  INSERT INTO course AS c (course, title, subject, starts_on, ends_on, time_zone)
  VALUES (%(course)s, %(title)s, %(subject)s, %(starts_on)s, %(ends_on)s, %(time_zone)s)
  ON CONFLICT (course) DO UPDATE SET
    title = excluded.title, subject = excluded.subject, starts_on = excluded.starts_on,
    ends_on = excluded.ends_on, time_zone = excluded.time_zone,
    version = c.version + 1, recorded_at = now()
  WHERE (c.title, c.subject, c.starts_on, c.ends_on, c.time_zone) IS DISTINCT FROM
        (excluded.title, excluded.subject, excluded.starts_on, excluded.ends_on, excluded.time_zone)
  RETURNING version
)
INSERT INTO catalogue_version (kind, key, version, content)
SELECT 'course', %(course)s, version, %(content)s FROM put
RETURNING version

-- name: put_item
WITH put AS (
  INSERT INTO item AS i (course, item, title, due_at, weight_milli, optional)
  VALUES (%(course)s, %(item)s, %(title)s, %(due_at)s, %(weight_milli)s, %(optional)s)
  ON CONFLICT (course, item) DO UPDATE SET
    title = excluded.title, due_at = excluded.due_at, weight_milli = excluded.weight_milli,
    optional = excluded.optional, version = i.version + 1, recorded_at = now()
  WHERE (i.title, i.due_at, i.weight_milli, i.optional) IS DISTINCT FROM
        (excluded.title, excluded.due_at, excluded.weight_milli, excluded.optional)
  RETURNING version
)
INSERT INTO catalogue_version (kind, key, version, content)
SELECT 'item', json_build_array(%(course)s, %(item)s)::text, version, %(content)s FROM put
RETURNING version

-- name: known_enrolments
SELECT begins_at, ends_at FROM enrolment
WHERE student = %(student)s AND course = %(course)s ORDER BY begins_at

-- name: clear_enrolments
DELETE FROM enrolment WHERE student = %(student)s AND course = %(course)s

-- name: add_enrolments
WITH put AS (
  INSERT INTO enrolment (student, course, begins_at, ends_at)
  SELECT %(student)s, %(course)s, begins_at, ends_at
  FROM unnest(%(begins_at)s::timestamptz[], %(ends_at)s::timestamptz[]) AS t (begins_at, ends_at)
)
INSERT INTO catalogue_version (kind, key, version, content)
SELECT 'enrolment', json_build_array(%(course)s, %(student)s)::text,
       1 + (SELECT count(*) FROM catalogue_version v
            WHERE v.kind = 'enrolment' AND v.key = json_build_array(%(course)s, %(student)s)::text), %(content)s
