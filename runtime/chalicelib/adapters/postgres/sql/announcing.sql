-- name: claim_unrouted
-- What nobody has decided about whom to tell, once it is due; two workers never get the same. Uses
-- announcement_waiting, alert_pkey.
SELECT n.announcement_id, n.kind, '', nullif(n.due_at, '-infinity'), n.in_digest,
       a.alert_id, a.student::text, a.course, a.rule, a.severity, a.because, a.opened_at,
       a.cleared_at IS NOT NULL, a.assignee, a.snoozed_until
FROM announcement n JOIN alert a USING (alert_id)
WHERE n.sent_at IS NULL AND NOT n.in_digest AND n.due_at <= %(as_of)s AND n.recipient IS NULL
ORDER BY n.due_at, n.announcement_id
LIMIT %(limit)s
FOR UPDATE OF n SKIP LOCKED

-- name: told
-- Who was told of these alerts, or will be. Uses announcement_of_alert.
SELECT alert_id, array_agg(recipient ORDER BY announcement_id)
FROM announcement
WHERE alert_id = ANY (%(alert_id)s::bigint[]) AND recipient IS NOT NULL
GROUP BY alert_id

-- name: staff
-- Who teaches these courses, and who advises these students, on a day. Uses roster_by_target.
SELECT kind, target, person FROM roster
WHERE (target = ANY (%(course)s::text[]) AND kind = 'teaches'
       OR target = ANY (%(student)s::text[]) AND kind = 'advises')
  AND coalesce(begins_on <= %(today)s, true) AND coalesce(ends_on >= %(today)s, true)
ORDER BY target, person

-- name: left
-- Who of these people was on the roster once and is not on a day. Uses roster_version_pkey,
-- roster_pkey.
SELECT person FROM unnest(%(person)s::text[]) AS t (person)
WHERE EXISTS (SELECT 1 FROM roster_version v WHERE v.person = t.person)
  AND NOT EXISTS (SELECT 1 FROM roster r WHERE r.person = t.person
                  AND coalesce(r.begins_on <= %(today)s, true)
                  AND coalesce(r.ends_on >= %(today)s, true))

-- name: route
-- Each announcement is for its first recipient; the others get one of their own. Uses
-- announcement_pkey.
WITH t AS (
  SELECT * FROM unnest(%(announcement_id)s::bigint[], %(recipient)s::text[], %(first)s::boolean[])
                AS t (announcement_id, recipient, first)
), decided AS (
  UPDATE announcement n SET recipient = t.recipient
  FROM t WHERE n.announcement_id = t.announcement_id AND t.first
)
INSERT INTO announcement (alert_id, kind, recorded_at, due_at, recipient)
SELECT n.alert_id, n.kind, n.recorded_at, n.due_at, t.recipient
FROM t JOIN announcement n USING (announcement_id) WHERE NOT t.first

-- name: unroute
-- As if nobody had decided whom these are for. Uses announcement_pkey, alert_pkey.
UPDATE announcement n
SET recipient = NULL, in_digest = false,
    due_at = CASE WHEN n.kind = 'woken' THEN coalesce(a.snoozed_until, '-infinity')
                  ELSE '-infinity' END
FROM alert a
WHERE n.announcement_id = ANY (%(announcement_id)s::bigint[]) AND a.alert_id = n.alert_id

-- name: due
-- Who has to be told something now; last, where that has failed. Uses announcement_waiting.
SELECT recipient FROM announcement
WHERE sent_at IS NULL AND in_digest IN (false, true) AND due_at <= %(as_of)s
  AND recipient IS NOT NULL
GROUP BY recipient
ORDER BY max(attempts), min(due_at), recipient
LIMIT %(limit)s

-- name: lock_recipient
-- Whether nobody else is telling this one something, until the transaction ends.
SELECT pg_try_advisory_xact_lock(817, hashtext(%(recipient)s))

-- name: claim
-- What one recipient has not been told, be it due or not. Uses announcement_for, alert_pkey.
SELECT n.announcement_id, n.kind, n.recipient, nullif(n.due_at, '-infinity'), n.in_digest,
       a.alert_id, a.student::text, a.course, a.rule, a.severity, a.because, a.opened_at,
       a.cleared_at IS NOT NULL, a.assignee, a.snoozed_until
FROM announcement n JOIN alert a USING (alert_id)
WHERE n.sent_at IS NULL AND n.recipient = %(recipient)s
ORDER BY n.due_at
LIMIT %(limit)s
FOR UPDATE OF n SKIP LOCKED

-- name: sent_lately
-- How many single messages a recipient got within 24 hours. Uses announcement_sent.
SELECT count(DISTINCT (alert_id, sent_at)) FROM announcement
WHERE recipient = %(recipient)s AND sent_at > %(as_of)s - interval '24 hours' AND NOT in_digest

-- name: postpone
-- Uses announcement_pkey.
UPDATE announcement n SET due_at = t.due_at, in_digest = t.in_digest
FROM unnest(%(announcement_id)s::bigint[], %(due_at)s::timestamptz[], %(in_digest)s::boolean[])
     AS t (announcement_id, due_at, in_digest)
WHERE n.announcement_id = t.announcement_id
  AND (n.due_at, n.in_digest) IS DISTINCT FROM (t.due_at, t.in_digest)

-- name: mark_sent
-- Uses announcement_pkey.
UPDATE announcement SET sent_at = %(as_of)s, in_digest = %(in_digest)s
WHERE announcement_id = ANY (%(announcement_id)s::bigint[])

-- name: mark_moot
-- What is no longer so is done with, and nobody's. Uses announcement_pkey.
UPDATE announcement SET sent_at = %(as_of)s, recipient = NULL
WHERE announcement_id = ANY (%(announcement_id)s::bigint[])

-- name: mark_failed
-- Uses announcement_pkey.
UPDATE announcement SET attempts = least(attempts + 1, 1000)
WHERE announcement_id = ANY (%(announcement_id)s::bigint[])
