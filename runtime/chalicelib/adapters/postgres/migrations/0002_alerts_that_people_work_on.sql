-- Alerts that people work on, and an outbox that knows whom it tells, and when. Forward only; code
-- that knows only 0001 goes on working beside it.

-- Alerts --------------------------------------------------------------------------------------

-- alert.cleared_at says since when an alert is closed, by itself or by a person; `outcome` is a
-- person's. A student of zeros stands for no student: the alert is about the class as a whole.
ALTER TABLE alert
  ADD COLUMN progress       text NOT NULL DEFAULT 'open'
    CHECK (progress IN ('open', 'acknowledged', 'in_progress')),
  ADD COLUMN assignee       text COLLATE "C",
  ADD COLUMN snoozed_until  timestamptz,
  ADD COLUMN outcome        text,         -- null: not closed by a person
  ADD COLUMN noted_at       timestamptz,  -- of the last note or intervention
  ADD COLUMN quiet_until    timestamptz;  -- closed: until then only something more severe opens anew
CREATE INDEX alert_by_assignee ON alert (assignee, opened_at DESC, alert_id DESC)
  WHERE assignee IS NOT NULL;
CREATE INDEX alert_open_by_time ON alert (opened_at DESC, alert_id DESC) WHERE cleared_at IS NULL;
CREATE INDEX alert_resolved_by_time ON alert (opened_at DESC, alert_id DESC) WHERE outcome IS NOT NULL;
CREATE INDEX alert_quiet ON alert (student, course, quiet_until) WHERE quiet_until IS NOT NULL;

-- The state of an alert at a moment, from what its row holds.
CREATE FUNCTION alert_state(progress text, outcome text, closed_at timestamptz,
                            snoozed_until timestamptz, as_of timestamptz)
RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN outcome IS NOT NULL THEN 'resolved' WHEN closed_at IS NOT NULL THEN 'cleared'
            WHEN snoozed_until > as_of THEN 'snoozed' ELSE progress END;

-- By how many points a risk has moved within 7 days, as far as both ends are known.
CREATE FUNCTION risk_moved(of_student uuid, in_course text, today date)
RETURNS TABLE (points integer) LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT (SELECT d.risk FROM risk_daily d
          WHERE d.student = of_student AND d.course = in_course AND d.day <= today
          ORDER BY d.day DESC LIMIT 1)
       - (SELECT d.risk FROM risk_daily d
          WHERE d.student = of_student AND d.course = in_course AND d.day <= today - 7
          ORDER BY d.day DESC LIMIT 1);
END;

-- Append-only from here on. A note is personal data: analysts do not read it.
ALTER TABLE alert_history
  ADD COLUMN person   text NOT NULL DEFAULT '' COLLATE "C",  -- '' = the monitor
  ADD COLUMN details  text,                                  -- JSON object: what else the change says
  DROP CONSTRAINT alert_history_change_check,
  ADD CONSTRAINT alert_history_change_check CHECK (change IN (
    'opened', 'updated', 'cleared', 'acknowledged', 'assigned', 'noted', 'snoozed', 'woken',
    'resolved', 'intervention_started', 'intervention_ended'));
REVOKE UPDATE, DELETE ON alert_history FROM ingest;
REVOKE SELECT ON alert_history FROM reader;
GRANT SELECT (alert_id, version, change, because, changed_at, recorded_at) ON alert_history TO reader;

-- What somebody does for the student.
CREATE TABLE intervention (
  alert_id     bigint      NOT NULL REFERENCES alert,
  number       smallint    NOT NULL,  -- of this alert, from 1
  kind         text        NOT NULL,
  person       text        NOT NULL COLLATE "C",
  started_at   timestamptz NOT NULL,
  ended_at     timestamptz,
  outcome      text,
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (alert_id, number)
);
GRANT SELECT ON intervention TO ingest, api, privacy, reader;
GRANT INSERT, UPDATE ON intervention TO api;

-- The outbox ------------------------------------------------------------------------------------

ALTER TABLE announcement
  ADD COLUMN recipient  text COLLATE "C",                          -- null: not decided yet
  ADD COLUMN due_at     timestamptz NOT NULL DEFAULT '-infinity',  -- not before
  ADD COLUMN in_digest  boolean     NOT NULL DEFAULT false,
  ADD COLUMN attempts   smallint    NOT NULL DEFAULT 0,            -- that failed
  DROP CONSTRAINT announcement_kind_check,
  ADD CONSTRAINT announcement_kind_check CHECK (kind IN (
    'opened', 'cleared', 'escalated', 'assigned', 'woken'));
CREATE INDEX announcement_waiting ON announcement (in_digest, due_at, announcement_id)
  WHERE sent_at IS NULL;
CREATE INDEX announcement_sent ON announcement (recipient, sent_at)
  WHERE sent_at IS NOT NULL AND NOT in_digest;
