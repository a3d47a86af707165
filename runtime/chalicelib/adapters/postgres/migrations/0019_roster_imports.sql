-- Who is enrolled in a course is asked when a whole roster is brought in. Forward only.
CREATE INDEX enrolment_by_course ON enrolment (course);
