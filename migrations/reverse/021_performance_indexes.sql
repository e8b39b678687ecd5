-- Reverse migration 021
-- Created: 2026-09-14
-- Reason: Brings back the narrow index before the covering one goes, so that no query is ever without.

CREATE INDEX IF NOT EXISTS idx_events_site_created ON events (site_id, created_at);

DROP INDEX IF EXISTS idx_orders_refunded;

DROP INDEX IF EXISTS idx_cohort_members_visitor;

DROP INDEX IF EXISTS idx_sessions_site_channel;

DROP INDEX IF EXISTS idx_events_site_overview;
