-- Migration: Funnels and segments
-- Created: 2024-04-22
-- Reason: A goal says how many visitors arrived, a funnel says where the others left, and a segment says who they were.

CREATE TABLE IF NOT EXISTS segments (
  segment_id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  name TEXT NOT NULL COLLATE NOCASE,
  conditions TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(conditions)),
  is_shared INTEGER NOT NULL DEFAULT 0 CHECK (is_shared IN (0, 1)),
  created_by TEXT REFERENCES users (user_id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  UNIQUE (site_id, name)
);

CREATE INDEX IF NOT EXISTS idx_segments_created_by ON segments (created_by);

CREATE TABLE IF NOT EXISTS funnels (
  funnel_id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  segment_id INTEGER REFERENCES segments (segment_id) ON DELETE SET NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  window_hours INTEGER NOT NULL DEFAULT 24 CHECK (window_hours BETWEEN 1 AND 720),
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  UNIQUE (site_id, name)
);

CREATE INDEX IF NOT EXISTS idx_funnels_segment ON funnels (segment_id);

-- goal_id has no action on purpose: a goal that a funnel uses cannot be deleted alone. RESTRICT would stop the
-- deletion of a whole site too, as soon as goals is a younger table than funnels and its rows go first.
CREATE TABLE IF NOT EXISTS funnel_steps (
  step_id INTEGER PRIMARY KEY,
  funnel_id INTEGER NOT NULL REFERENCES funnels (funnel_id) ON DELETE CASCADE,
  step_number INTEGER NOT NULL CHECK (step_number BETWEEN 1 AND 20),
  label TEXT NOT NULL,
  goal_id INTEGER REFERENCES goals (goal_id),
  match_path TEXT,
  UNIQUE (funnel_id, step_number),
  CHECK (goal_id IS NOT NULL OR match_path IS NOT NULL)
);

CREATE INDEX IF NOT EXISTS idx_funnel_steps_goal ON funnel_steps (goal_id);
