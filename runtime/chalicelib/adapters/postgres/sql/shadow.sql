-- name: shadows
-- What is in shadow, by course; '' = the institution. Uses shadow_policy_version_pkey.
SELECT DISTINCT ON (p.course) p.course, p.edition, p.overrides
FROM shadow_policy_version p ORDER BY p.course, p.version DESC

-- name: versions
-- The latest versions of one scope, newest first. Uses shadow_policy_version_pkey.
SELECT p.version, p.overrides, p.sent, p.set_by, p.valid_from
FROM shadow_policy_version p WHERE p.course = %(course)s ORDER BY p.version DESC LIMIT 50

-- name: add_version
INSERT INTO shadow_policy_version (course, version, overrides, sent, set_by)
SELECT %(course)s, 1 + coalesce(max(p.version), 0), %(overrides)s, %(sent)s, %(set_by)s
FROM shadow_policy_version p WHERE p.course = %(course)s

-- name: known_alerts
-- The alerts in shadow of these students that are open, and those closed so short a while ago that
-- they keep a rule quiet. Uses shadow_alert_by_student.
SELECT s.cleared_at IS NULL, s.shadow_alert_id, s.student::text, s.course, s.rule, s.severity, s.because
FROM unnest(%(student)s::uuid[]) AS t (student)
JOIN shadow_alert s ON s.student = t.student AND s.course = %(course)s AND s.edition = %(edition)s
WHERE s.cleared_at IS NULL OR s.quiet_until > %(as_of)s

-- name: open_alerts
-- Uses alert_one_open.
INSERT INTO shadow_alert (course, student, rule, edition, severity, because, in_force, opened_at)
SELECT %(course)s, t.student, t.rule, %(edition)s, t.severity, t.because,
       EXISTS (SELECT FROM alert a WHERE a.course = %(course)s AND a.student = t.student
               AND a.rule = t.rule AND a.cleared_at IS NULL),
       %(as_of)s
FROM unnest(%(student)s::uuid[], %(rule)s::text[], %(severity)s::smallint[], %(because)s::text[])
  AS t (student, rule, severity, because)

-- name: update_alerts
-- Only how severe it is and says it is: for when it closes. Uses shadow_alert_pkey.
UPDATE shadow_alert s SET severity = t.severity, because = t.because
FROM unnest(%(number)s::bigint[], %(severity)s::smallint[], %(because)s::text[])
  AS t (number, severity, because)
WHERE s.shadow_alert_id = t.number

-- name: clear_alerts
UPDATE shadow_alert s SET cleared_at = %(as_of)s,
                          quiet_until = %(as_of)s + %(quiet_days)s * interval '1 day'
WHERE s.shadow_alert_id = ANY (%(number)s::bigint[])

-- name: save_findings
-- Whoever was flagged at any sweep of a day was flagged that day, as long as the policy is the same.
-- Uses shadow_finding_pkey.
INSERT INTO shadow_finding AS d (course, day, student, rule, edition, in_force, shadow)
SELECT %(course)s, %(day)s, student, rule, %(edition)s, in_force, shadow
FROM unnest(%(student)s::uuid[], %(rule)s::text[], %(in_force)s::boolean[], %(shadow)s::boolean[])
  AS t (student, rule, in_force, shadow)
ON CONFLICT (course, day, student, rule) DO UPDATE SET
  edition = excluded.edition, recorded_at = now(),
  in_force = excluded.in_force OR (d.in_force AND d.edition = excluded.edition),
  shadow = excluded.shadow OR (d.shadow AND d.edition = excluded.edition)
WHERE d.edition <> excluded.edition OR (excluded.in_force AND NOT d.in_force)
   OR (excluded.shadow AND NOT d.shadow)

-- name: forget
-- What is older than it is kept, at most so much a sweep. Uses shadow_finding_by_day,
-- shadow_alert_by_time.
WITH findings AS (
  DELETE FROM shadow_finding d WHERE d.ctid = ANY (ARRAY(
    SELECT f.ctid FROM shadow_finding f WHERE f.day < %(before)s LIMIT %(most)s))
)
DELETE FROM shadow_alert d WHERE d.ctid = ANY (ARRAY(
  SELECT s.ctid FROM shadow_alert s WHERE s.opened_at < %(before)s AND s.cleared_at IS NOT NULL
  LIMIT %(most)s))

-- name: report
-- How the two policies compare: by rule over the days, and by day. A student counts once a course and
-- rule. Uses shadow_finding_pkey, shadow_finding_by_day; shadow_alert_by_course, shadow_alert_by_time;
-- alert_by_course, alert_by_time.
WITH found AS MATERIALIZED (
  SELECT f.rule, f.day, f.course, f.student, f.in_force, f.shadow
  FROM shadow_finding f
  WHERE f.day BETWEEN %(first)s AND %(last)s AND (%(course)s::text IS NULL OR f.course = %(course)s)
), students AS (
  SELECT f.rule, bool_or(f.in_force) AS in_force, bool_or(f.shadow) AS shadow
  FROM found f GROUP BY f.rule, f.course, f.student
), would AS MATERIALIZED (
  SELECT s.rule, count(*) AS opened, count(*) FILTER (WHERE NOT s.in_force) AS new
  FROM shadow_alert s
  WHERE s.opened_at >= %(begins)s AND s.opened_at < %(ends)s
    AND (%(course)s::text IS NULL OR s.course = %(course)s)
  GROUP BY s.rule
), did AS MATERIALIZED (
  SELECT a.rule, count(*) AS opened FROM alert a
  WHERE a.opened_at >= %(begins)s AND a.opened_at < %(ends)s AND a.student <> %(nobody)s
    AND (%(course)s::text IS NULL OR a.course = %(course)s)
  GROUP BY a.rule
), rules AS (
  SELECT s.rule, count(*) FILTER (WHERE s.in_force AND s.shadow) AS both,
         count(*) FILTER (WHERE s.in_force AND NOT s.shadow) AS only_in_force,
         count(*) FILTER (WHERE s.shadow AND NOT s.in_force) AS only_in_shadow
  FROM students s GROUP BY s.rule
), days AS (
  SELECT f.day, count(*) FILTER (WHERE f.in_force AND f.shadow) AS both,
         count(*) FILTER (WHERE f.in_force AND NOT f.shadow) AS only_in_force,
         count(*) FILTER (WHERE f.shadow AND NOT f.in_force) AS only_in_shadow
  FROM found f GROUP BY f.day
)
SELECT json_build_object(
  'rules', (SELECT coalesce(json_agg(json_build_object(
      'rule', n.rule, 'both', coalesce(r.both, 0), 'only_in_force', coalesce(r.only_in_force, 0),
      'only_in_shadow', coalesce(r.only_in_shadow, 0),
      'alerts', json_build_object('in_force', coalesce(d.opened, 0), 'shadow', coalesce(w.opened, 0),
                                  'new', coalesce(w.new, 0))) ORDER BY n.rule), '[]')
    FROM (SELECT rule FROM rules UNION SELECT rule FROM would UNION SELECT rule FROM did) AS n
    LEFT JOIN rules r ON r.rule = n.rule LEFT JOIN would w ON w.rule = n.rule
    LEFT JOIN did d ON d.rule = n.rule),
  'days', (SELECT coalesce(json_agg(d ORDER BY d.day), '[]') FROM days d))::text
