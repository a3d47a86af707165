-- What the indicators beyond marks, attendance and missing work go by. Forward only.

-- Conduct is judged by a window of days, so a standing keeps when it happened, not only how often.
-- JSON as text: [[microseconds since 1970 UTC, event_uid, kind], ...], the oldest first; null: none.
ALTER TABLE standing ADD COLUMN conduct text;
UPDATE standing s SET conduct = c.told
FROM (SELECT d.student, d.course,
             json_agg(json_build_array((extract(epoch FROM d.occurred_at) * 1000000)::bigint,
                                       replace(d.event_uid::text, '-', ''), d.kind)
                      ORDER BY d.occurred_at, d.event_uid)::text AS told
      FROM conduct d GROUP BY d.student, d.course) AS c
WHERE c.student = s.student AND c.course = s.course;

-- What the last sweep knew beside a standing; not a function of the set of events alone.
ALTER TABLE standing
  ADD COLUMN risk_before      smallint,                    -- days ago: the policy's sudden_change_days
  ADD COLUMN flags            smallint NOT NULL DEFAULT 0, -- of chalicelib.domain.indicators.combined
  ADD COLUMN flags_elsewhere  smallint NOT NULL DEFAULT 0; -- of the student's other standings

ALTER TABLE course_context
  ADD COLUMN marked      integer NOT NULL DEFAULT 0,  -- enrolled students with marks
  ADD COLUMN low_bp      integer,                     -- 15th percentile of their means
  ADD COLUMN median_day  integer,                     -- of last signs, in days since 1970 UTC
  ADD COLUMN subject     text    NOT NULL DEFAULT '' COLLATE "C";

-- What an institution (course = '') or a course changes of the preset; the greatest version is in
-- force. Append-only, so that what was in force on a day can be asked.
CREATE TABLE policy_version (
  course      text        NOT NULL COLLATE "C",
  version     integer     NOT NULL,
  overrides   jsonb       NOT NULL,  -- thresholds by name, and perhaps "preset"
  sent        text        NOT NULL,  -- TOML or JSON, as it came
  set_by      text        NOT NULL,
  valid_from  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (course, version)
);
GRANT SELECT ON policy_version TO ingest, api, reader;
GRANT INSERT ON policy_version TO api;

-- Tells when each source has last sent.
CREATE INDEX receipt_by_source ON receipt (source, accepted_at);
