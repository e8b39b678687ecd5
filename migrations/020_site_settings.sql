-- Migration: Settings of each site
-- Date: 2026-03-16
-- Reason: Sampling, currency, owning team and bot handling were the same for all sites, and large customers need their own.
-- pulse-ci: ignore-file not-idempotent SQLite cannot guard ADD COLUMN, so this file is applied once

ALTER TABLE sites ADD COLUMN sampling_rate REAL NOT NULL DEFAULT 1.0 CHECK (sampling_rate > 0 AND sampling_rate <= 1);

ALTER TABLE sites ADD COLUMN bot_handling TEXT NOT NULL DEFAULT 'drop' CHECK (bot_handling IN ('drop', 'mark', 'keep'));

ALTER TABLE sites ADD COLUMN owner_team_id INTEGER REFERENCES teams (team_id) ON DELETE SET NULL;

ALTER TABLE sites ADD COLUMN report_currency TEXT REFERENCES currencies (currency_code) ON UPDATE CASCADE;

CREATE INDEX IF NOT EXISTS idx_sites_owner_team ON sites (owner_team_id);

CREATE INDEX IF NOT EXISTS idx_sites_report_currency ON sites (report_currency);
