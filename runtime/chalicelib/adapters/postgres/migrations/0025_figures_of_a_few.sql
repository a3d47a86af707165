-- What alerts told before of other courses, of classes of any size and of single others in them, is put
-- as it is told now; the next sweep brings the figures that are of ten or more. Forward only.

-- Of several courses at once: in each of them its own words, `here`, and whether there is more.
UPDATE alert SET
  because = 'Several at once: ' || array_to_string(ARRAY(SELECT jsonb_array_elements_text(evidence -> 'here')), ', ')
         || CASE WHEN evidence -> 'flags' = evidence -> 'here' THEN '.' ELSE ' here, and more elsewhere.' END,
  evidence = evidence - 'here' || jsonb_build_object(
    'flags', evidence -> 'here', 'more_elsewhere', evidence -> 'flags' <> evidence -> 'here')
WHERE rule = 'several_at_once' AND evidence ? 'here';
UPDATE alert_history SET
  because = 'Several at once: ' || array_to_string(ARRAY(SELECT jsonb_array_elements_text(evidence -> 'here')), ', ')
         || CASE WHEN evidence -> 'flags' = evidence -> 'here' THEN '.' ELSE ' here, and more elsewhere.' END,
  evidence = evidence - 'here' || jsonb_build_object(
    'flags', evidence -> 'here', 'more_elsewhere', evidence -> 'flags' <> evidence -> 'here')
WHERE evidence ? 'here';
UPDATE alert_history SET because = 'Several at once.'
WHERE evidence IS NULL AND because LIKE 'Several at once: %';
UPDATE shadow_alert SET because = 'Several at once.' WHERE rule = 'several_at_once';

-- Of a class, to one of its students: nothing, until it is told anew. The course's own alert is no
-- student's.
UPDATE alert SET
  because = regexp_replace(because, '; the class''s is \d+ %\.$', '.'),
  evidence = evidence - ARRAY['class_mean_bp', 'class_15th_percentile_bp', 'class_silent_days', 'handed_in_by_class']
                      - CASE rule WHEN 'below_the_class' THEN 'threshold_bp' ELSE '' END
WHERE rule IN ('below_the_class', 'missing_work', 'silence');
UPDATE alert_history h SET
  because = regexp_replace(h.because, '; the class''s is \d+ %\.$', '.'),
  evidence = h.evidence - ARRAY['class_mean_bp', 'class_15th_percentile_bp', 'class_silent_days', 'handed_in_by_class']
                        - CASE a.rule WHEN 'below_the_class' THEN 'threshold_bp' ELSE '' END
FROM alert a
WHERE a.alert_id = h.alert_id AND a.rule IN ('below_the_class', 'missing_work', 'silence');
UPDATE shadow_alert SET because = regexp_replace(because, '; the class''s is \d+ %\.$', '.')
WHERE rule = 'below_the_class';

-- A class that is compared with has ten students or more: a policy that said less would be refused whole.
-- `sent` stays as it came.
UPDATE policy_version SET overrides = jsonb_set(overrides, '{below_class_min_students}', '10')
WHERE (overrides ->> 'below_class_min_students')::integer < 10;
UPDATE shadow_policy_version SET overrides = jsonb_set(overrides, '{below_class_min_students}', '10')
WHERE (overrides ->> 'below_class_min_students')::integer < 10;
