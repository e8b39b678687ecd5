"""Replaying 1,000 migrations of five statements: the embedded engine beside SQLite alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import apsw

from pulse_ci.engine import EmbeddedD1

if TYPE_CHECKING:
    from collections.abc import Callable

MIGRATIONS = 1000
RUNS = 9


def _migration(number: int) -> str:
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
DROP TABLE {name};
"""


def _on_the_engine(migrations: list[str]) -> None:
    with EmbeddedD1() as database:
        for sql in migrations:
            database.run(sql)


def _on_sqlite_alone(migrations: list[str]) -> None:
    connection = apsw.Connection(":memory:")
    for sql in migrations:
        connection.execute("BEGIN")
        connection.execute(sql).fetchall()
        connection.execute("COMMIT")
    connection.close()


def _seconds(replay: Callable[[list[str]], None], migrations: list[str]) -> float:
    start = time.perf_counter()
    replay(migrations)
    return time.perf_counter() - start


def main() -> None:
    """Time both in turn and print the best of each and their ratio."""
    migrations = [_migration(number) for number in range(MIGRATIONS)]
    pairs = [(_seconds(_on_the_engine, migrations), _seconds(_on_sqlite_alone, migrations)) for _ in range(RUNS)]
    engine, alone = (min(seconds) for seconds in zip(*pairs, strict=True))
    print(f"replay of {MIGRATIONS:,} migrations of five statements, best of {RUNS} runs")
    print(f"  embedded engine  {engine:8.3f} s")
    print(f"  SQLite alone     {alone:8.3f} s")
    print(f"  ratio            {engine / alone:8.2f}")
