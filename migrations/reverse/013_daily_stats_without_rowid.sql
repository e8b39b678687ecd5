-- Reverse migration 013
-- Created: 2025-01-20
-- Reason: Gives the roll-ups their rowid back by the same rebuild, and keeps every row.

DROP VIEW IF EXISTS site_daily_totals;

CREATE TABLE IF NOT EXISTS daily_stats_new (
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

INSERT INTO daily_stats_new (site_id, stat_date, dimension, dimension_value, visitors, visits, pageviews, bounces, visit_seconds, updated_at)
SELECT site_id, stat_date, dimension, dimension_value, visitors, visits, pageviews, bounces, visit_seconds, updated_at
FROM daily_stats;

DROP TABLE daily_stats;

ALTER TABLE daily_stats_new RENAME TO daily_stats;

CREATE INDEX IF NOT EXISTS idx_daily_stats_dimension ON daily_stats (site_id, dimension, stat_date DESC);

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
