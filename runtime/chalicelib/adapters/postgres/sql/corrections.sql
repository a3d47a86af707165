-- name: add
-- The next request of a student; the numbers are given under the student's lock.
INSERT INTO correction (student, number, course, about, wanted, requested_by, requested_at)
SELECT %(student)s, 1 + count(*), %(course)s, %(about)s, %(wanted)s, %(person)s, %(as_of)s
FROM correction WHERE student = %(student)s
HAVING count(*) < %(most)s
RETURNING number

-- name: of_student
-- Requests in their order, or one of them. Uses correction_pkey.
SELECT number, nullif(course, ''), about, wanted, requested_by, requested_at, decision, reason,
       decided_by, decided_at, correcting, statement, stated_by, stated_at
FROM correction
WHERE student = %(student)s AND (%(number)s::bigint IS NULL OR number = %(number)s)
ORDER BY number

-- name: change
UPDATE correction
SET decision = %(decision)s, reason = %(reason)s, decided_by = %(decided_by)s,
    decided_at = %(decided_at)s, correcting = %(correcting)s, statement = %(statement)s,
    stated_by = %(stated_by)s, stated_at = %(stated_at)s
WHERE student = %(student)s AND number = %(number)s
