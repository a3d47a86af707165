-- name: source_of
-- As which source a client sends now; no row: it never has. Uses client_source_pkey.
SELECT c.source FROM client_source c WHERE c.client = %(client)s ORDER BY c.version DESC LIMIT 1

-- name: all
-- What is in force, by client. There are as many clients as machines that send. Uses client_source_pkey.
SELECT DISTINCT ON (c.client) c.client, c.source, c.version, c.set_by, c.recorded_at
FROM client_source c ORDER BY c.client, c.version DESC

-- name: lock_client
-- One change of a client at a time.
SELECT pg_advisory_xact_lock(hashtextextended('client ' || %(client)s, 0))

-- name: add_version
INSERT INTO client_source (client, version, source, set_by)
SELECT %(client)s, 1 + coalesce(max(c.version), 0), %(source)s, %(set_by)s
FROM client_source c WHERE c.client = %(client)s
