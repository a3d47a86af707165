-- What a policy in shadow would have said is kept for its days as well (0014, 0015). Forward only.
ALTER FUNCTION rows_past(text) RENAME TO rows_past_in_force;
CREATE FUNCTION rows_past(class text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE class
  -- Uses shadow_finding_by_day.
  WHEN 'shadow_finding' THEN
    'SELECT x.ctid FROM shadow_finding x WHERE x.day < ($1 AT TIME ZONE ''UTC'')::date
     AND NOT is_held(x.student, x.course) LIMIT $2'
  -- Whether they have cleared or not: nobody works on them. Uses shadow_alert_by_time.
  WHEN 'shadow_alert' THEN
    'SELECT x.ctid FROM shadow_alert x WHERE x.opened_at < $1
     AND NOT is_held(x.student, x.course) LIMIT $2'
  ELSE rows_past_in_force(class)
END;
