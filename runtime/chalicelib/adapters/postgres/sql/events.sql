-- name: lock_lanes
-- Wait for whoever writes the same students: one lock for each first byte of a pseudonym, taken in
-- order, so that two writers never wait for each other in a circle. A statement of its own: what
-- follows must see what the one before us committed.
-- It also says how a batch is joined: always by index, never by reading a table of millions whole.
SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
       count(pg_advisory_xact_lock(815, lane))
FROM (SELECT lane FROM unnest(%(lanes)s::integer[]) AS t (lane) ORDER BY lane) AS ordered

-- name: horizon
-- The start of the oldest partition: an event from before it has no place yet. And which
-- the latest erasure is, so that nobody has to ask whether there is one that he does not know of;
-- and whether anything was ever retracted, since most often nothing was.
SELECT extract(epoch FROM min(starts))::bigint * 1000000,
       (SELECT number || ' ' || recorded_at FROM erasure ORDER BY number DESC LIMIT 1),
       EXISTS (SELECT FROM retraction)
FROM event_partition

-- name: erased
-- Everybody who was erased.
SELECT student::text FROM erasure

-- name: add_receipts
-- Where the events of this batch came from; a redelivered record is already there.
INSERT INTO receipt (receipt, source, correlation_id, accepted_at)
SELECT receipt, source, correlation_id, timestamptz 'epoch' + accepted_us * interval '1 microsecond'
FROM unnest(%(receipt)s::uuid[], %(source)s::text[], %(correlation_id)s::text[],
            %(accepted_us)s::bigint[]) AS t (receipt, source, correlation_id, accepted_us)
ON CONFLICT DO NOTHING

-- name: add_new_events
-- Store events none of which is stored yet, by the fastest way in. Raises a unique violation at the
-- first one that is. Uses event_identity.
COPY event (student, occurred_at, event_uid, receipt, event_type, source, event_id, course, subject,
            details, metadata) FROM STDIN (FORMAT binary)

-- name: add_events
-- Store those that are new, and tell which. Uses event_identity.
WITH stored AS (
  INSERT INTO event (student, occurred_at, event_uid, receipt, event_type, source, event_id, course,
                     subject, details, metadata)
  SELECT student, timestamptz 'epoch' + occurred_us * interval '1 microsecond', event_uid, receipt,
         event_type, source, event_id, course, subject, details, metadata
  FROM unnest(%(student)s::uuid[], %(occurred_us)s::bigint[], %(event_uid)s::uuid[],
              %(receipt)s::uuid[], %(event_type)s::smallint[], %(source)s::text[],
              %(event_id)s::text[], %(course)s::text[], %(subject)s::text[], %(details)s::text[],
              %(metadata)s::text[])
       AS t (student, occurred_us, event_uid, receipt, event_type, source, event_id, course,
             subject, details, metadata)
  ON CONFLICT (student, occurred_at, event_uid) DO NOTHING
  RETURNING student, occurred_at, event_uid
)
SELECT student::text, (extract(epoch FROM occurred_at) * 1000000)::bigint,
       replace(event_uid::text, '-', '')
FROM stored

-- name: stored_events
-- What is stored under these identities. Uses event_identity.
SELECT replace(e.event_uid::text, '-', ''), (extract(epoch FROM e.occurred_at) * 1000000)::bigint,
       e.student::text, e.event_type, e.source, e.event_id, e.course, e.subject, e.details, e.metadata
FROM unnest(%(student)s::uuid[], %(occurred_us)s::bigint[], %(event_uid)s::uuid[])
       AS t (student, occurred_us, event_uid)
JOIN event e ON e.student = t.student AND e.event_uid = t.event_uid
  AND e.occurred_at = timestamptz 'epoch' + t.occurred_us * interval '1 microsecond'

-- name: add_retractions
-- Tombstones; they may be here before the event that they name.
INSERT INTO retraction (student, occurred_at, event_uid)
SELECT student, timestamptz 'epoch' + occurred_us * interval '1 microsecond', event_uid
FROM unnest(%(student)s::uuid[], %(occurred_us)s::bigint[], %(event_uid)s::uuid[])
       AS t (student, occurred_us, event_uid)
ON CONFLICT DO NOTHING

-- name: retracted_events
-- Which of these have a tombstone. Uses retraction_pkey.
SELECT t.student::text, t.occurred_us, replace(t.event_uid::text, '-', '')
FROM unnest(%(student)s::uuid[], %(occurred_us)s::bigint[], %(event_uid)s::uuid[])
       AS t (student, occurred_us, event_uid)
JOIN retraction r ON r.student = t.student AND r.event_uid = t.event_uid
  AND r.occurred_at = timestamptz 'epoch' + t.occurred_us * interval '1 microsecond'

-- name: events_of_pieces
-- The events behind pieces of derived state, without what was retracted. Uses event_identity.
SELECT replace(e.event_uid::text, '-', ''), (extract(epoch FROM e.occurred_at) * 1000000)::bigint,
       e.student::text, e.event_type, e.source, e.event_id, e.course, e.subject, e.details, e.metadata
FROM unnest(%(student)s::uuid[], %(course)s::text[]) AS t (student, course)
JOIN event e ON e.student = t.student AND e.course = t.course
WHERE NOT EXISTS (SELECT FROM retraction r WHERE r.student = e.student
                  AND r.occurred_at = e.occurred_at AND r.event_uid = e.event_uid)

-- name: quarantine
-- Keep what cannot be processed, once, with the reason.
INSERT INTO quarantine (quarantine_uid, reason, detail, payload, source, event_id, student,
                        occurred_at, correlation_id, sequence_number, students)
VALUES (%(quarantine_uid)s, %(reason)s, %(detail)s, %(payload)s, %(source)s, %(event_id)s,
        %(student)s, timestamptz 'epoch' + %(occurred_us)s * interval '1 microsecond',
        %(correlation_id)s, %(sequence_number)s, %(students)s)
ON CONFLICT DO NOTHING
