-- name: count_student
SELECT count_student(%(student)s)

-- name: erase_student
SELECT erase_student(%(student)s, %(erased_at)s, %(asked_by)s, %(reason)s)

-- name: erase_again
SELECT erase_again(%(student)s, %(erased_at)s, %(asked_by)s, %(reason)s)

-- name: erasure
-- What is known of an erasure. Uses erasure_student_key.
SELECT student::text, erased_at, asked_by, reason, deleted FROM erasure WHERE student = %(student)s

-- name: erased
SELECT student::text FROM erasure

-- name: latest_erased
-- Uses erasure_pkey.
SELECT student::text FROM erasure ORDER BY number DESC LIMIT 1

-- name: courses_of_student
-- Classes that look otherwise without a student. Uses standing_pkey.
SELECT course FROM standing WHERE student = %(student)s ORDER BY course

-- name: holds
-- Every hold in force.
SELECT hold_id, student::text, course, reason, put_by, put_at FROM legal_hold
WHERE lifted_at IS NULL ORDER BY hold_id

-- name: holds_of_student
SELECT hold_id, student::text, course, reason, put_by, put_at
FROM holds_of_student(%(student)s) ORDER BY hold_id

-- name: put_hold
-- Once; a second one on the same changes nothing.
INSERT INTO legal_hold (student, course, reason, put_by, put_at)
VALUES (%(student)s, %(course)s, %(reason)s, %(put_by)s, %(put_at)s)
ON CONFLICT DO NOTHING RETURNING hold_id

-- name: lift_hold
UPDATE legal_hold SET lifted_by = %(lifted_by)s, lifted_at = %(lifted_at)s
WHERE hold_id = %(hold_id)s AND lifted_at IS NULL RETURNING hold_id

-- name: past
SELECT retain(%(class)s, %(before)s, NULL, true)

-- name: delete_past
SELECT retain(%(class)s, %(before)s, %(most)s, false)

-- name: prove
INSERT INTO retention_run (class, before, deleted) VALUES (%(class)s, %(before)s, %(deleted)s)

-- name: proofs
-- The latest runs that deleted anything. Uses retention_run_pkey.
SELECT run, class, before, deleted, recorded_at FROM retention_run ORDER BY run DESC LIMIT 200
