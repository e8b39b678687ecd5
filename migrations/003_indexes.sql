-- Migration: Indexes for the first dashboard
-- Created: 2024-02-12
-- Reason: Top pages, custom events, campaigns and the visit timeline each read every event of a site.

CREATE INDEX IF NOT EXISTS idx_events_site_name_created ON events (site_id, name, created_at);

CREATE INDEX IF NOT EXISTS idx_events_site_path_created ON events (site_id, path, created_at);

CREATE INDEX IF NOT EXISTS idx_events_session ON events (session_id);

-- Advertisers spell one campaign in several cases, and most events have no campaign at all.
CREATE INDEX IF NOT EXISTS idx_events_site_campaign ON events (site_id, lower(utm_campaign), created_at) WHERE utm_campaign IS NOT NULL;

CREATE INDEX IF NOT EXISTS idx_sessions_site_visitor ON sessions (site_id, visitor_hash);
