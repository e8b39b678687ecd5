-- Migration: Daily roll-ups
-- Created: 2024-05-20
-- Reason: A year of raw events takes seconds to sum, while one row for each day and dimension takes milliseconds.

CREATE TABLE IF NOT EXISTS daily_stats (
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  stat_date TEXT NOT NULL,
  dimension TEXT NOT NULL DEFAULT 'total',
  dimension_value TEXT NOT NULL DEFAULT '',
  visitors INTEGER NOT NULL DEFAULT 0 CHECK (visitors >= 0),
  visits INTEGER NOT NULL DEFAULT 0 CHECK (visits >= 0),
  pageviews INTEGER NOT NULL DEFAULT 0 CHECK (pageviews >= 0),
  bounces INTEGER NOT NULL DEFAULT 0 CHECK (bounces >= 0),
  visit_seconds INTEGER NOT NULL DEFAULT 0 CHECK (visit_seconds >= 0),
  updated_at INTEGER NOT NULL DEFAULT (unixepoch()),
  PRIMARY KEY (site_id, stat_date, dimension, dimension_value)
);

CREATE INDEX IF NOT EXISTS idx_daily_stats_dimension ON daily_stats (site_id, dimension, stat_date DESC);

-- The Worker caches a roll-up until it changes, so a correction must move its time stamp.
CREATE TRIGGER IF NOT EXISTS trg_daily_stats_touch AFTER UPDATE ON daily_stats WHEN new.updated_at = old.updated_at AND old.updated_at <> unixepoch() BEGIN UPDATE daily_stats SET updated_at = unixepoch() WHERE site_id = new.site_id AND stat_date = new.stat_date AND dimension = new.dimension AND dimension_value = new.dimension_value; END;

CREATE VIEW IF NOT EXISTS site_daily_totals AS
SELECT
  s.id AS site_id,
  s.domain,
  d.stat_date,
  d.visitors,
  d.visits,
  d.pageviews,
  round(1.0 * d.bounces / nullif(d.visits, 0), 4) AS bounce_rate,
  round(1.0 * d.visit_seconds / nullif(d.visits, 0), 1) AS average_visit_seconds
FROM daily_stats AS d
INNER JOIN sites AS s ON s.id = d.site_id
WHERE d.dimension = 'total';
