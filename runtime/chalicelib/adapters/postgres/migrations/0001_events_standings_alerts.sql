-- Events, what is derived from them, alerts, quarantine and catalogue.
-- Forward only. Every name of an external thing (course, item, session) is COLLATE "C": ids sort by
-- byte, at a third of the cost of a linguistic order. course = '' stands for "no course".

-- The log ------------------------------------------------------------------------------------

-- One row per record of the stream, so that an event's row leads back to its request.
CREATE TABLE receipt (
  receipt         uuid        PRIMARY KEY,  -- hash of the record's bytes: the same when redelivered
  source          text        NOT NULL COLLATE "C",
  correlation_id  text        NOT NULL COLLATE "C",
  accepted_at     timestamptz NOT NULL,
  recorded_at     timestamptz NOT NULL DEFAULT now()
);

-- Append-only. Identity: (student, occurred_at, event_uid); the store is the first to see it.
CREATE TABLE event (
  student      uuid        NOT NULL,
  occurred_at  timestamptz NOT NULL,
  event_uid    uuid        NOT NULL,  -- hash of (source, event_id)
  receipt      uuid        NOT NULL,
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  event_type   smallint    NOT NULL,  -- the wire's tag
  source       text        NOT NULL COLLATE "C",
  event_id     text        NOT NULL COLLATE "C",
  course       text        NOT NULL COLLATE "C",
  subject      text        NOT NULL COLLATE "C",  -- item, session, kind, or the retracted event_id
  details      text        NOT NULL,  -- JSON object: what else the type has
  metadata     text                   -- JSON as the sender wrote it; personal data
) PARTITION BY RANGE (occurred_at);

-- Serves both the identity and the timeline, which then reads no heap page of old events. Metadata
-- is in no index.
CREATE UNIQUE INDEX event_identity ON event (student, occurred_at, event_uid)
  INCLUDE (event_type, source, event_id, course, subject, details);

-- Strays between partitions; kept empty by ensure_event_partitions.
CREATE TABLE event_stray PARTITION OF event DEFAULT;

-- Which partitions there are; the oldest start is the horizon before which events are quarantined.
CREATE TABLE event_partition (
  starts  timestamptz PRIMARY KEY,
  ends    timestamptz NOT NULL
);

-- Events that do not count any more; may be here before the event itself.
CREATE TABLE retraction (
  student      uuid        NOT NULL,
  occurred_at  timestamptz NOT NULL,
  event_uid    uuid        NOT NULL,
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (student, occurred_at, event_uid)
);

CREATE TABLE quarantine (
  quarantine_uid   uuid        PRIMARY KEY,  -- hash of reason and payload: once, however often it comes
  reason           text        NOT NULL,
  detail           text        NOT NULL,
  payload          bytea       NOT NULL,
  source           text        COLLATE "C",
  event_id         text        COLLATE "C",
  student          uuid,
  occurred_at      timestamptz,
  correlation_id   text        COLLATE "C",
  sequence_number  text        COLLATE "C",
  recorded_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX quarantine_by_time ON quarantine (recorded_at DESC, quarantine_uid);

-- The catalogue and the roster ----------------------------------------------------------------

CREATE TABLE course (
  course       text        PRIMARY KEY COLLATE "C",
  title        text        NOT NULL,
  subject      text        NOT NULL DEFAULT '',
  starts_on    date,
  ends_on      date,
  time_zone    text        NOT NULL DEFAULT 'UTC',
  version      integer     NOT NULL DEFAULT 1,
  recorded_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE item (
  course        text        NOT NULL COLLATE "C",
  item          text        NOT NULL COLLATE "C",
  title         text        NOT NULL,
  due_at        timestamptz,
  weight_milli  integer,
  optional      boolean     NOT NULL DEFAULT false,
  version       integer     NOT NULL DEFAULT 1,
  recorded_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (course, item)
);

-- The roster's word on who is enrolled when; events of type enrollment_changed say the same.
CREATE TABLE enrolment (
  student      uuid        NOT NULL,
  course       text        NOT NULL COLLATE "C",
  begins_at    timestamptz NOT NULL,
  ends_at      timestamptz,
  version      integer     NOT NULL DEFAULT 1,
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (student, course, begins_at)
);

-- Every version that a PUT ever made, so that what was known on a day can be asked.
CREATE TABLE catalogue_version (
  kind         text        NOT NULL CHECK (kind IN ('course', 'item', 'enrolment')),
  key          text        NOT NULL COLLATE "C",
  version      integer     NOT NULL,
  content      jsonb       NOT NULL,
  valid_from   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, key, version)
);

-- Current facts, each a function of the set of events ------------------------------------------

CREATE TABLE attendance (
  student      uuid        NOT NULL,
  course       text        NOT NULL COLLATE "C",
  session      text        NOT NULL COLLATE "C",
  occurred_at  timestamptz NOT NULL,
  event_uid    uuid        NOT NULL,
  status       smallint    NOT NULL,  -- 1 present, 2 absent, 3 late, 4 excused
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (student, course, session)
) WITH (fillfactor = 90);

CREATE TABLE activity_day (
  student      uuid        NOT NULL,
  course       text        NOT NULL COLLATE "C",
  day          date        NOT NULL,  -- UTC
  events       integer     NOT NULL,
  amount       bigint      NOT NULL,
  minutes      bigint      NOT NULL,
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (student, course, day)
) WITH (fillfactor = 80);

CREATE TABLE conduct (
  student      uuid        NOT NULL,
  course       text        NOT NULL COLLATE "C",
  occurred_at  timestamptz NOT NULL,
  event_uid    uuid        NOT NULL,
  kind         smallint    NOT NULL,  -- 1 incident, 2 suspension, 3 commendation
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (student, course, occurred_at, event_uid)
);

CREATE TABLE enrolment_change (
  student      uuid        NOT NULL,
  course       text        NOT NULL COLLATE "C",
  occurred_at  timestamptz NOT NULL,
  event_uid    uuid        NOT NULL,
  status       smallint    NOT NULL,  -- 1 enrolled, 2 withdrawn, 3 completed
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (student, course, occurred_at, event_uid)
);

-- One student in one course; what is above the line is a function of the set of events and the
-- catalogue. The current result of each piece of work is part of it: what is written together is
-- kept together. JSON as text, not jsonb: only the code that writes it and the view read it.
CREATE TABLE standing (
  student           uuid        NOT NULL,
  course            text        NOT NULL COLLATE "C",
  work              text        NOT NULL DEFAULT '[]',  -- current results by item: see view result
  marks             integer     NOT NULL DEFAULT 0,     -- that count
  weight_sum        bigint      NOT NULL DEFAULT 0,     -- thousandths
  weighted_sum      bigint      NOT NULL DEFAULT 0,     -- thousandths x basis points
  handed_in         integer     NOT NULL DEFAULT 0,
  late              integer     NOT NULL DEFAULT 0,
  sessions          integer     NOT NULL DEFAULT 0,     -- held while enrolled
  attended          integer     NOT NULL DEFAULT 0,     -- present or late
  last_activity_on  date,                               -- by activity_recorded
  last_submitted_on date,                               -- by work_submitted
  incidents         integer     NOT NULL DEFAULT 0,
  suspensions       integer     NOT NULL DEFAULT 0,
  enrolled          tstzmultirange,                     -- null: nobody ever said
  ----------------------------------------------------------------------------------------------
  version           bigint      NOT NULL DEFAULT 1,
  risk_bucket       smallint    NOT NULL DEFAULT 0,     -- 0..20, steps of five points of risk
  open_alerts       smallint    NOT NULL DEFAULT 0,
  recorded_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (student, course)
) WITH (fillfactor = 40);  -- a row grows with its work; in its page it stays by its class, and HOT
-- Few distinct values, so the index is small and most updates stay HOT.
CREATE INDEX standing_by_risk ON standing (course, risk_bucket DESC);

-- The current result of each piece of work (chalicelib.domain.work.Result, field by field).
CREATE VIEW result WITH (security_invoker = true) AS
SELECT s.student, s.course, r ->> 0 AS item, (r ->> 4)::integer AS score_bp,
       (r ->> 1)::bigint AS weight_milli,  -- null: no mark, or one that does not count
       (r ->> 8)::boolean AS excused, (r ->> 3)::boolean AS optional, (r ->> 2)::boolean AS late,
       timestamptz 'epoch' + (r ->> 5)::bigint * interval '1 microsecond' AS scored_at,
       r ->> 6 AS scored_uid,
       timestamptz 'epoch' + (r ->> 9)::bigint * interval '1 microsecond' AS first_submitted_at,
       timestamptz 'epoch' + (r ->> 10)::bigint * interval '1 microsecond' AS due_at
FROM standing s CROSS JOIN LATERAL jsonb_array_elements(s.work::jsonb) AS e (r);

-- What a class looks like, as of the last sweep.
CREATE TABLE course_context (
  course       text        PRIMARY KEY COLLATE "C",
  as_of        timestamptz NOT NULL,
  enrolled     integer     NOT NULL,
  mean_bp      integer,               -- mean of the students' weighted means
  items        jsonb       NOT NULL,  -- of chalicelib.domain.standing.DueItem
  begins_us    bigint,
  ends_us      bigint,
  median_submitted_us  bigint,
  version      integer     NOT NULL DEFAULT 1,
  recorded_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE risk_daily (
  student      uuid        NOT NULL,
  course       text        NOT NULL COLLATE "C",
  day          date        NOT NULL,
  risk         smallint    NOT NULL,  -- 0..100
  findings     text[]      NOT NULL,
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (student, course, day)
);
CREATE INDEX risk_daily_by_course ON risk_daily (course, day);

-- Alerts ------------------------------------------------------------------------------------

CREATE TABLE alert (
  alert_id     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  student      uuid        NOT NULL,
  course       text        NOT NULL COLLATE "C",
  rule         text        NOT NULL COLLATE "C",
  severity     smallint    NOT NULL,  -- 1 watch, 2 elevated, 3 high
  because      text        NOT NULL,
  evidence     jsonb       NOT NULL,
  opened_at    timestamptz NOT NULL,
  cleared_at   timestamptz,
  version      integer     NOT NULL DEFAULT 1,
  recorded_at  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX alert_one_open ON alert (course, student, rule) WHERE cleared_at IS NULL;
CREATE INDEX alert_by_course ON alert (course, opened_at DESC, alert_id DESC);
CREATE INDEX alert_by_student ON alert (student, opened_at DESC);
CREATE INDEX alert_by_time ON alert (opened_at DESC, alert_id DESC);

CREATE TABLE alert_history (
  alert_id     bigint      NOT NULL REFERENCES alert,
  version      integer     NOT NULL,
  change       text        NOT NULL CHECK (change IN ('opened', 'updated', 'cleared')),
  because      text        NOT NULL,
  changed_at   timestamptz NOT NULL,
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (alert_id, version)
);

-- The outbox: written with the alert, sent after the commit, at least once.
CREATE TABLE announcement (
  announcement_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alert_id         bigint      NOT NULL REFERENCES alert,
  kind             text        NOT NULL CHECK (kind IN ('opened', 'cleared')),
  recorded_at      timestamptz NOT NULL DEFAULT now(),
  sent_at          timestamptz
);
CREATE INDEX announcement_unsent ON announcement (announcement_id) WHERE sent_at IS NULL;

-- Folding ----------------------------------------------------------------------------------------

-- When a student was enrolled in a course, by the events and the roster together; null: never said.
-- Who withdrew without having been enrolled was enrolled before.
CREATE FUNCTION enrolled_spans(of_student uuid, in_course text)
RETURNS tstzmultirange LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT range_agg(s.span) FROM (
    SELECT CASE WHEN c.status = 1
                  THEN tstzrange(c.occurred_at, lead(c.occurred_at) OVER changes)
                WHEN row_number() OVER changes = 1 THEN tstzrange(NULL, c.occurred_at)
                ELSE 'empty' END
    FROM enrolment_change c WHERE c.student = of_student AND c.course = in_course
    WINDOW changes AS (ORDER BY c.occurred_at, c.event_uid)
    UNION ALL
    SELECT tstzrange(e.begins_at, e.ends_at)
    FROM enrolment e WHERE e.student = of_student AND e.course = in_course
  ) AS s (span);
END;

-- Partitions -----------------------------------------------------------------------------------

-- Make every missing partition of `width_months` months from `first` to `last`, moving strays into
-- them. Idempotent; partitions already there keep their bounds.
CREATE FUNCTION ensure_event_partitions(first timestamptz, last timestamptz, width_months integer)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
  month_no integer := extract(year FROM first)::integer * 12 + extract(month FROM first)::integer - 1;
  lower_at timestamptz;
  upper_at timestamptz;
  made integer := 0;
  name text;
BEGIN
  PERFORM pg_advisory_xact_lock(4711);
  month_no := month_no - month_no % width_months;
  LOOP
    lower_at := make_timestamptz(month_no / 12, month_no % 12 + 1, 1, 0, 0, 0, 'UTC');
    EXIT WHEN lower_at > last;
    month_no := month_no + width_months;
    upper_at := make_timestamptz(month_no / 12, month_no % 12 + 1, 1, 0, 0, 0, 'UTC');
    CONTINUE WHEN EXISTS (SELECT FROM event_partition p WHERE p.starts < upper_at
                          AND p.ends > lower_at);
    name := 'event_' || to_char(lower_at, 'YYYYMM');
    EXECUTE format('CREATE TABLE %I (LIKE event INCLUDING DEFAULTS INCLUDING STORAGE)', name);
    EXECUTE format('WITH moved AS (DELETE FROM event_stray WHERE occurred_at >= %L AND occurred_at < %L
                    RETURNING *) INSERT INTO %I SELECT * FROM moved', lower_at, upper_at, name);
    EXECUTE format('ALTER TABLE event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   name, lower_at, upper_at);
    INSERT INTO event_partition VALUES (lower_at, upper_at);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;

-- Drop the partitions that end at or before `before`: retention. Derived state is left as it is.
CREATE FUNCTION drop_event_partitions(before timestamptz)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
  partition record;
  dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(4711);
  FOR partition IN SELECT p.starts FROM event_partition p WHERE p.ends <= before LOOP
    EXECUTE format('DROP TABLE %I', 'event_' || to_char(partition.starts, 'YYYYMM'));
    DELETE FROM event_partition p WHERE p.starts = partition.starts;
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;

REVOKE EXECUTE ON FUNCTION ensure_event_partitions, drop_event_partitions FROM PUBLIC;

-- Rights: nobody but the owner may change or remove an event. -------------------------------------

GRANT SELECT ON ALL TABLES IN SCHEMA public TO ingest, api;
GRANT INSERT ON event, receipt, retraction, quarantine TO ingest;
GRANT INSERT, UPDATE, DELETE ON attendance, activity_day, conduct, enrolment_change, standing,
  course_context, risk_daily, alert, alert_history, announcement TO ingest;
GRANT INSERT, UPDATE ON course, item, enrolment, standing, alert, announcement TO api;
GRANT INSERT ON catalogue_version, alert_history TO api;
GRANT DELETE ON enrolment TO api;
GRANT SELECT ON event, receipt, retraction, quarantine, result, attendance, activity_day, conduct,
  enrolment_change, enrolment, standing, risk_daily, alert, alert_history, announcement TO privacy;
GRANT SELECT ON course, item, course_context, result, attendance, activity_day, conduct,
  enrolment_change, enrolment, standing, risk_daily, alert, alert_history TO reader;
GRANT SELECT (student, occurred_at, recorded_at, event_type, course, subject, details) ON event TO reader;
