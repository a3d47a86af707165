-- Announcements are planned recipient by recipient, and what has cleared is told to whoever was told
-- of it. Forward only; earlier code goes on working beside it.

CREATE INDEX announcement_for ON announcement (recipient, due_at)
  WHERE sent_at IS NULL AND recipient IS NOT NULL;
CREATE INDEX announcement_of_alert ON announcement (alert_id);
