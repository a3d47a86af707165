-- A policy in shadow: judged by the sweep beside the one in force, and alerting no one. Forward only.

-- What an institution (course = '') or a course would change of the preset; the greatest version
-- counts, null ends it. Append-only.
CREATE TABLE shadow_policy_version (
  course      text        NOT NULL COLLATE "C",
  version     integer     NOT NULL,
  edition     bigint      GENERATED ALWAYS AS IDENTITY,  -- of all scopes: a greater one came later
  overrides   jsonb,      -- thresholds by name, and perhaps "preset"
  sent        text        NOT NULL,
  set_by      text        NOT NULL,
  valid_from  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (course, version)
);

-- Whom the policy in force, and the one in shadow, flagged on a day, at any sweep of it; no row: neither.
CREATE TABLE shadow_finding (
  course       text        NOT NULL COLLATE "C",
  day          date        NOT NULL,
  student      uuid        NOT NULL,
  rule         text        NOT NULL COLLATE "C",
  edition      bigint      NOT NULL,
  in_force     boolean     NOT NULL,
  shadow       boolean     NOT NULL,
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (course, day, student, rule)
);
CREATE INDEX shadow_finding_by_day ON shadow_finding (day);

-- The alerts that the policy in shadow would have opened, from the beginning of each of its editions.
CREATE TABLE shadow_alert (
  shadow_alert_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  course           text        NOT NULL COLLATE "C",
  student          uuid        NOT NULL,
  rule             text        NOT NULL COLLATE "C",
  edition          bigint      NOT NULL,
  severity         smallint    NOT NULL,
  because          text        NOT NULL,
  in_force         boolean     NOT NULL,  -- an alert of this rule was open then
  opened_at        timestamptz NOT NULL,
  cleared_at       timestamptz,
  quiet_until      timestamptz,
  recorded_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX shadow_alert_by_student ON shadow_alert (student, course, edition);
CREATE INDEX shadow_alert_by_course ON shadow_alert (course, opened_at);
CREATE INDEX shadow_alert_by_time ON shadow_alert (opened_at);

GRANT SELECT ON shadow_policy_version, shadow_finding, shadow_alert TO ingest, api, reader;
GRANT SELECT ON shadow_finding, shadow_alert TO privacy;
GRANT INSERT ON shadow_policy_version TO api;
GRANT INSERT, UPDATE, DELETE ON shadow_finding, shadow_alert TO ingest;
