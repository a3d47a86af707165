-- The ledger names students in an array; it has forget_in_access (0008). Forward only.
CREATE OR REPLACE FUNCTION tables_of_students() RETURNS TABLE (name text)
LANGUAGE sql STABLE AS $$
  SELECT c.relname::text FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
    AND (a.attname, a.atttypid) IN (('student', 'uuid'::regtype), ('students', 'uuid[]'::regtype))
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname NOT IN ('erasure', 'quarantine')
  ORDER BY c.relname
$$;
