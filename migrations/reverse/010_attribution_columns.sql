-- Reverse migration 010
-- Created: 2024-09-16
-- Reason: Takes the attribution columns off events and sessions, with the marks that they hold.

DROP INDEX IF EXISTS idx_events_import;

ALTER TABLE sessions DROP COLUMN channel;

ALTER TABLE events DROP COLUMN is_campaign;

ALTER TABLE events DROP COLUMN import_id;

ALTER TABLE events DROP COLUMN is_bot;
