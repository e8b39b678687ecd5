"""The migrations table, as wrangler makes and reads it: the statements that keep the record.

Source: workers-sdk, packages/wrangler/src/d1/migrations, getCreateMigrationsTableQuery.
"""

from __future__ import annotations

from pulse_ci.engine.canonical.words import quote_name, quote_string


def make_table(table: str) -> str:
    """Return the statement that makes the migrations table where it is not there."""
    return (
        f"CREATE TABLE IF NOT EXISTS {_quoted(table)} (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, "
        "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL);"
    )


def record(table: str, number: int, name: str) -> str:
    """Return the statement that records a file under an id, and fails where that id is taken."""
    return f"INSERT INTO {_quoted(table)} (id, name) VALUES ({number}, {quote_string(name)});"


def forget(table: str, *numbers: int) -> str:
    """Return the statement that takes records away."""
    return f"DELETE FROM {_quoted(table)} WHERE id IN ({', '.join(map(str, numbers))});"


def _quoted(table: str) -> str:
    return quote_name(table)
