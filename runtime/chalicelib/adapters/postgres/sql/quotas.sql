-- name: take
-- Let one request through if there is one left, and charge what was let through without asking. Whoever
-- asks takes one if she finds one, so that what she found tells all. The row is locked for this statement
-- alone; the clock is read under the lock. Uses request_quota_pkey.
INSERT INTO request_quota AS q (who, found, as_of)
VALUES (%(who)s, %(burst)s - %(used)s, clock_timestamp())
ON CONFLICT (who) DO UPDATE SET
  found = least(%(burst)s, q.found - (q.found >= 1)::int + %(per_s)s
          * greatest(0, extract(epoch FROM clock_timestamp() - q.as_of))::float8) - %(used)s,
  as_of = clock_timestamp()
RETURNING q.found

-- name: forget
-- Who has not asked for an hour has all of her requests again, as without a row. Reads all rows, at night.
DELETE FROM request_quota q WHERE q.as_of < now() - interval '1 hour'
