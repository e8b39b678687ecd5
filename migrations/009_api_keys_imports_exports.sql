-- Migration: API keys, imports and exports
-- Created: 2024-08-05
-- Reason: Customers bring their history from other products and take their data with them, by hand or by program.

CREATE TABLE IF NOT EXISTS api_keys (
  api_key_id INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
  site_id TEXT REFERENCES sites (id) ON DELETE CASCADE,
  created_by TEXT REFERENCES users (user_id) ON DELETE SET NULL,
  label TEXT NOT NULL DEFAULT '',
  key_prefix TEXT NOT NULL,
  key_hash TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL DEFAULT '["stats:read"]' CHECK (json_valid(scopes)),
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  last_used_at INTEGER,
  revoked_at INTEGER
);

CREATE INDEX IF NOT EXISTS idx_api_keys_account ON api_keys (account_id);

CREATE INDEX IF NOT EXISTS idx_api_keys_site ON api_keys (site_id);

CREATE INDEX IF NOT EXISTS idx_api_keys_created_by ON api_keys (created_by);

CREATE TABLE IF NOT EXISTS data_imports (
  import_id INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  requested_by TEXT REFERENCES users (user_id) ON DELETE SET NULL,
  source TEXT NOT NULL CHECK (source IN ('google_analytics', 'matomo', 'plausible', 'fathom', 'csv')),
  status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'running', 'done', 'failed')),
  rows_read INTEGER NOT NULL DEFAULT 0,
  rows_imported INTEGER NOT NULL DEFAULT 0,
  error_message TEXT,
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  finished_at INTEGER
);

CREATE INDEX IF NOT EXISTS idx_data_imports_site ON data_imports (site_id, created_at DESC);

CREATE INDEX IF NOT EXISTS idx_data_imports_requested_by ON data_imports (requested_by);

-- One import at a time for a site, or two would count the same visits.
CREATE UNIQUE INDEX IF NOT EXISTS idx_data_imports_running ON data_imports (site_id) WHERE status = 'running';

CREATE TABLE IF NOT EXISTS data_exports (
  export_id INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  requested_by TEXT REFERENCES users (user_id) ON DELETE SET NULL,
  file_format TEXT NOT NULL DEFAULT 'csv' CHECK (file_format IN ('csv', 'json', 'parquet')),
  starts_on TEXT NOT NULL,
  ends_on TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'running', 'done', 'failed', 'expired')),
  object_name TEXT,
  size_bytes INTEGER,
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  expires_at INTEGER,
  CHECK (ends_on >= starts_on)
);

CREATE INDEX IF NOT EXISTS idx_data_exports_site ON data_exports (site_id, created_at DESC);

CREATE INDEX IF NOT EXISTS idx_data_exports_requested_by ON data_exports (requested_by);
