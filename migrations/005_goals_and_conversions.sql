-- Migration: Goals and conversions
-- Created: 2024-03-25
-- Reason: Customers ask which visits led to a sign-up or a purchase, and a conversion has to outlive its raw events.

CREATE TABLE IF NOT EXISTS goals (
  goal_id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  name TEXT NOT NULL COLLATE NOCASE,
  kind TEXT NOT NULL CHECK (kind IN ('event', 'path', 'duration', 'scroll')),
  match_event TEXT,
  match_path TEXT,
  minimum_amount INTEGER NOT NULL DEFAULT 0,
  is_active INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  UNIQUE (site_id, name)
);

-- Retention purges events and sessions first, and the conversion stays without them.
CREATE TABLE IF NOT EXISTS conversions (
  conversion_id INTEGER PRIMARY KEY,
  goal_id INTEGER NOT NULL REFERENCES goals (goal_id) ON DELETE CASCADE,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  session_id TEXT REFERENCES sessions (session_id) ON DELETE SET NULL,
  event_id INTEGER REFERENCES events (id) ON DELETE SET NULL,
  visitor_hash TEXT NOT NULL,
  path TEXT,
  converted_at INTEGER NOT NULL DEFAULT (unixepoch())
);

CREATE INDEX IF NOT EXISTS idx_conversions_goal_time ON conversions (goal_id, converted_at);

CREATE INDEX IF NOT EXISTS idx_conversions_site_time ON conversions (site_id, converted_at);

CREATE INDEX IF NOT EXISTS idx_conversions_event ON conversions (event_id);

-- A goal counts once a session. Columns in this order, so that the index serves the foreign key too.
CREATE UNIQUE INDEX IF NOT EXISTS idx_conversions_session_goal ON conversions (session_id, goal_id);
