-- Everything that is held on one student, a section a query; chalicelib.domain.record says which tables
-- each covers. Asked rarely, as the role privacy. Each is found by the student, but for quarantine,
-- catalogue_version and legal_hold, which are small and read whole.

-- name: enrolments
SELECT course, begins_at, ends_at, version, recorded_at FROM enrolment
WHERE student = %(student)s ORDER BY course, begins_at

-- name: enrolment_versions
SELECT key::json ->> 0 AS course, version, content, valid_from FROM catalogue_version
WHERE kind = 'enrolment' AND right(key, 39) = '"' || %(student)s || '"]' ORDER BY key, version

-- name: enrolment_changes
SELECT course, occurred_at, (ARRAY['enrolled', 'withdrawn', 'completed'])[status] AS status, recorded_at
FROM enrolment_change WHERE student = %(student)s ORDER BY course, occurred_at

-- name: courses
SELECT c.course, c.title, c.subject, c.starts_on, c.ends_on, c.time_zone FROM course c
WHERE c.course IN (SELECT s.course FROM standing s WHERE s.student = %(student)s
                   UNION SELECT e.course FROM enrolment e WHERE e.student = %(student)s)
ORDER BY c.course

-- name: standings
SELECT course, marks, weight_sum, weighted_sum,
       round(weighted_sum / nullif(weight_sum, 0) / 100.0, 2) AS mean, handed_in, late, sessions, attended,
       last_activity_on, last_submitted_on, incidents, suspensions, enrolled, risk_bucket, risk_before,
       open_alerts, conduct, flags, flags_elsewhere, version, recorded_at
FROM standing WHERE student = %(student)s ORDER BY course

-- name: results
SELECT course, item, round(score_bp / 100.0, 2) AS mark, excused, optional, late, scored_at,
       first_submitted_at, due_at
FROM result WHERE student = %(student)s ORDER BY course, due_at, item

-- name: attendance
SELECT course, session, occurred_at, (ARRAY['present', 'absent', 'late', 'excused'])[status] AS status,
       recorded_at
FROM attendance WHERE student = %(student)s ORDER BY course, occurred_at, session

-- name: activity
SELECT course, day, events, amount, minutes, recorded_at
FROM activity_day WHERE student = %(student)s ORDER BY course, day

-- name: conduct
SELECT course, occurred_at, (ARRAY['incident', 'suspension', 'commendation'])[kind] AS kind, recorded_at
FROM conduct WHERE student = %(student)s ORDER BY occurred_at, event_uid

-- name: risk
SELECT course, day, risk, findings, recorded_at
FROM risk_daily WHERE student = %(student)s ORDER BY course, day

-- name: alerts
SELECT alert_id, course, rule, (ARRAY['watch', 'elevated', 'high'])[severity] AS severity,
       alert_state(progress, outcome, cleared_at, snoozed_until, %(as_of)s) AS state, because, evidence,
       assignee, opened_at, cleared_at AS closed_at, outcome, snoozed_until, noted_at, quiet_until, version,
       recorded_at
FROM alert WHERE student = %(student)s ORDER BY opened_at, alert_id

-- name: alert_history
-- A note is shown when whoever wrote it has marked it as shareable; of another only that there is one.
SELECT alert_id, version, change, because, nullif(person, '') AS person, changed_at,
       CASE WHEN details::jsonb ? 'note' AND details::jsonb -> 'shareable' IS DISTINCT FROM 'true'
            THEN details::jsonb - 'note' || '{"note_withheld": true}'
            ELSE details::jsonb END AS details
FROM alert_history WHERE alert_id IN (SELECT alert_id FROM alert WHERE student = %(student)s)
ORDER BY alert_id, version

-- name: interventions
SELECT alert_id, number, kind, person, started_at, ended_at, outcome FROM intervention
WHERE alert_id IN (SELECT alert_id FROM alert WHERE student = %(student)s) ORDER BY alert_id, number

-- name: announcements
SELECT alert_id, kind, recipient, recorded_at, sent_at FROM announcement
WHERE alert_id IN (SELECT alert_id FROM alert WHERE student = %(student)s)
ORDER BY alert_id, announcement_id

-- name: corrections
SELECT number, nullif(course, '') AS course, about, wanted, requested_by, requested_at, decision, reason,
       decided_by, decided_at, correcting, statement, stated_by, stated_at,
       nullif(earlier, '[]') AS earlier_statements
FROM correction WHERE student = %(student)s ORDER BY number

-- name: events
-- From a row on, in steps; the last condition says nothing new but lets partitions be passed over. Uses
-- event_identity, receipt_pkey.
SELECT e.occurred_at, e.event_uid, e.event_id, e.source, (%(types)s::text[])[e.event_type] AS event_type,
       nullif(e.course, '') AS course, nullif(e.subject, '') AS subject, e.details::json AS details,
       e.metadata, e.recorded_at, r.correlation_id, r.accepted_at
FROM event e LEFT JOIN receipt r USING (receipt)
WHERE e.student = %(student)s AND (e.occurred_at, e.event_uid) > (%(at)s, %(uid)s::uuid)
  AND e.occurred_at >= %(at)s
ORDER BY e.occurred_at, e.event_uid LIMIT %(limit)s

-- name: retractions
SELECT occurred_at, event_uid, recorded_at FROM retraction
WHERE student = %(student)s ORDER BY occurred_at, event_uid

-- name: quarantine
-- From a row on, in steps: a row may have a megabyte. What is of others as well is shown without its
-- content: of them only how many they are. Uses quarantine_by_time.
SELECT quarantine_uid, reason, detail, source, event_id, occurred_at, correlation_id, recorded_at,
       CASE WHEN student = %(student)s OR students = ARRAY[%(student)s::uuid]
            THEN encode(payload, 'base64') END AS payload,
       cardinality(array_remove(students, %(student)s::uuid)) AS others
FROM quarantine
WHERE (recorded_at, quarantine_uid) > (%(at)s, %(uid)s::uuid) AND recorded_at >= %(at)s
  AND (student = %(student)s OR students @> ARRAY[%(student)s::uuid]
       OR position(convert_to(%(student)s, 'UTF8') IN payload) > 0)
ORDER BY recorded_at, quarantine_uid LIMIT %(limit)s

-- name: roster
SELECT person, kind, begins_on, ends_on, set_by, recorded_at FROM roster
WHERE kind IN ('advises', 'self') AND target = %(student)s ORDER BY kind, person

-- name: roster_versions
SELECT person, kind, version, begins_on, ends_on, removed, set_by, recorded_at FROM roster_version
WHERE kind IN ('advises', 'self') AND target = %(student)s ORDER BY kind, person, version

-- name: policies
SELECT nullif(course, '') AS course, version, overrides, set_by, valid_from FROM policy_version
WHERE course = '' OR course IN (SELECT s.course FROM standing s WHERE s.student = %(student)s)
ORDER BY course, version

-- name: holds
SELECT course, reason, put_by, put_at, lifted_by, lifted_at FROM legal_hold
WHERE student = %(student)s
   OR course IN (SELECT s.course FROM standing s WHERE s.student = %(student)s)
ORDER BY hold_id

-- name: ledger
-- From a row on, in steps. Of others whom a list has shown beside her, how many they are; what was disclosed outside of the
-- monitor in its words. Uses access_by_student, disclosure_pkey.
SELECT a.access_id, a.recorded_at AS read_at, a.subject, a.client, a.kind, a.what, a.reason, a.address, a.correlation_id,
       cardinality(a.students) - 1 AS others, d.content::json AS disclosure
FROM access a LEFT JOIN disclosure d ON d.student = %(student)s AND d.access_id = a.access_id
WHERE a.students @> ARRAY[%(student)s::uuid] AND a.access_id > %(number)s
ORDER BY a.access_id LIMIT %(limit)s

-- name: erasures
SELECT erased_at, asked_by, reason FROM erasure WHERE student = %(student)s

-- name: has_any
-- Whether there is anything of a student at all.
SELECT EXISTS (SELECT FROM standing WHERE student = %(student)s)
    OR EXISTS (SELECT FROM event WHERE student = %(student)s)
    OR EXISTS (SELECT FROM person WHERE student = %(student)s)
    OR EXISTS (SELECT FROM enrolment WHERE student = %(student)s)
    OR EXISTS (SELECT FROM erasure WHERE student = %(student)s)
    OR EXISTS (SELECT FROM quarantine WHERE students @> ARRAY[%(student)s::uuid])

-- name: shadow_findings
SELECT course, day, rule, in_force, shadow, recorded_at FROM shadow_finding
WHERE student = %(student)s ORDER BY course, day, rule

-- name: shadow_alerts
-- Uses shadow_alert_by_student.
SELECT course, rule, (ARRAY['watch', 'elevated', 'high'])[severity] AS severity, because, in_force,
       opened_at, cleared_at AS closed_at, recorded_at
FROM shadow_alert WHERE student = %(student)s ORDER BY opened_at, shadow_alert_id
