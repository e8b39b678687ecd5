"""Short spellings of the files that rules are shown on."""

from __future__ import annotations

from dataclasses import replace

from pulse_ci.analysis.rule import Example

EXAMPLE_HEADER = "-- Migration: Example\n-- Created: 2024-03-05\n-- Reason: shows what the rule is about\n"
EXAMPLE_PATH = "migrations/001_example.sql"


def make_example(sql: str, *, reverse: str = "") -> Example:
    """Return an example of one migration: the usual header, `sql`, and `reverse` as its trailing comment."""
    commented = "".join(f"-- {line}\n" for line in reverse.splitlines())
    return Example({EXAMPLE_PATH: f"{EXAMPLE_HEADER}{sql}" + (f"-- Reverse:\n{commented}" if reverse else "")})


def make_table_migration(name: str) -> str:
    """Return a whole migration that makes the table `name` and can be undone."""
    return (
        f"{EXAMPLE_HEADER}CREATE TABLE IF NOT EXISTS {name} ({name}_id INTEGER PRIMARY KEY);\n"
        f"-- Reverse:\n-- DROP TABLE IF EXISTS {name};\n"
    )


def make_example_on_schema(before: str, sql: str, *, reverse: str = "") -> Example:
    """Return an example of a migration that meets a schema: `before` is merged, `sql` is under review."""
    base, new = "migrations/001_before.sql", "migrations/002_change.sql"
    commented = "".join(f"-- {line}\n" for line in reverse.splitlines())
    return Example(
        {base: EXAMPLE_HEADER + before, new: EXAMPLE_HEADER + sql + (f"-- Reverse:\n{commented}" if reverse else "")},
        new=frozenset({new}),
    )


def make_worker_example(before: str, sql: str, source: str, *, reverse: str = "", code_first: bool = False) -> Example:
    """Return an example of a migration and the source of the Worker, `src/index.ts`, which the change leaves alone."""
    example = make_example_on_schema(before, sql, reverse=reverse)
    return replace(example, files={**example.files, "src/index.ts": source}, code_first=code_first)
