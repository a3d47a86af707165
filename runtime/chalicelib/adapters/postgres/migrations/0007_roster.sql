-- Who may see whom: the roster. Forward only.

-- One line says one thing of one person (a token's subject): teaches a course, advises a student,
-- holds an institution-wide role, or is a student herself. `target` is the course, the pseudonym, or
-- the role. Both dates are in UTC and inclusive; null: without begin, without end.
CREATE TABLE roster (
  person       text        NOT NULL COLLATE "C",
  kind         text        NOT NULL COLLATE "C" CHECK (kind IN ('advises', 'role', 'self', 'teaches')),
  target       text        NOT NULL COLLATE "C",
  begins_on    date,
  ends_on      date,
  version      integer     NOT NULL DEFAULT 1,
  set_by       text        NOT NULL COLLATE "C",
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (person, kind, target),
  CHECK (ends_on >= begins_on),
  -- A student's pseudonym is written in one way only.
  CHECK (kind NOT IN ('advises', 'self') OR target = target::uuid::text)
);
CREATE INDEX roster_by_target ON roster (target, kind, person);

-- What a line said before, and since when: append-only.
CREATE TABLE roster_version (
  person       text        NOT NULL COLLATE "C",
  kind         text        NOT NULL COLLATE "C",
  target       text        NOT NULL COLLATE "C",
  version      integer     NOT NULL,
  begins_on    date,
  ends_on      date,
  removed      boolean     NOT NULL DEFAULT false,
  set_by       text        NOT NULL COLLATE "C",
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (person, kind, target, version)
);
CREATE INDEX roster_version_by_target ON roster_version (target, kind);

GRANT SELECT, INSERT, UPDATE, DELETE ON roster TO api;
GRANT SELECT, INSERT ON roster_version TO api;
GRANT SELECT ON roster, roster_version TO ingest, privacy;
