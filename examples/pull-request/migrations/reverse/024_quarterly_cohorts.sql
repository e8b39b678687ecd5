-- Reverse migration 024
-- Created: 2026-09-29
-- Undoes: Cohorts by quarter
-- What the migration did to rows of `cohort_members` is not undone.
-- What the migration did to rows of `cohort_retention` is not undone.
-- Rows of `cohorts` that violate `CHECK (granularity IN ('day', 'week', 'month'))` make the reverse fail.

DROP VIEW IF EXISTS cohort_sizes;

ALTER TABLE cohorts RENAME TO cohorts_old;

ALTER TABLE cohort_members RENAME TO cohort_members_old;

ALTER TABLE cohort_retention RENAME TO cohort_retention_old;

CREATE TABLE cohorts (
  cohort_id TEXT PRIMARY KEY NOT NULL,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  name TEXT NOT NULL COLLATE NOCASE,
  definition TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(definition)),
  granularity TEXT NOT NULL DEFAULT 'week' CHECK (granularity IN ('day', 'week', 'month')),
  created_by TEXT REFERENCES users (user_id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  UNIQUE (site_id, name)
);

CREATE TABLE cohort_members (
  cohort_id TEXT NOT NULL REFERENCES cohorts (cohort_id) ON DELETE CASCADE,
  visitor_hash TEXT NOT NULL,
  joined_at INTEGER NOT NULL DEFAULT (unixepoch()),
  PRIMARY KEY (cohort_id, visitor_hash)
) WITHOUT ROWID;

CREATE TABLE cohort_retention (
  cohort_id TEXT NOT NULL REFERENCES cohorts (cohort_id) ON DELETE CASCADE,
  period_number INTEGER NOT NULL CHECK (period_number >= 0),
  active_visitors INTEGER NOT NULL DEFAULT 0 CHECK (active_visitors >= 0),
  computed_at INTEGER NOT NULL DEFAULT (unixepoch()),
  PRIMARY KEY (cohort_id, period_number)
) WITHOUT ROWID;

INSERT INTO cohorts (cohort_id, site_id, name, definition, granularity, created_by, created_at)
SELECT cohort_id, site_id, name, definition, granularity, created_by, created_at FROM cohorts_old;

INSERT INTO cohort_members (cohort_id, visitor_hash, joined_at)
SELECT cohort_id, visitor_hash, joined_at FROM cohort_members_old;

INSERT INTO cohort_retention (cohort_id, period_number, active_visitors, computed_at)
SELECT cohort_id, period_number, active_visitors, computed_at FROM cohort_retention_old;

DROP TABLE cohort_retention_old;

DROP TABLE cohort_members_old;

DROP TABLE cohorts_old;

CREATE INDEX IF NOT EXISTS idx_cohort_members_visitor ON cohort_members (visitor_hash);

CREATE INDEX IF NOT EXISTS idx_cohorts_created_by ON cohorts (created_by);

CREATE VIEW IF NOT EXISTS cohort_sizes AS
SELECT c.cohort_id, c.site_id, c.name, count(m.visitor_hash) AS members, min(m.joined_at) AS first_joined_at
FROM cohorts AS c
LEFT JOIN cohort_members AS m ON m.cohort_id = c.cohort_id
GROUP BY c.cohort_id, c.site_id, c.name;

PRAGMA foreign_key_check;
