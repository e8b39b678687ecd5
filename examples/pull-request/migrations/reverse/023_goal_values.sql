-- Reverse migration 023
-- Created: 2026-09-28

DROP VIEW IF EXISTS goal_values;

ALTER TABLE goals DROP COLUMN value_cents;
