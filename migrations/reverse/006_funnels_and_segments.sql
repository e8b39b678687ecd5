-- Reverse migration 006
-- Created: 2024-04-22
-- Reason: Removes funnels, their steps and the segments.

DROP INDEX IF EXISTS idx_funnel_steps_goal;

DROP TABLE IF EXISTS funnel_steps;

DROP INDEX IF EXISTS idx_funnels_segment;

DROP TABLE IF EXISTS funnels;

DROP INDEX IF EXISTS idx_segments_created_by;

DROP TABLE IF EXISTS segments;
