-- Migration: Web vitals
-- Date: 2025-06-16
-- Reason: Slow pages lose visitors, and the tracker can measure the speed that real visitors get.

CREATE TABLE IF NOT EXISTS web_vitals (
  vital_id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  metric TEXT NOT NULL CHECK (metric IN ('CLS', 'FCP', 'INP', 'LCP', 'TTFB')),
  measured REAL NOT NULL CHECK (measured >= 0),
  rating TEXT GENERATED ALWAYS AS (CASE
    WHEN measured <= (CASE metric WHEN 'CLS' THEN 0.1 WHEN 'FCP' THEN 1800 WHEN 'INP' THEN 200 WHEN 'LCP' THEN 2500 ELSE 800 END) THEN 'good'
    WHEN measured <= (CASE metric WHEN 'CLS' THEN 0.25 WHEN 'FCP' THEN 3000 WHEN 'INP' THEN 500 WHEN 'LCP' THEN 4000 ELSE 1800 END) THEN 'fair'
    ELSE 'poor' END) STORED,
  device_type TEXT NOT NULL DEFAULT 'desktop',
  country_code TEXT CHECK (length(country_code) = 2),
  recorded_at INTEGER NOT NULL DEFAULT (unixepoch())
);

CREATE INDEX IF NOT EXISTS idx_web_vitals_site_metric ON web_vitals (site_id, metric, recorded_at);

CREATE INDEX IF NOT EXISTS idx_web_vitals_poor ON web_vitals (site_id, path) WHERE rating = 'poor';

CREATE VIEW IF NOT EXISTS web_vitals_summary AS
SELECT
  site_id,
  metric,
  device_type,
  count(*) AS samples,
  round(avg(measured), 3) AS average_measured,
  round(avg(rating = 'good'), 4) AS good_share,
  round(avg(rating = 'poor'), 4) AS poor_share
FROM web_vitals
GROUP BY site_id, metric, device_type;
