-- name: rights
-- What a decision rests on.
SELECT today, coalesce(lines, '[]'), coalesce(courses, '{}') FROM rights_of(%(person)s, %(student)s)

-- name: rights_on_alert
-- The same, and what an alert is about.
SELECT today, coalesce(lines, '[]'), course, student::text
FROM rights_on_alert(%(person)s, %(alert_id)s)

-- name: lock_roles
-- One change of roles at a time, so that two cannot remove the last administrator together.
SELECT pg_advisory_xact_lock(4715)

-- name: administrators
-- Uses roster_by_target.
SELECT (now() AT TIME ZONE 'UTC')::date, person, kind, target, begins_on, ends_on
FROM (SELECT) AS one
LEFT JOIN roster ON target = 'administrator' AND kind = 'role'

-- name: put_lines
-- New versions of the lines that differ from what is kept. Uses roster_pkey, roster_version_pkey.
WITH put AS (
  INSERT INTO roster AS r (person, kind, target, begins_on, ends_on, version, set_by)
  SELECT t.person, t.kind, t.target, t.begins_on, t.ends_on,
         1 + coalesce((SELECT max(v.version) FROM roster_version v
                       WHERE v.person = t.person AND v.kind = t.kind AND v.target = t.target), 0),
         %(set_by)s
  FROM unnest(%(person)s::text[], %(kind)s::text[], %(target)s::text[], %(begins_on)s::date[],
              %(ends_on)s::date[]) AS t (person, kind, target, begins_on, ends_on)
  ON CONFLICT (person, kind, target) DO UPDATE
    SET begins_on = excluded.begins_on, ends_on = excluded.ends_on, version = r.version + 1,
        set_by = excluded.set_by, recorded_at = now()
    WHERE (r.begins_on, r.ends_on) IS DISTINCT FROM (excluded.begins_on, excluded.ends_on)
  RETURNING *
)
INSERT INTO roster_version (person, kind, target, version, begins_on, ends_on, set_by)
SELECT person, kind, target, version, begins_on, ends_on, set_by FROM put
RETURNING person, kind, target

-- name: remove_lines
-- The lines go, their versions stay. Uses roster_pkey.
WITH gone AS (
  DELETE FROM roster r
  USING unnest(%(person)s::text[], %(kind)s::text[], %(target)s::text[]) AS t (person, kind, target)
  WHERE r.person = t.person AND r.kind = t.kind AND r.target = t.target
  RETURNING r.*
)
INSERT INTO roster_version (person, kind, target, version, begins_on, ends_on, removed, set_by)
SELECT person, kind, target, version + 1, begins_on, ends_on, true, %(set_by)s FROM gone
RETURNING person, kind, target

-- name: own_lines
-- What a person is by herself. Uses roster_pkey.
SELECT person, kind, target, begins_on, ends_on FROM roster
WHERE person = %(person)s AND kind IN ('role', 'self')

-- name: by_target
-- Who teaches a course, or advises a student, and what was said of it before. Uses roster_by_target,
-- roster_version_by_target.
SELECT (SELECT coalesce(json_agg(k), '[]') FROM (
          SELECT person, begins_on, ends_on, version, set_by, recorded_at
          FROM roster WHERE target = %(target)s AND kind = %(kind)s ORDER BY person) AS k)::text,
       (SELECT coalesce(json_agg(k), '[]') FROM (
          SELECT person, begins_on, ends_on, version, removed, set_by, recorded_at
          FROM roster_version WHERE target = %(target)s AND kind = %(kind)s
          ORDER BY recorded_at DESC, person, version DESC LIMIT 200) AS k)::text

-- name: by_person
-- Everything that the roster says of a person. Uses roster_pkey, roster_version_pkey.
SELECT (SELECT coalesce(json_agg(k), '[]') FROM (
          SELECT kind, target, begins_on, ends_on, version, set_by, recorded_at
          FROM roster WHERE person = %(person)s ORDER BY kind, target) AS k)::text,
       (SELECT coalesce(json_agg(k), '[]') FROM (
          SELECT kind, target, begins_on, ends_on, version, removed, set_by, recorded_at
          FROM roster_version WHERE person = %(person)s
          ORDER BY recorded_at DESC, kind, target, version DESC LIMIT 200) AS k)::text

-- name: put_courses
-- Titles and subjects; dates and time zone stay as they are. Uses course_pkey.
WITH put AS (
  INSERT INTO course AS c (course, title, subject)
  SELECT t.course, t.title, t.subject
  FROM unnest(%(course)s::text[], %(title)s::text[], %(subject)s::text[]) AS t (course, title, subject)
  ON CONFLICT (course) DO UPDATE SET title = excluded.title, subject = excluded.subject,
                                     version = c.version + 1, recorded_at = now()
  WHERE (c.title, c.subject) IS DISTINCT FROM (excluded.title, excluded.subject)
  RETURNING *
)
INSERT INTO catalogue_version (kind, key, version, content)
SELECT 'course', course, version,
       jsonb_build_object('title', title, 'subject', subject, 'starts_on', starts_on,
                          'ends_on', ends_on, 'time_zone', time_zone)
FROM put
RETURNING key

-- name: teaching
-- Who teaches these courses, or anything of these people. Uses roster_by_target, roster_pkey.
SELECT person, target FROM roster
WHERE kind = 'teaches' AND (target = ANY (%(courses)s::text[]) OR person = ANY (%(people)s::text[]))

-- name: enrolled_in
-- When who is enrolled in these courses. Uses enrolment_by_course.
SELECT course, student::text, begins_at, ends_at FROM enrolment
WHERE course = ANY (%(courses)s::text[]) ORDER BY begins_at
