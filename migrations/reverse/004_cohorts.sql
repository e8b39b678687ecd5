-- Reverse migration 004
-- Created: 2024-03-04
-- Reason: Removes cohorts with everything that is derived from them.

DROP VIEW IF EXISTS cohort_sizes;

DROP TABLE IF EXISTS cohort_retention;

DROP TABLE IF EXISTS cohort_members;

DROP INDEX IF EXISTS idx_cohorts_created_by;

DROP TABLE IF EXISTS cohorts;
