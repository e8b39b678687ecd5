"""Reports that stand for what a reviewer meets, as comments: nothing to say, findings, lost rows, drift, too much."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pulse_ci.commands.check import check
from pulse_ci.commands.request import build_request
from pulse_ci.model import ChangeAction, ObjectKind
from pulse_ci.report import markdown
from pulse_ci.report.models import Database, DriftEntry, QueryResult, Staging
from tests.commands.files import PULSE
from tests.report.reports import large_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.report import Report

_HEADER = "-- Migration: {}\n-- Created: 2026-09-28\n-- Reason: Customers asked for it.\n\n"
CLEAN = (
    _HEADER.format("Budgets of a goal")
    + """\
CREATE TABLE IF NOT EXISTS goal_budgets (
  budget_id INTEGER PRIMARY KEY,
  goal_id INTEGER NOT NULL REFERENCES goals (goal_id) ON DELETE CASCADE,
  month TEXT NOT NULL,
  cents INTEGER NOT NULL DEFAULT 0,
  UNIQUE (goal_id, month)
);
CREATE INDEX IF NOT EXISTS idx_goal_budgets_month ON goal_budgets (month);
-- Reverse:
-- DROP INDEX IF EXISTS idx_goal_budgets_month;
-- DROP TABLE IF EXISTS goal_budgets;
"""
)
REBUILD = (
    _HEADER.format("An experiment may be archived")
    + """\
PRAGMA foreign_keys = OFF;
CREATE TABLE experiments_new (
  experiment_id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  goal_id INTEGER REFERENCES goals (goal_id) ON DELETE SET NULL,
  name TEXT COLLATE NOCASE,
  hypothesis TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'running', 'stopped', 'archived')),
  traffic_share REAL NOT NULL DEFAULT 1.0 CHECK (traffic_share > 0 AND traffic_share <= 1),
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  started_at INTEGER,
  stopped_at INTEGER,
  archived_by TEXT,
  UNIQUE (site_id, name)
);
INSERT INTO experiments_new (experiment_id, site_id, goal_id, name, hypothesis, status, traffic_share, created_at,
  started_at, stopped_at)
SELECT experiment_id, site_id, goal_id, name, hypothesis, status, traffic_share, created_at, started_at, stopped_at
FROM experiments;
DROP TABLE experiments;
ALTER TABLE experiments_new RENAME TO experiments;
"""
)


def _checked(**files: str) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder, "migrations")
        shutil.copytree(PULSE, directory)
        for name, text in files.items():
            (directory / f"{name.removeprefix('n')}.sql").write_text(text)
        return check(replace(build_request(directory), baseline=21, today=date(2026, 10, 1)))


@cache
def clean() -> Report:
    """A migration with nothing to object to."""
    return _checked(n022_goal_budgets=CLEAN)


@cache
def rebuild() -> Report:
    """A rebuild of a table that others refer to."""
    return _checked(n022_archived_experiments=REBUILD)


@cache
def findings() -> Report:
    """Three files with something wrong in each."""
    sample = PULSE.parent / "examples/pull-request/migrations/022_custom_fields.sql"
    other = PULSE.parent / "examples/pull-request/migrations/023_goal_values.sql"
    return _checked(
        n022_custom_fields=sample.read_text(), n023_goal_values=other.read_text(), n024_archived_experiments=REBUILD
    )


def drift() -> Report:
    """Staging has an index that no file makes, and lacks a column; two of the Worker's queries change."""
    index = "CREATE INDEX idx_hotfix ON events (path, created_at)"
    old, new = "old-code-new-schema", "new-code-old-schema"
    query = "SELECT goal_id, minimum_amount FROM goals WHERE site_id = ?1"
    return replace(
        clean(),
        database=Database("staging", "pulse_analytics", "3.54.1"),
        staging=Staging("used", "", 2, 412),
        migrations=tuple(replace(each, applied=not each.under_review) for each in clean().migrations),
        drift=(
            DriftEntry(ObjectKind.INDEX, "idx_hotfix", "events", ChangeAction.ADDED, None, index),
            DriftEntry(
                ObjectKind.COLUMN, "domain", "sites", ChangeAction.MODIFIED, "domain TEXT NOT NULL", "domain TEXT"
            ),
        ),
        queries=(
            QueryResult("src/goals.ts", 41, query, new, "broken", "no such column: minimum_amount"),
            QueryResult("src/goals.ts", 66, "SELECT 1", old, "ok", ""),
            QueryResult(
                "src/list.ts", 9, "SELECT * FROM goals", old, "faster", "SCAN goals → SEARCH goals USING INDEX"
            ),
        ),
    )


CASES: dict[str, Callable[[markdown.Links], str]] = {
    "clean": lambda links: markdown.render(clean(), links),
    "findings": lambda links: markdown.render(findings(), links),
    "rebuild": lambda links: markdown.render(rebuild(), links),
    "drift": lambda links: markdown.render(drift(), links),
    "truncated": lambda links: markdown.render(large_report(60, 40, 40), links, 12_000),
}
