-- As which source a client of the issuer sends events. Forward only.

-- The greatest version is in force; append-only, so that who sent as what on a day can be asked.
CREATE TABLE client_source (
  client       text        NOT NULL COLLATE "C",
  version      integer     NOT NULL,
  source       text        COLLATE "C",  -- null: it may send no more
  set_by       text        NOT NULL COLLATE "C",
  recorded_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (client, version)
);
GRANT SELECT, INSERT ON client_source TO api;
GRANT SELECT ON client_source TO ingest, reader;
