"""The check of one new migration on PULSE's 21, with all proofs and rules, beside the replay and the diff alone."""

from __future__ import annotations

import statistics
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bench.timing import row
from pulse_ci.analysis.analyze import analyze
from pulse_ci.analysis.replay import replay
from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import SourceFile, read_sources
from pulse_ci.rules.lint import lint
from pulse_ci.schema.diff import diff

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.migrations.discover import MigrationSet

ROOT = Path(__file__).resolve().parent.parent
MOST = 2.0
RUNS = 15
HEADER = "-- Migration: Something new\n-- Date: 2025-01-01\n-- Reason: a benchmark\n"
NEW = {
    "a new table": (
        "CREATE TABLE IF NOT EXISTS notes (note_id TEXT PRIMARY KEY, site_id TEXT NOT NULL REFERENCES sites (id));\n"
        "CREATE INDEX IF NOT EXISTS idx_notes_site ON notes (site_id);\n"
        "-- Reverse:\n-- DROP TABLE IF EXISTS notes;\n"
    ),
    "a new column, filled": (
        "ALTER TABLE events ADD COLUMN note TEXT;\nUPDATE events SET note = name WHERE note IS NULL;\n"
        "-- Reverse:\n-- ALTER TABLE events DROP COLUMN note;\n"
    ),
    "a cascading rebuild": (
        "CREATE TABLE teams_new AS SELECT * FROM teams;\nDROP TABLE teams;\nALTER TABLE teams_new RENAME TO teams;\n"
    ),
}


def main() -> None:
    """Time both for each kind of migration, print the ratio, and fail where it is above what is promised."""
    print("One new migration on PULSE's 21, in one process, processor time")
    ratios = [_compare(kind, HEADER + sql) for kind, sql in NEW.items()]
    if max(ratios) > MOST:
        raise SystemExit(f"The proofs take {max(ratios):.1f} times the check without them: more than {MOST:.0f}.")


def _compare(kind: str, sql: str) -> float:
    sources = (*read_sources(ROOT / "migrations", ROOT), SourceFile("migrations/022_new.sql", sql))

    def read() -> MigrationSet:
        return discover("migrations", sources)

    with_proofs, without = _time(lambda: _prove(read()), lambda: _preview(read()))
    ratio = statistics.median(with_proofs) / statistics.median(without)
    print(row(f"{kind}: replay and diff", without))
    print(row(f"{kind}: all proofs and rules too, {ratio:.2f} times", with_proofs))
    return ratio


def _prove(migrations: MigrationSet) -> None:
    review, after = analyze(migrations, today=date(2026, 1, 1), baseline=21)
    lint(review)
    diff(review.before, after)


def _preview(migrations: MigrationSet) -> None:
    with EmbeddedD1() as database:
        replayed = replay(database, migrations.migrations, migrations.select_under_review(None, 21))
    diff(replayed.before, replayed.after)


def _time(*ways: Callable[[], None]) -> list[list[float]]:
    """Return the seconds of each way, in turn, so that what else the machine does is shared among them."""
    for run in ways:
        run()  # imports, and what is remembered by text
    seconds: list[list[float]] = [[] for _ in ways]
    for _ in range(RUNS):
        for run, found in zip(ways, seconds, strict=True):
            start = time.process_time()
            run()
            found.append(time.process_time() - start)
    return seconds
