-- Reverse migration 018
-- Created: 2025-09-29
-- Reason: Removes experiments with their variants and exposures.

DROP TRIGGER IF EXISTS trg_experiments_start;

DROP INDEX IF EXISTS idx_experiment_exposures_session;

DROP INDEX IF EXISTS idx_experiment_exposures_visitor;

DROP INDEX IF EXISTS idx_experiment_exposures_variant;

DROP TABLE IF EXISTS experiment_exposures;

DROP INDEX IF EXISTS idx_experiment_variants_control;

DROP TABLE IF EXISTS experiment_variants;

DROP INDEX IF EXISTS idx_experiments_goal;

DROP TABLE IF EXISTS experiments;
