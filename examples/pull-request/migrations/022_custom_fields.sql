-- Migration: Add custom_fields to events table
-- Created: 2024-03-05
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS custom_fields (
  field_id TEXT PRIMARY KEY,
  site_id TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  FOREIGN KEY (site_id) REFERENCES sites(id)
);
CREATE INDEX idx_custom_fields_site ON custom_fields(site_id);
COMMIT;
