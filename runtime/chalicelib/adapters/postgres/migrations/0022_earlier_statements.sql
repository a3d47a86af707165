-- What a student has said to a refusal before she said it otherwise: so that a past moment can be told
-- with the statement that stood beside the record then. Forward only.
ALTER TABLE correction ADD COLUMN earlier jsonb NOT NULL DEFAULT '[]';

CREATE FUNCTION keep_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.earlier := OLD.earlier || jsonb_build_array(jsonb_build_object(
    'statement', OLD.statement, 'stated_by', OLD.stated_by, 'stated_at', OLD.stated_at));
  RETURN NEW;
END $$;
CREATE TRIGGER keep_statement BEFORE UPDATE ON correction FOR EACH ROW
  WHEN (OLD.statement IS NOT NULL AND (OLD.statement, OLD.stated_by) IS DISTINCT FROM (NEW.statement, NEW.stated_by))
  EXECUTE FUNCTION keep_statement();
