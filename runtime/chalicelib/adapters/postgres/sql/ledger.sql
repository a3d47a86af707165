-- name: add
-- One read, by itself: it is there before the answer is. The salts are made where they are kept. Row
-- security takes it from whoever it names; what else the roster says of her need not be looked up.
SELECT set_config('monitor.person', %(subject)s, true);
INSERT INTO access (subject, client, address, correlation_id, kind, what, reason, students, salts)
VALUES (%(subject)s, %(client)s, %(address)s, %(correlation_id)s, %(kind)s, %(what)s, %(reason)s,
        %(students)s::uuid[],
        ARRAY(SELECT gen_random_uuid() FROM generate_series(0, %(many)s)))
RETURNING 1

-- name: add_refused
-- A request that is about to be refused, of a student whose record there is; the same one, by the
-- same client, is kept once an hour, also when many come at once. Uses access_refused.
SELECT set_config('monitor.person', %(subject)s, true);
SELECT pg_advisory_xact_lock(4717, hashtext(%(subject)s || (%(students)s::uuid[])[1]::text));
INSERT INTO access (subject, client, address, correlation_id, kind, what, reason, students, salts)
SELECT %(subject)s, %(client)s, %(address)s, %(correlation_id)s, %(kind)s, %(what)s, %(reason)s,
       %(students)s::uuid[], ARRAY[gen_random_uuid(), gen_random_uuid()]
WHERE on_record((%(students)s::uuid[])[1])
  AND NOT EXISTS (
    SELECT FROM access a
    WHERE a.subject = %(subject)s AND a.students[1] = (%(students)s::uuid[])[1]
      AND a.reason = 'refused' AND a.recorded_at > statement_timestamp() - interval '1 hour'
      AND a.client = %(client)s AND a.what = %(what)s)
RETURNING 1

-- name: add_outside
-- What was disclosed outside of the monitor: its hash into the ledger, its text beside it.
WITH noted AS (
  INSERT INTO access (subject, client, address, correlation_id, kind, what, reason, students, salts)
  SELECT %(subject)s, %(client)s, %(address)s, %(correlation_id)s, %(kind)s, %(what)s, %(reason)s,
         %(students)s::uuid[], ARRAY[gen_random_uuid(), gen_random_uuid()]
  WHERE on_record((%(students)s::uuid[])[1])
  RETURNING access_id, students[1] AS student
)
INSERT INTO disclosure (student, access_id, salt, content)
SELECT student, access_id, %(salt)s, %(content)s FROM noted
RETURNING access_id

-- name: disclosures
-- What the ledger has the hashes of. Uses disclosure_by_access.
SELECT access_id, student::text, salt::text, content FROM disclosure
WHERE access_id BETWEEN %(first)s AND %(last)s

-- name: only_one
-- Whether nobody else seals just now.
SELECT pg_try_advisory_xact_lock(4716)

-- name: last_batch
SELECT batch, first_id, last_id, entries, content, previous, hash
FROM access_batch ORDER BY batch DESC LIMIT 1

-- name: given
-- The last id that was given to a read, be it committed or not.
SELECT last_value FROM access_access_id_seq

-- name: writing
-- Who may have been given an id and not committed it yet: an insert locks the table before that.
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = 'access'::regclass AND mode = 'RowExclusiveLock' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())

-- name: entries
-- Rows in the order of ids. Uses access_pkey.
SELECT access_id, recorded_at, subject, client, address, correlation_id, kind, what, reason,
       students::text[], salts::text[]
FROM access WHERE access_id BETWEEN %(first)s AND %(last)s ORDER BY access_id LIMIT %(limit)s

-- name: seal
INSERT INTO access_batch (batch, first_id, last_id, entries, content, previous, hash)
VALUES (%(batch)s, %(first_id)s, %(last_id)s, %(entries)s, %(content)s, %(previous)s, %(hash)s)

-- name: batches
-- Batches in their order, from one on. Uses access_batch_pkey.
SELECT batch, first_id, last_id, entries, content, previous, hash
FROM access_batch WHERE batch > %(after)s ORDER BY batch LIMIT %(limit)s

-- name: tail
-- What is not sealed, and since when the oldest of it is waiting. Uses access_pkey.
SELECT count(*), min(recorded_at) FROM access WHERE access_id > %(last)s

-- name: waiting
-- For how many seconds the oldest row waits. Uses access_pkey, access_batch_pkey.
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(a.recorded_at)), 0)::float8
FROM access a
WHERE a.access_id > coalesce((SELECT last_id FROM access_batch ORDER BY batch DESC LIMIT 1), 0)

-- name: before_the_first
SELECT count(*) FROM access WHERE access_id < 1

-- name: emptied
-- Whether ids were given, and nothing is there. Uses access_pkey, access_batch_pkey.
SELECT is_called AND NOT EXISTS (SELECT FROM access) AND NOT EXISTS (SELECT FROM access_batch)
FROM access_access_id_seq

-- name: reused
-- Ids of events that a source has given to several. Reads event_identity alone, all of it: at night.
SELECT source, event_id, n FROM (
  SELECT min(source) AS source, min(event_id) AS event_id, count(*) AS n
  FROM event GROUP BY event_uid HAVING count(*) > 1
) AS k ORDER BY n DESC, source, event_id LIMIT %(limit)s
