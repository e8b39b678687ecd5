"""The migrations table, as wrangler makes and reads it: the statements that keep the record.

Source: workers-sdk, packages/wrangler/src/d1/migrations, getCreateMigrationsTableQuery.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.sql.names import quote_if_needed, quote_string

if TYPE_CHECKING:
    from collections.abc import Sequence


def create_table(table: str) -> str:
    """Return the statement that makes the migrations table where it is not there."""
    return (
        f"CREATE TABLE IF NOT EXISTS {_quoted(table)} (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, "
        "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL);"
    )


def insert_record(table: str, number: int, name: str) -> str:
    """Return the statement that records a file under an id, and fails where that id is taken."""
    return f"INSERT INTO {_quoted(table)} (id, name) VALUES ({number}, {quote_string(name)});"


def delete_records(table: str, *numbers: int) -> str:
    """Return the statement that takes records away."""
    return f"DELETE FROM {_quoted(table)} WHERE id IN ({', '.join(map(str, numbers))});"


def insert_records(table: str, names: Sequence[str]) -> str:
    """Return the statement that records files under the next ids, in their order."""
    separator = ",\n  " if len(names) > 1 else ", "
    values = separator.join(f"({quote_string(name)})" for name in names)
    return f"INSERT INTO {_quoted(table)} (name) VALUES{separator[1:]}{values};"


def rename_record(table: str, name: str, new_name: str) -> str:
    """Return the statement that gives a record the name that its file has now."""
    return f"UPDATE {_quoted(table)} SET name = {quote_string(new_name)} WHERE name = {quote_string(name)};"


def delete_record(table: str, name: str) -> str:
    """Return the statement that takes a file's record away."""
    return f"DELETE FROM {_quoted(table)} WHERE name = {quote_string(name)};"


def _quoted(table: str) -> str:
    return quote_if_needed(table)
