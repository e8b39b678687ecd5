-- Reverse migration 002
-- Created: 2024-01-29
-- Reason: Removes sessions and the trigger that keeps them up to date.

DROP TRIGGER IF EXISTS trg_events_touch_session;

DROP INDEX IF EXISTS idx_sessions_site_started;

DROP TABLE IF EXISTS sessions;
