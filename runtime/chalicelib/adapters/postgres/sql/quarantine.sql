-- Whose it is what was set aside.

-- name: not_looked_at
-- What nobody has looked at. Uses quarantine_not_looked_at.
SELECT quarantine_uid::text, payload FROM quarantine
WHERE students IS NULL ORDER BY quarantine_uid LIMIT %(most)s

-- name: keep_whose
-- A student who is known otherwise is one of them. Uses quarantine_pkey.
UPDATE quarantine SET students = ARRAY(
  SELECT DISTINCT s FROM unnest(%(students)s::uuid[] || student) AS t (s)
  WHERE s IS NOT NULL ORDER BY s)
WHERE quarantine_uid = %(uid)s::uuid

-- name: drop_erased
-- What came of students who were erased while an older consumer was at work; but for what names
-- somebody besides whose record is held. Uses quarantine_by_student.
DELETE FROM quarantine WHERE students && ARRAY(SELECT student FROM erasure)
  AND NOT EXISTS (SELECT FROM unnest(students) AS t (s)
                  WHERE NOT EXISTS (SELECT FROM erasure WHERE student = t.s)
                    AND EXISTS (SELECT FROM holds_of_student(t.s)))
RETURNING 1
