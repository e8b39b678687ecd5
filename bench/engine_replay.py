"""Replaying 1,000 migrations of five statements: the embedded engine beside SQLite alone."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

import apsw

from pulse_ci.analysis.replay import replay
from pulse_ci.engine import EmbeddedD1
from pulse_ci.migrations.parse import parse_migration
from pulse_ci.migrations.source import SourceFile

if TYPE_CHECKING:
    from collections.abc import Callable

MIGRATIONS = 1000
RUNS = 15
LIMIT = 2
LAST_STATEMENTS = {
    "each drops its table again": "DROP TABLE {name};",
    "each adds to the schema, to 3,000 objects": "CREATE INDEX IF NOT EXISTS idx_{name}_name ON {name} (name);",
}


def _migration(number: int, last_statement: str) -> str:
    name = f"events_{number:04}"
    return f"""-- Migration: Add {name}
-- Created: 2024-03-05

CREATE TABLE IF NOT EXISTS {name} (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT 'pageview',
  created_at INTEGER NOT NULL DEFAULT (unixepoch())
);
CREATE INDEX IF NOT EXISTS idx_{name}_site ON {name} (site_id, created_at DESC);
INSERT INTO {name} (site_id) VALUES ('one'), ('two'), ('three');
UPDATE {name} SET name = 'visit' WHERE site_id = 'one';
{last_statement.format(name=name)}
"""


def _on_the_engine(migrations: list[str]) -> None:
    with EmbeddedD1() as database:
        for sql in migrations:
            database.run(sql)


def _as_a_history(migrations: list[str]) -> None:
    files = [parse_migration(SourceFile(f"migrations/{number:04}_a.sql", sql)) for number, sql in enumerate(migrations)]
    with EmbeddedD1() as database:
        assert not replay(database, files, ()).failed


def _on_sqlite_alone(migrations: list[str]) -> None:
    connection = apsw.Connection(":memory:")
    for sql in migrations:
        connection.execute("BEGIN")
        connection.execute(sql).fetchall()
        connection.execute("COMMIT")
    connection.close()


def _seconds(run: Callable[[list[str]], None], migrations: list[str]) -> float:
    # Of processor time: what else the machine does is not to decide.
    start = time.process_time()
    run(migrations)
    return time.process_time() - start


def main() -> None:
    """Time them in turn and print the best of each, and the engine's as a multiple of SQLite's alone.

    The multiple is the median of those of each turn: the machine may be quicker in one than in another.
    """
    for what, last_statement in LAST_STATEMENTS.items():
        migrations = [_migration(number, last_statement) for number in range(MIGRATIONS)]
        ways = (_on_the_engine, _on_sqlite_alone, _as_a_history)
        runs = [[_seconds(way, migrations) for way in ways] for _ in range(RUNS)]
        engine, alone, history = (min(seconds) for seconds in zip(*runs, strict=True))
        ratio = median(ours / theirs for ours, theirs, _ in runs)
        print(f"{MIGRATIONS:,} migrations of five statements, {what}: best of {RUNS} runs")
        print(f"  embedded engine                   {engine:8.3f} s")
        print(f"  SQLite alone                      {alone:8.3f} s")
        print(f"  ratio                             {ratio:8.2f}    (limit {LIMIT})")
        print(f"  parsed, and each object's maker known {history:4.3f} s")
