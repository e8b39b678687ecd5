-- Reverse migration 016
-- Created: 2025-06-16
-- Reason: Removes the measurements and their summary.

DROP VIEW IF EXISTS web_vitals_summary;

DROP INDEX IF EXISTS idx_web_vitals_poor;

DROP INDEX IF EXISTS idx_web_vitals_site_metric;

DROP TABLE IF EXISTS web_vitals;
