-- Reverse migration 005
-- Created: 2024-03-25
-- Reason: Removes goals and the conversions counted for them.

DROP INDEX IF EXISTS idx_conversions_session_goal;

DROP INDEX IF EXISTS idx_conversions_event;

DROP INDEX IF EXISTS idx_conversions_site_time;

DROP INDEX IF EXISTS idx_conversions_goal_time;

DROP TABLE IF EXISTS conversions;

DROP TABLE IF EXISTS goals;
