-- Who was erased is not brought back by hand either: by a roster, a correction, a name. Forward only.
-- Events are refused before they are stored (0009); these tables are written rarely, one by one.
CREATE FUNCTION refuse_erased() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
BEGIN
  IF EXISTS (SELECT FROM erasure e WHERE e.student = NEW.student) THEN
    RAISE EXCEPTION 'the student was erased' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION refuse_erased FROM PUBLIC;

CREATE TRIGGER refuse_erased AFTER INSERT OR UPDATE OF student ON enrolment
  FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER refuse_erased AFTER INSERT OR UPDATE OF student ON person
  FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER refuse_erased AFTER INSERT OR UPDATE OF student ON correction
  FOR EACH ROW EXECUTE FUNCTION refuse_erased();
CREATE TRIGGER refuse_erased AFTER INSERT OR UPDATE OF student ON legal_hold
  FOR EACH ROW WHEN (NEW.student IS NOT NULL) EXECUTE FUNCTION refuse_erased();
