-- name: in_force
-- What is changed of the preset, by course; '' = the institution. Uses policy_version_pkey.
SELECT DISTINCT ON (p.course) p.course, p.overrides
FROM policy_version p ORDER BY p.course, p.version DESC

-- name: versions
-- The latest versions of one scope, newest first. Uses policy_version_pkey.
SELECT p.version, p.overrides, p.sent, p.set_by, p.valid_from
FROM policy_version p WHERE p.course = %(course)s ORDER BY p.version DESC LIMIT 50

-- name: lock_policies
-- One change at a time, since each is checked against all others.
SELECT pg_advisory_xact_lock(816)

-- name: add_version
INSERT INTO policy_version (course, version, overrides, sent, set_by)
SELECT %(course)s, 1 + coalesce(max(p.version), 0), %(overrides)s, %(sent)s, %(set_by)s
FROM policy_version p WHERE p.course = %(course)s
