-- Migration: Teams and sharing links
-- Created: 2024-06-24
-- Reason: Agencies let some colleagues into some sites, and show a dashboard to clients who have no account.

CREATE TABLE IF NOT EXISTS teams (
  team_id INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
  name TEXT NOT NULL COLLATE NOCASE,
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  UNIQUE (account_id, name)
);

CREATE TABLE IF NOT EXISTS team_members (
  team_id INTEGER NOT NULL REFERENCES teams (team_id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
  role TEXT NOT NULL DEFAULT 'viewer' CHECK (role IN ('viewer', 'editor', 'admin')),
  added_at INTEGER NOT NULL DEFAULT (unixepoch()),
  PRIMARY KEY (team_id, user_id)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS idx_team_members_user ON team_members (user_id);

CREATE TABLE IF NOT EXISTS team_sites (
  team_id INTEGER NOT NULL REFERENCES teams (team_id) ON DELETE CASCADE,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  PRIMARY KEY (team_id, site_id)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS idx_team_sites_site ON team_sites (site_id);

CREATE TABLE IF NOT EXISTS sharing_links (
  link_id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  slug TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL DEFAULT '',
  password_hash TEXT,
  view_count INTEGER NOT NULL DEFAULT 0,
  created_by TEXT REFERENCES users (user_id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  expires_at INTEGER,
  revoked_at INTEGER
);

CREATE INDEX IF NOT EXISTS idx_sharing_links_site ON sharing_links (site_id);

CREATE INDEX IF NOT EXISTS idx_sharing_links_created_by ON sharing_links (created_by);

-- Read by the hourly job that closes expired links.
CREATE INDEX IF NOT EXISTS idx_sharing_links_open ON sharing_links (expires_at) WHERE revoked_at IS NULL AND expires_at IS NOT NULL;
