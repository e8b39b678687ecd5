-- Migration: Experiments
-- Date: 2025-09-29
-- Reason: Customers compare two versions of a page and had to split the goals by hand.

CREATE TABLE IF NOT EXISTS experiments (
  experiment_id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  goal_id INTEGER REFERENCES goals (goal_id) ON DELETE SET NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  hypothesis TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'running', 'stopped')),
  traffic_share REAL NOT NULL DEFAULT 1.0 CHECK (traffic_share > 0 AND traffic_share <= 1),
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  started_at INTEGER,
  stopped_at INTEGER,
  UNIQUE (site_id, name)
);

CREATE INDEX IF NOT EXISTS idx_experiments_goal ON experiments (goal_id);

CREATE TABLE IF NOT EXISTS experiment_variants (
  experiment_id INTEGER NOT NULL REFERENCES experiments (experiment_id) ON DELETE CASCADE,
  variant_name TEXT NOT NULL,
  weight INTEGER NOT NULL DEFAULT 1 CHECK (weight > 0),
  is_control INTEGER NOT NULL DEFAULT 0 CHECK (is_control IN (0, 1)),
  PRIMARY KEY (experiment_id, variant_name)
);

CREATE UNIQUE INDEX IF NOT EXISTS idx_experiment_variants_control ON experiment_variants (experiment_id) WHERE is_control = 1;

CREATE TABLE IF NOT EXISTS experiment_exposures (
  exposure_id INTEGER PRIMARY KEY,
  experiment_id INTEGER NOT NULL,
  variant_name TEXT NOT NULL,
  visitor_hash TEXT NOT NULL,
  session_id TEXT REFERENCES sessions (session_id) ON DELETE SET NULL,
  exposed_at INTEGER NOT NULL DEFAULT (unixepoch()),
  FOREIGN KEY (experiment_id, variant_name) REFERENCES experiment_variants (experiment_id, variant_name) ON UPDATE CASCADE ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS idx_experiment_exposures_variant ON experiment_exposures (experiment_id, variant_name, exposed_at);

CREATE UNIQUE INDEX IF NOT EXISTS idx_experiment_exposures_visitor ON experiment_exposures (experiment_id, visitor_hash);

CREATE INDEX IF NOT EXISTS idx_experiment_exposures_session ON experiment_exposures (session_id);

-- An experiment with a single variant would run for weeks and compare nothing.
CREATE TRIGGER IF NOT EXISTS trg_experiments_start BEFORE UPDATE OF status ON experiments WHEN new.status = 'running' AND old.status <> 'running' AND (SELECT count(*) FROM experiment_variants AS v WHERE v.experiment_id = new.experiment_id) < 2 BEGIN SELECT RAISE(ABORT, 'an experiment needs two variants before it can run'); END;
