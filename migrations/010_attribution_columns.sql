-- Migration: Attribution columns on events and sessions
-- Date: 2024-09-16
-- Reason: Reports must tell bots, imported history and paid campaigns apart from ordinary visits.
-- pulse-ci: ignore-file not-idempotent SQLite cannot guard ADD COLUMN, so this file is applied once

ALTER TABLE events ADD COLUMN is_bot INTEGER NOT NULL DEFAULT 0 CHECK (is_bot IN (0, 1));

ALTER TABLE events ADD COLUMN import_id INTEGER REFERENCES data_imports (import_id) ON DELETE SET NULL;

ALTER TABLE events ADD COLUMN is_campaign INTEGER GENERATED ALWAYS AS (utm_source IS NOT NULL OR utm_campaign IS NOT NULL) VIRTUAL;

ALTER TABLE sessions ADD COLUMN channel TEXT;

CREATE INDEX IF NOT EXISTS idx_events_import ON events (import_id);
