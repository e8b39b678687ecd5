-- Reverse migration 011
-- Created: 2024-10-14
-- Reason: The channel is derived from columns that stay, so clearing it loses nothing that cannot be computed again.

DROP TRIGGER IF EXISTS trg_sessions_channel;

UPDATE sessions SET channel = NULL WHERE channel IS NOT NULL;

DROP TABLE IF EXISTS traffic_sources;
