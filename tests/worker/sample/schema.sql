CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  full_name TEXT,
  role TEXT NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'admin', 'guest')),
  avatar TEXT,
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  updated_at INTEGER
);
CREATE TABLE sites (
  site_id TEXT PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (id),
  url TEXT NOT NULL,
  title TEXT
);
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL,
  name TEXT NOT NULL,
  value REAL,
  at INTEGER NOT NULL
);
CREATE TABLE legacy (id INTEGER PRIMARY KEY, body TEXT);
CREATE INDEX events_site ON events (site_id, at);
