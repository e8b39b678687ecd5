-- Reverse migration 020
-- Created: 2026-03-16
-- Reason: Returns every site to the common settings and forgets what was chosen for it.

DROP INDEX IF EXISTS idx_sites_report_currency;

DROP INDEX IF EXISTS idx_sites_owner_team;

ALTER TABLE sites DROP COLUMN report_currency;

ALTER TABLE sites DROP COLUMN owner_team_id;

ALTER TABLE sites DROP COLUMN bot_handling;

ALTER TABLE sites DROP COLUMN sampling_rate;
