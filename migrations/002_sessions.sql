-- Migration: Sessions
-- Created: 2024-01-29
-- Reason: Bounce rate and visit length were computed from all events on every page load of the dashboard.

CREATE TABLE IF NOT EXISTS sessions (
  session_id TEXT PRIMARY KEY NOT NULL,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  visitor_hash TEXT NOT NULL,
  started_at INTEGER NOT NULL DEFAULT (unixepoch()),
  last_seen_at INTEGER NOT NULL DEFAULT (unixepoch()),
  duration_seconds INTEGER GENERATED ALWAYS AS (last_seen_at - started_at) VIRTUAL,
  entry_path TEXT NOT NULL DEFAULT '/',
  exit_path TEXT,
  pageviews INTEGER NOT NULL DEFAULT 0 CHECK (pageviews >= 0),
  event_count INTEGER NOT NULL DEFAULT 0 CHECK (event_count >= 0),
  is_bounce INTEGER GENERATED ALWAYS AS (pageviews <= 1) VIRTUAL,
  referrer_host TEXT,
  utm_source TEXT,
  utm_medium TEXT,
  utm_campaign TEXT,
  browser TEXT,
  os TEXT,
  device_type TEXT,
  country_code TEXT CHECK (length(country_code) = 2)
);

CREATE INDEX IF NOT EXISTS idx_sessions_site_started ON sessions (site_id, started_at DESC);

-- Events may arrive late and out of order, so the end of a session only ever moves forward.
CREATE TRIGGER IF NOT EXISTS trg_events_touch_session AFTER INSERT ON events BEGIN UPDATE sessions SET last_seen_at = max(last_seen_at, new.created_at), exit_path = (CASE WHEN new.name = 'pageview' AND new.created_at >= last_seen_at THEN new.path ELSE exit_path END), pageviews = pageviews + (CASE WHEN new.name = 'pageview' THEN 1 ELSE 0 END), event_count = event_count + 1 WHERE session_id = new.session_id; END;
