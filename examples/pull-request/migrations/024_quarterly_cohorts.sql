-- Migration: Cohorts by quarter
-- Date: 2026-09-29
-- Reason: Shops plan in quarters, and a CHECK can only be widened by making the table anew.

-- Every row is copied before the old table is dropped, and foreign keys are deferred: nothing can be lost.
PRAGMA defer_foreign_keys = ON;

DROP VIEW IF EXISTS cohort_sizes;

CREATE TABLE cohorts_new (
  cohort_id TEXT PRIMARY KEY NOT NULL,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  name TEXT NOT NULL COLLATE NOCASE,
  definition TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(definition)),
  granularity TEXT NOT NULL DEFAULT 'week' CHECK (granularity IN ('day', 'week', 'month', 'quarter')),
  created_by TEXT REFERENCES users (user_id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  UNIQUE (site_id, name)
);
INSERT INTO cohorts_new SELECT * FROM cohorts;
DROP TABLE cohorts;
ALTER TABLE cohorts_new RENAME TO cohorts;

CREATE INDEX IF NOT EXISTS idx_cohorts_created_by ON cohorts (created_by);

CREATE VIEW IF NOT EXISTS cohort_sizes AS
SELECT c.cohort_id, c.site_id, c.name, count(m.visitor_hash) AS members, min(m.joined_at) AS first_joined_at
FROM cohorts AS c
LEFT JOIN cohort_members AS m ON m.cohort_id = c.cohort_id
GROUP BY c.cohort_id, c.site_id, c.name;
