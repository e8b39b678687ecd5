"""Names in double quotes that are no column: SQLite takes them for texts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pulse_ci.errors import D1Refused
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import AddColumn, Create, Delete, Insert, OtherStatement, Update
from pulse_ci.sql.tokens import TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.replay import ReplayedMigration
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.sql.split import Statement
    from pulse_ci.sql.tokens import Token

_COMPARISONS = ("=", "==", "<>", "!=", "<", "<=", ">", ">=", "LIKE", "GLOB", "IN", "(", ",", "IS", "NOT")


@dataclass(frozen=True, slots=True)
class QuotedText:
    """A word that a statement means as a column, or (where `is_value`) as a text."""

    statement: Statement
    name: str
    is_value: bool


def find_quoted_texts(database: EmbeddedD1, replayed: ReplayedMigration) -> tuple[QuotedText, ...]:
    """Return the quoted words that are texts, the first of each statement; `database` is overwritten."""
    statements = replayed.migration.statements
    if not any('"' in statement.sql for statement in statements):
        return ()
    database.restore(replayed.content_before)
    return tuple(_find_in_order(database, replayed, statements))


def _find_in_order(
    database: EmbeddedD1, replayed: ReplayedMigration, statements: tuple[Statement, ...]
) -> Iterator[QuotedText]:
    for statement in statements:
        if '"' in statement.sql:
            with database.open_preparer() as preparer:
                name = preparer.find_unknown_name(statement.sql)
            if name and isinstance(statement.operation, Insert | Update | Delete | Create | OtherStatement):
                yield QuotedText(statement, name, _is_value(statement, name))
            elif default := _find_default(statement):
                table = statement.operation.table if isinstance(statement.operation, AddColumn) else ""
                found = replayed.before.find_table(table) or replayed.after.find_table(table)
                if found and found.find_column(default):
                    yield QuotedText(statement, default, is_value=False)
        try:
            database.run(statement.sql)
        except D1Refused:
            continue


def _find_default(statement: Statement) -> str | None:
    for token, following in pairwise(tokenize_code(statement.sql)):
        if token.keyword == "DEFAULT" and following.kind is TokenKind.QUOTED and following.text[0] == '"':
            return following.name
    return None


def _is_value(statement: Statement, name: str) -> bool:
    """Return whether the word stands where texts are written: in VALUES, behind SET, or behind a comparison."""
    code = list(tokenize_code(statement.sql))
    at = next((index for index, token in enumerate(code) if _is_quoted(token, name)), 0)
    before = [token.keyword or token.text for token in code[:at]]
    match statement.operation:
        case Insert():
            return not any(token.keyword == "SELECT" for token in code)
        case Update() | Delete() | OtherStatement():
            return bool(before) and before[-1] in _COMPARISONS
        case _:
            return False


def _is_quoted(token: Token, name: str) -> bool:
    return token.kind is TokenKind.QUOTED and token.text[0] == '"' and fold(token.name) == fold(name)
