-- Migration: Search in annotations
-- Date: 2025-08-04
-- Reason: Some sites have thousands of annotations, and LIKE reads them all and stops at patterns of 50 bytes.

CREATE VIRTUAL TABLE IF NOT EXISTS annotations_fts USING fts5 (
  title,
  body,
  content = 'annotations',
  content_rowid = 'annotation_id',
  tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TRIGGER IF NOT EXISTS trg_annotations_fts_insert AFTER INSERT ON annotations BEGIN INSERT INTO annotations_fts (rowid, title, body) VALUES (new.annotation_id, new.title, new.body); END;

CREATE TRIGGER IF NOT EXISTS trg_annotations_fts_delete AFTER DELETE ON annotations BEGIN INSERT INTO annotations_fts (annotations_fts, rowid, title, body) VALUES ('delete', old.annotation_id, old.title, old.body); END;

CREATE TRIGGER IF NOT EXISTS trg_annotations_fts_update AFTER UPDATE ON annotations BEGIN INSERT INTO annotations_fts (annotations_fts, rowid, title, body) VALUES ('delete', old.annotation_id, old.title, old.body); INSERT INTO annotations_fts (rowid, title, body) VALUES (new.annotation_id, new.title, new.body); END;

-- Reads in the annotations that were there before the triggers, once: an index that holds rows is left alone.
INSERT INTO annotations_fts (annotations_fts)
SELECT 'rebuild' WHERE NOT EXISTS (SELECT 1 FROM annotations_fts_docsize);
