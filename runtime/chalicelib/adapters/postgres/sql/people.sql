-- name: people
-- Sealed texts of these students. Uses person_pkey.
SELECT p.student::text, p.data_key, p.nonce, p.content
FROM unnest(%(students)s::uuid[]) AS t (student) JOIN person p ON p.student = t.student

-- name: put_person
INSERT INTO person AS p (student, data_key, nonce, content)
VALUES (%(student)s, %(data_key)s, %(nonce)s, %(content)s)
ON CONFLICT (student) DO UPDATE SET
  data_key = excluded.data_key, nonce = excluded.nonce, content = excluded.content,
  version = p.version + 1, recorded_at = now()
