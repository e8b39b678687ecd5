-- Reverse migration 007
-- Created: 2024-05-20
-- Reason: Removes the daily roll-ups, which can be computed again from the raw events that are still kept.

DROP VIEW IF EXISTS site_daily_totals;

DROP TRIGGER IF EXISTS trg_daily_stats_touch;

DROP INDEX IF EXISTS idx_daily_stats_dimension;

DROP TABLE IF EXISTS daily_stats;
