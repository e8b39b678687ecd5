-- Migration: Initial schema
-- Created: 2024-01-15
-- Reason: Accounts, their users and sites, and the raw events are the least that PULSE needs to count a page view.

CREATE TABLE IF NOT EXISTS accounts (
  account_id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  plan_code TEXT NOT NULL DEFAULT 'free' CHECK (plan_code IN ('free', 'starter', 'business', 'enterprise')),
  monthly_event_limit INTEGER NOT NULL DEFAULT 10000 CHECK (monthly_event_limit > 0),
  billing_email TEXT COLLATE NOCASE,
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  closed_at INTEGER
);

CREATE TABLE IF NOT EXISTS users (
  user_id TEXT PRIMARY KEY NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
  email TEXT NOT NULL COLLATE NOCASE UNIQUE,
  display_name TEXT,
  password_hash TEXT,
  is_owner INTEGER NOT NULL DEFAULT 0 CHECK (is_owner IN (0, 1)),
  last_login_at INTEGER,
  created_at INTEGER NOT NULL DEFAULT (unixepoch())
);

CREATE INDEX IF NOT EXISTS idx_users_account ON users (account_id);

-- An account that still owns sites must not vanish together with their statistics.
CREATE TABLE IF NOT EXISTS sites (
  id TEXT PRIMARY KEY NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE RESTRICT,
  domain TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  timezone TEXT NOT NULL DEFAULT 'UTC',
  is_public INTEGER NOT NULL DEFAULT 0 CHECK (is_public IN (0, 1)),
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  archived_at INTEGER
);

CREATE INDEX IF NOT EXISTS idx_sites_account ON sites (account_id);

CREATE UNIQUE INDEX IF NOT EXISTS idx_sites_domain ON sites (domain COLLATE NOCASE);

-- Visitors are known by a hash under a salt that is thrown away after its day, never by a cookie or an address.
CREATE TABLE IF NOT EXISTS visitor_salts (
  salt_date TEXT PRIMARY KEY NOT NULL,
  salt BLOB NOT NULL DEFAULT (randomblob(16)),
  created_at INTEGER NOT NULL DEFAULT (unixepoch())
);

-- AUTOINCREMENT: exports page by id, so the id of a purged event must never come back.
CREATE TABLE IF NOT EXISTS events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  session_id TEXT NOT NULL,
  visitor_hash TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT 'pageview',
  hostname TEXT,
  path TEXT NOT NULL DEFAULT '/',
  page_title TEXT,
  referrer TEXT,
  referrer_host TEXT,
  utm_source TEXT,
  utm_medium TEXT,
  utm_campaign TEXT,
  utm_term TEXT,
  utm_content TEXT,
  browser TEXT,
  browser_version TEXT,
  os TEXT,
  os_version TEXT,
  device_type TEXT CHECK (device_type IN ('desktop', 'mobile', 'tablet', 'tv', 'other')),
  screen_width INTEGER,
  screen_height INTEGER,
  viewport_width INTEGER,
  language TEXT,
  country_code TEXT CHECK (length(country_code) = 2),
  region_code TEXT,
  city TEXT,
  engaged_ms INTEGER NOT NULL DEFAULT 0 CHECK (engaged_ms >= 0),
  scroll_depth INTEGER CHECK (scroll_depth BETWEEN 0 AND 100),
  properties TEXT CHECK (properties IS NULL OR json_valid(properties)),
  created_at INTEGER NOT NULL DEFAULT (unixepoch())
);

CREATE INDEX IF NOT EXISTS idx_events_site_created ON events (site_id, created_at);
