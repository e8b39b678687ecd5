-- Reverse migration 017
-- Created: 2025-08-04
-- Reason: Removes the search index and its triggers, while the annotations themselves stay.

DROP TRIGGER IF EXISTS trg_annotations_fts_update;

DROP TRIGGER IF EXISTS trg_annotations_fts_delete;

DROP TRIGGER IF EXISTS trg_annotations_fts_insert;

DROP TABLE IF EXISTS annotations_fts;
