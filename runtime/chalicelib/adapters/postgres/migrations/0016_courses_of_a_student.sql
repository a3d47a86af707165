-- What is said of a student in one course goes by flags of the others, whoever asks. Forward only.

-- Every course that a student is known in. Uses standing_pkey.
CREATE FUNCTION courses_of(of_student uuid) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path TO 'public', 'pg_temp' AS $$
  SELECT s.course FROM standing s WHERE s.student = of_student
$$;
REVOKE ALL ON FUNCTION courses_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION courses_of TO api;
