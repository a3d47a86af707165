-- How often each client has asked lately, counted for all processes of the API together. Forward only.

-- One row for each who asked within the last day. Not in the WAL: a commit waits for no disk, and what a
-- crash or a failover forgets is that somebody asked too often. Room on each page for updates in place.
CREATE UNLOGGED TABLE request_quota (
  who    uuid             PRIMARY KEY,  -- a digest of client and subject
  found  double precision NOT NULL,     -- requests that were left when it last asked; below 0: owed
  as_of  timestamptz      NOT NULL      -- when that was; since then it took one if there was one
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 1000);
GRANT SELECT, INSERT, UPDATE ON request_quota TO api;
