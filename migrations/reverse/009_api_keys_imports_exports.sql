-- Reverse migration 009
-- Created: 2024-08-05
-- Reason: Removes the keys and the records of imports and exports, but not the events that imports brought in.

DROP INDEX IF EXISTS idx_data_exports_requested_by;

DROP INDEX IF EXISTS idx_data_exports_site;

DROP TABLE IF EXISTS data_exports;

DROP INDEX IF EXISTS idx_data_imports_running;

DROP INDEX IF EXISTS idx_data_imports_requested_by;

DROP INDEX IF EXISTS idx_data_imports_site;

DROP TABLE IF EXISTS data_imports;

DROP INDEX IF EXISTS idx_api_keys_created_by;

DROP INDEX IF EXISTS idx_api_keys_site;

DROP INDEX IF EXISTS idx_api_keys_account;

DROP TABLE IF EXISTS api_keys;
