-- name: sources
-- When each source has sent, by skipping from one to the next. Uses receipt_by_source.
WITH RECURSIVE next AS (
  (SELECT r.source FROM receipt r ORDER BY r.source LIMIT 1)
  UNION ALL
  SELECT (SELECT r.source FROM receipt r WHERE r.source > next.source ORDER BY r.source LIMIT 1)
  FROM next WHERE next.source IS NOT NULL
)
SELECT n.source,
       (SELECT max(r.accepted_at) FROM receipt r WHERE r.source = n.source),
       EXISTS (SELECT FROM receipt r WHERE r.source = n.source
               AND r.accepted_at > %(as_of)s - %(hours)s * interval '1 hour'),
       EXISTS (SELECT FROM receipt r WHERE r.source = n.source
               AND r.accepted_at > %(as_of)s - %(hours)s * interval '1 hour' - interval '7 days'
               AND r.accepted_at <= %(as_of)s - interval '7 days')
FROM next n WHERE n.source IS NOT NULL
