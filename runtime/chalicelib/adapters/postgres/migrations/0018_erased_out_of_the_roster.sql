-- Nobody is made an adviser of who was erased (0014, 0017). Forward only.
CREATE TRIGGER refuse_erased AFTER INSERT OR UPDATE ON roster
  FOR EACH ROW WHEN (NEW.student IS NOT NULL) EXECUTE FUNCTION refuse_erased();
