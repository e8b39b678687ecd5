"""Virtual tables: where their rows are, and what moves them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci.rewrite.ddl_statements import build_rename_table
from pulse_ci.sql.names import quote_if_needed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.schema.schema import Table

_CONTENT_OPTION = re.compile(r"content = '((?:[^']|'')*)'")


def find_content_table(table: Table) -> str | None:
    """Return the table or view that an FTS5 table indexes; empty where it keeps no rows at all, None where its own."""
    if table.module != "fts5":
        return None
    found = (_CONTENT_OPTION.fullmatch(argument) for argument in table.arguments)
    return next((match[1].replace("''", "'") for match in found if match), None)


def build_fts_rebuild(table: Table) -> Iterator[str]:
    """Yield what fills a new virtual table from the rows that it indexes."""
    if find_content_table(table):
        name = quote_if_needed(table.name)
        yield f"INSERT INTO {name} ({name}) VALUES ('rebuild');"


def build_virtual_move(old: Table, new: Table, temporary: str) -> Iterator[str]:
    """Yield what remakes a virtual table that keeps its own rows."""
    columns = [quote_if_needed(column.name) for column in new.columns if old.find_column(column.name)]
    key = ["rowid"] if new.module == "fts5" else []
    listed = ", ".join([*key, *columns])
    yield build_rename_table(old.name, temporary)
    yield f"{new.sql.rstrip(';')};"
    yield f"INSERT INTO {quote_if_needed(new.name)} ({listed})\nSELECT {listed} FROM {quote_if_needed(temporary)};"
    yield f"DROP TABLE {quote_if_needed(temporary)};"
