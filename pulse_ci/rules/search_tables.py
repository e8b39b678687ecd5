"""FTS5 tables that read the rows of another table, and what fills their index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.sql.clauses import find_insert_select
from pulse_ci.sql.names import fold, unquote
from pulse_ci.sql.operations import Create, Insert
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.rule import MigrationAnalysis
    from pulse_ci.schema.schema import Schema, Table
    from pulse_ci.sql.split import Statement


def find_searches(schema: Schema, table: str) -> Iterator[Table]:
    """Yield the FTS5 tables with `content=` of that name."""
    for each in schema.tables:
        if each.module is None or fold(each.module) != "fts5":
            continue
        options = {
            fold(key.strip()): unquote(value.strip())
            for key, _, value in (argument.partition("=") for argument in each.arguments)
        }
        if fold(options.get("content", "")) == fold(table):
            yield each


def fills_search(analysis: MigrationAnalysis, search: str, after: Statement | None = None) -> bool:
    """Return whether the file, behind the statement `after`, rebuilds the index of an FTS5 table or copies into it.

    Where `after` is given, creating an FTS5 table again counts too.
    """
    begun = after is None
    for statement, _ in analysis.replayed.run.executed:
        begun = begun or statement == after
        match statement.operation:
            case Insert(name) if begun and fold(name) == fold(search):
                if "rebuild" in _read_words(statement) or find_insert_select(statement.sql):
                    return True
            case Create() if begun and after and "fts5" in _read_words(statement):
                return True
            case _:
                pass
    return False


def _read_words(statement: Statement) -> set[str]:
    return {fold(token.name) for token in tokenize_code(statement.sql)}
