-- Migration: Saved reports and annotations
-- Date: 2024-12-02
-- Reason: People rebuilt the same report every Monday, and nobody remembered why the traffic jumped in March.

CREATE TABLE IF NOT EXISTS report_folders (
  folder_id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  parent_folder_id INTEGER REFERENCES report_folders (folder_id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  CHECK (parent_folder_id <> folder_id)
);

-- NULLs are distinct in a unique index, and top folders have no parent: hence the coalesce.
CREATE UNIQUE INDEX IF NOT EXISTS idx_report_folders_name ON report_folders (site_id, coalesce(parent_folder_id, 0), name COLLATE NOCASE);

CREATE INDEX IF NOT EXISTS idx_report_folders_parent ON report_folders (parent_folder_id);

CREATE TABLE IF NOT EXISTS saved_reports (
  report_id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  folder_id INTEGER REFERENCES report_folders (folder_id) ON DELETE SET NULL,
  segment_id INTEGER REFERENCES segments (segment_id),
  title TEXT NOT NULL,
  settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings)),
  chart_type TEXT GENERATED ALWAYS AS (coalesce(settings ->> 'chart', 'line')) VIRTUAL,
  mail_schedule TEXT NOT NULL DEFAULT 'never' CHECK (mail_schedule IN ('never', 'daily', 'weekly', 'monthly')),
  created_by TEXT REFERENCES users (user_id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  opened_at INTEGER
);

CREATE INDEX IF NOT EXISTS idx_saved_reports_site_opened ON saved_reports (site_id, opened_at DESC);

CREATE INDEX IF NOT EXISTS idx_saved_reports_folder ON saved_reports (folder_id);

CREATE INDEX IF NOT EXISTS idx_saved_reports_segment ON saved_reports (segment_id);

CREATE INDEX IF NOT EXISTS idx_saved_reports_created_by ON saved_reports (created_by);

CREATE INDEX IF NOT EXISTS idx_saved_reports_mailed ON saved_reports (mail_schedule) WHERE mail_schedule <> 'never';

CREATE TABLE IF NOT EXISTS annotations (
  annotation_id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  happened_on TEXT NOT NULL,
  title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  body TEXT NOT NULL DEFAULT '',
  colour TEXT NOT NULL DEFAULT 'grey',
  created_by TEXT REFERENCES users (user_id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL DEFAULT (unixepoch())
);

CREATE INDEX IF NOT EXISTS idx_annotations_site_day ON annotations (site_id, happened_on);

CREATE INDEX IF NOT EXISTS idx_annotations_created_by ON annotations (created_by);
