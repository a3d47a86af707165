-- Everything that is held on a student includes what was put of her enrolments, and the policies that
-- judged her. Forward only.
GRANT SELECT ON catalogue_version, policy_version TO privacy;
