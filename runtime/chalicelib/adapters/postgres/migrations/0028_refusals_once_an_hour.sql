-- Refused requests for a record, by who asked and whose it is: one of a kind is kept an hour, so that
-- nobody fills a student's disclosures for good. Forward only. No read can be noted while it is built.
CREATE INDEX access_refused ON access (subject, (students[1]), recorded_at) WHERE reason = 'refused';
