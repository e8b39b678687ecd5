-- Reverse migration 012
-- Created: 2024-12-02
-- Reason: Removes annotations, saved reports and their folders.

DROP INDEX IF EXISTS idx_annotations_created_by;

DROP INDEX IF EXISTS idx_annotations_site_day;

DROP TABLE IF EXISTS annotations;

DROP INDEX IF EXISTS idx_saved_reports_mailed;

DROP INDEX IF EXISTS idx_saved_reports_created_by;

DROP INDEX IF EXISTS idx_saved_reports_segment;

DROP INDEX IF EXISTS idx_saved_reports_folder;

DROP INDEX IF EXISTS idx_saved_reports_site_opened;

DROP TABLE IF EXISTS saved_reports;

DROP INDEX IF EXISTS idx_report_folders_parent;

DROP INDEX IF EXISTS idx_report_folders_name;

DROP TABLE IF EXISTS report_folders;
