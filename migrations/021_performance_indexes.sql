-- Migration: Performance indexes
-- Date: 2026-09-14
-- Reason: The overview fetched every event row behind its index, and the channel report read all sessions of a site.

-- Covers the overview of a site, and serves all that the narrower index served.
CREATE INDEX IF NOT EXISTS idx_events_site_overview ON events (site_id, created_at, name, path, visitor_hash);

DROP INDEX IF EXISTS idx_events_site_created;

CREATE INDEX IF NOT EXISTS idx_sessions_site_channel ON sessions (site_id, channel, started_at);

-- Erasure looks for one visitor in all cohorts.
CREATE INDEX IF NOT EXISTS idx_cohort_members_visitor ON cohort_members (visitor_hash);

CREATE INDEX IF NOT EXISTS idx_orders_refunded ON orders (site_id, ordered_at DESC) WHERE refunded_minor > 0;
