-- Migration: Cohorts
-- Created: 2024-03-04
-- Reason: Retention compares groups of visitors over weeks, which needs a stored membership instead of a query each time.

CREATE TABLE IF NOT EXISTS cohorts (
  cohort_id TEXT PRIMARY KEY NOT NULL,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  name TEXT NOT NULL COLLATE NOCASE,
  definition TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(definition)),
  granularity TEXT NOT NULL DEFAULT 'week' CHECK (granularity IN ('day', 'week', 'month')),
  created_by TEXT REFERENCES users (user_id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  UNIQUE (site_id, name)
);

CREATE INDEX IF NOT EXISTS idx_cohorts_created_by ON cohorts (created_by);

CREATE TABLE IF NOT EXISTS cohort_members (
  cohort_id TEXT NOT NULL REFERENCES cohorts (cohort_id) ON DELETE CASCADE,
  visitor_hash TEXT NOT NULL,
  joined_at INTEGER NOT NULL DEFAULT (unixepoch()),
  PRIMARY KEY (cohort_id, visitor_hash)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS cohort_retention (
  cohort_id TEXT NOT NULL REFERENCES cohorts (cohort_id) ON DELETE CASCADE,
  period_number INTEGER NOT NULL CHECK (period_number >= 0),
  active_visitors INTEGER NOT NULL DEFAULT 0 CHECK (active_visitors >= 0),
  computed_at INTEGER NOT NULL DEFAULT (unixepoch()),
  PRIMARY KEY (cohort_id, period_number)
) WITHOUT ROWID;

CREATE VIEW IF NOT EXISTS cohort_sizes AS
SELECT c.cohort_id, c.site_id, c.name, count(m.visitor_hash) AS members, min(m.joined_at) AS first_joined_at
FROM cohorts AS c
LEFT JOIN cohort_members AS m ON m.cohort_id = c.cohort_id
GROUP BY c.cohort_id, c.site_id, c.name;
