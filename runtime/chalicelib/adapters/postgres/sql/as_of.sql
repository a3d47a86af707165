-- name: courses
-- Where a student is known now. Uses standing_pkey.
SELECT s.course FROM standing s
WHERE s.student = %(student)s AND (%(course)s::text IS NULL OR s.course = %(course)s)

-- name: all_courses
-- All of them, if any is shown to who asks: flags of a course are held against a student in the others.
SELECT * FROM courses_of(%(student)s::uuid)

-- name: risk_before
-- What the risk was on a day, or the last one before it that was swept. Uses risk_daily_pkey.
SELECT d.risk FROM risk_daily d
WHERE d.student = %(student)s AND d.course = %(course)s AND d.day <= %(before)s
ORDER BY d.day DESC LIMIT 1

-- name: standings
SELECT * FROM standings_then(%(course)s, %(students)s::uuid[], %(at)s, %(replayed)s)

-- name: events
SELECT * FROM events_then(%(course)s, %(students)s::uuid[], %(at)s, %(replayed)s)

-- name: terms
-- What the catalogue said of a course and of each piece of its work. Uses item_pkey,
-- catalogue_version_pkey.
SELECT (SELECT json_build_array(v.content ->> 'title', v.content ->> 'subject',
          extract(epoch FROM (v.content ->> 'starts_on')::date::timestamp
                             AT TIME ZONE (v.content ->> 'time_zone'))::bigint * 1000000,
          extract(epoch FROM ((v.content ->> 'ends_on')::date + 1)::timestamp
                             AT TIME ZONE (v.content ->> 'time_zone'))::bigint * 1000000)
        FROM catalogue_version v
        WHERE v.kind = 'course' AND v.key = %(course)s AND (%(replayed)s OR v.valid_from <= %(at)s)
        ORDER BY v.version DESC LIMIT 1),
       (SELECT json_object_agg(i.item, v.content)::text
        FROM item i CROSS JOIN LATERAL (
          SELECT v.content FROM catalogue_version v
          WHERE v.kind = 'item' AND v.key = json_build_array(i.course, i.item)::text
            AND (%(replayed)s OR v.valid_from <= %(at)s)
          ORDER BY v.version DESC LIMIT 1) AS v
        WHERE i.course = %(course)s)

-- name: policies
-- What was changed of the preset, by course; '' = the institution. Uses policy_version_pkey.
SELECT DISTINCT ON (p.course) p.course, p.overrides
FROM policy_version p WHERE %(replayed)s OR p.valid_from <= %(at)s
ORDER BY p.course, p.version DESC

-- name: alerts
-- The alerts of a student that were open, with what they said then. An alert's numbers are unknown
-- where they have changed since and the history did not keep them yet. Uses alert_by_student,
-- alert_history_pkey.
SELECT a.alert_id, a.course, a.rule, coalesce(h.severity, CASE WHEN h.latest THEN a.severity END),
       h.because, coalesce(h.evidence, CASE WHEN h.latest THEN a.evidence END), a.opened_at
FROM alert a CROSS JOIN LATERAL (
  SELECT h.severity, h.because, h.evidence,
         NOT EXISTS (SELECT FROM alert_history n
                     WHERE n.alert_id = h.alert_id AND n.version > h.version
                       AND n.change = 'updated') AS latest
  FROM alert_history h
  WHERE h.alert_id = a.alert_id AND h.changed_at <= %(at)s AND h.change IN ('opened', 'updated')
  ORDER BY h.version DESC LIMIT 1
) AS h
WHERE a.student = %(student)s AND a.opened_at <= %(at)s
  AND (a.cleared_at IS NULL OR a.cleared_at > %(at)s)
  AND (%(course)s::text IS NULL OR a.course = %(course)s)
ORDER BY 4 DESC NULLS LAST, a.opened_at, a.alert_id

-- name: statements
-- What the student said to refusals, as it stood then; of a course that is asked for alone, and of no
-- course. Uses correction_pkey.
SELECT c.number, nullif(c.course, ''), c.about, s.statement, s.stated_at
FROM correction c CROSS JOIN LATERAL (
  SELECT * FROM (
    SELECT c.statement, c.stated_at
    UNION ALL
    SELECT e.statement, e.stated_at
    FROM jsonb_to_recordset(c.earlier) AS e (statement text, stated_at timestamptz)
  ) AS t
  WHERE t.stated_at <= %(at)s ORDER BY t.stated_at DESC LIMIT 1
) AS s
WHERE c.student = %(student)s AND (%(course)s::text IS NULL OR c.course IN ('', %(course)s))
ORDER BY c.number

-- name: oldest
-- The oldest event that is kept still begins no earlier than this.
SELECT min(p.starts) FROM event_partition p
