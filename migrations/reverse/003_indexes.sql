-- Reverse migration 003
-- Created: 2024-02-12
-- Reason: Drops the indexes of the first dashboard, which no constraint relies on.

DROP INDEX IF EXISTS idx_sessions_site_visitor;

DROP INDEX IF EXISTS idx_events_site_campaign;

DROP INDEX IF EXISTS idx_events_session;

DROP INDEX IF EXISTS idx_events_site_path_created;

DROP INDEX IF EXISTS idx_events_site_name_created;
