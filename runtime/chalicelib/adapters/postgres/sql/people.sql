-- name: people
-- Sealed texts of these students, those under one data key together; of them those who are in these
-- courses or advised, unless null. Uses person_pkey, standing_pkey.
SELECT p.student::text, p.data_key, p.nonce, p.content
FROM unnest(%(students)s::uuid[]) AS t (student) JOIN person p ON p.student = t.student
WHERE %(courses)s::text[] IS NULL OR p.student = ANY (%(advised)s::uuid[])
   OR EXISTS (SELECT FROM standing s
              WHERE s.student = p.student AND s.course = ANY (%(courses)s::text[]))
ORDER BY p.data_key

-- name: put_people
-- Uses person_pkey.
INSERT INTO person AS p (student, data_key, nonce, content)
SELECT t.student, t.data_key, t.nonce, t.content
FROM unnest(%(student)s::uuid[], %(data_key)s::bytea[], %(nonce)s::bytea[], %(content)s::bytea[])
  AS t (student, data_key, nonce, content)
ON CONFLICT (student) DO UPDATE SET
  data_key = excluded.data_key, nonce = excluded.nonce, content = excluded.content,
  version = p.version + 1, recorded_at = now()
