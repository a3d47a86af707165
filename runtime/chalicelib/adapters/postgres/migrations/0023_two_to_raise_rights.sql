-- Bringing a roster shows nobody's name, and whoever brings it widens nothing of her own: what
-- domain/access.py decides, row security decides too. Forward only.

-- Who a pseudonym is: to whom any standing of it is shown. Whoever brings names does it for all, as
-- the rest of a roster.
DROP POLICY persons ON person;
CREATE POLICY persons ON person TO api
  USING ((SELECT entered_as('sees_all')) OR student = ANY ((SELECT seen_students())::uuid[])
         OR EXISTS (SELECT FROM standing s WHERE s.student = person.student))
  WITH CHECK ((SELECT entered_as('sees_all')));

-- Enrolling makes a student one of the course's: nobody does that for a course that she teaches, nor
-- for herself.
DROP POLICY persons ON enrolment;
CREATE POLICY persons ON enrolment TO api
  USING ((SELECT entered_as('sees_all')) OR course = ANY ((SELECT seen_courses())::text[])
         OR student = ANY ((SELECT seen_students())::uuid[]))
  WITH CHECK ((SELECT entered_as('sees_all'))
              AND (course = ANY ((SELECT seen_courses())::text[])) IS NOT TRUE
              AND (student = ANY ((SELECT oneself())::uuid[])) IS NOT TRUE);
