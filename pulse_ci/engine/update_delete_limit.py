"""`UPDATE` and `DELETE … ORDER BY … LIMIT`, which D1's SQLite knows and this build does not.

SQLite compiles them to a subquery on the key (src/delete.c, sqlite3LimitWhere()); so is the text rewritten here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pulse_ci.errors import D1Refused, UnsupportedByEngine
from pulse_ci.sql.cursor import TokenCursor, select_top_level
from pulse_ci.sql.tokens import Token, TokenKind, remove_comments, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Callable

_VIEW_MESSAGE = (
    "The engine does not run {} with ORDER BY or LIMIT on a view that has triggers. Choose the rows by WHERE."
)
_NO_KEY_MESSAGE = "The engine does not run ORDER BY or LIMIT on a table whose columns have all names of its rowid."
_ROW_VALUE_MESSAGE = "The engine does not run UPDATE … SET (…) = … FROM … with LIMIT. Set each column by itself."
_SYNTAX_ERROR = re.compile(r'near "(?:order|limit)": syntax error', re.IGNORECASE)
_FIRST_WORDS = frozenset({"EXPLAIN", "WITH", "UPDATE", "DELETE"})
_CLAUSE_ORDER = ("SET", "FROM", "WHERE", "RETURNING", "ORDER", "LIMIT")
_CLAUSES = frozenset(_CLAUSE_ORDER)
_ROWID_NAMES = ("rowid", "_rowid_", "oid")
_FIND_VIEW_WITH_TRIGGERS = """
    SELECT 1 FROM sqlite_master AS v JOIN sqlite_master AS g ON g.tbl_name = v.name COLLATE NOCASE
    WHERE v.name = ?1 COLLATE NOCASE AND v.type = 'view' AND g.type = 'trigger'
"""
# Not from pragma_table_list: it looks into every view, and SQLite forgets what was wrong with one it has seen.
_SELECT_WITHOUT_ROWID_KEY = """
    SELECT '"' || replace(name, '"', '""') || '"' FROM pragma_table_info(?1)
    WHERE pk AND EXISTS (
        SELECT 1 FROM pragma_index_list(?1) AS i
        WHERE i.origin = 'pk' AND NOT EXISTS (SELECT 1 FROM pragma_index_xinfo(i.name) WHERE cid = -1)
    )
    ORDER BY pk
"""


@dataclass(frozen=True, slots=True)
class _Clauses:
    """The text of a statement's clauses, each with its keyword; empty where it has none."""

    verb: str
    before_table: str
    table: str
    change: str
    source: str
    where: str
    returning: str
    order: str
    limit: str


def find_row_key(
    query: Callable[[str, tuple[str, ...]], list[tuple[object, ...]]], table: str
) -> tuple[str, ...] | None:
    """Return the columns that identify a row of a table, quoted; None for a view that triggers write to.

    Raises BeyondEngine where there are none, since its columns hide its rowid.
    """
    if query(_FIND_VIEW_WITH_TRIGGERS, (table,)):
        return None
    if key := query(_SELECT_WITHOUT_ROWID_KEY, (table,)):
        return tuple(str(column) for (column,) in key)
    columns = {column for (column,) in query("SELECT lower(name) FROM pragma_table_xinfo(?1)", (table,))}
    rowid = next((name for name in _ROWID_NAMES if name not in columns), None)
    if rowid is None:
        raise UnsupportedByEngine(_NO_KEY_MESSAGE)
    return (rowid,)


def may_have_limit(message: str) -> bool:
    """Return whether SQLite's message can come from an UPDATE or DELETE with ORDER BY or LIMIT."""
    return _SYNTAX_ERROR.match(message) is not None


def rewrite_limit(sql: str, find_key: Callable[[str], tuple[str, ...] | None]) -> str | None:
    """Return the statement with a subquery in place of its LIMIT, None where it is none such.

    `key_of` gives the columns of a table's key, as SQL, and None for a view with triggers: D1 fires these for just as
    many rows, and nothing tells the rows of a view apart.

    Raises:
        D1Refused: there is an ORDER BY without a LIMIT.
        BeyondEngine: it changes such a view, sets several columns at once from another table, or no name is left for
            the table's key.

    """
    # A comment would swallow what comes to stand behind it.
    clauses = _parse_clauses(remove_comments(sql))
    if clauses is None:
        return None
    if not clauses.limit:
        raise D1Refused(f"ORDER BY without LIMIT on {clauses.verb}: SQLITE_ERROR")
    key = find_key(TokenCursor.from_sql(clauses.table).read_qualified_name())
    if key is None:
        raise UnsupportedByEngine(_VIEW_MESSAGE.format(clauses.verb))
    if clauses.source:
        return _rewrite_update_from(clauses, key)
    columns = ", ".join(key)
    key_expression = columns if len(key) == 1 else f"({columns})"
    chosen = (
        f"SELECT {columns} FROM {_qualify_with_main(clauses.table)} {clauses.where} {clauses.order} {clauses.limit}"
    )
    return (
        f"{clauses.before_table}{clauses.table} {clauses.change}WHERE {key_expression} IN "
        f"({chosen}) {clauses.returning}"
    )


def _rewrite_update_from(clauses: _Clauses, key: tuple[str, ...]) -> str | None:
    """Return an `UPDATE … FROM` that takes the rows chosen, one for each row to change, from a subquery."""
    changes = _parse_assignments(clauses.change)
    if changes is None:
        return None
    if any(column.startswith("(") for column, _ in changes):
        raise UnsupportedByEngine(_ROW_VALUE_MESSAGE)
    table = _get_table_alias(clauses.table)
    keys = [f"{table}.{column}" for column in key]
    chosen = [f"{column} AS k{number}" for number, column in enumerate(keys)]
    chosen += [f"{value} AS v{number}" for number, (_, value) in enumerate(changes)]
    settings = ", ".join(f"{column} = chosen.v{number}" for number, (column, _) in enumerate(changes))
    same = " AND ".join(f"{column} IS chosen.k{number}" for number, column in enumerate(keys))
    return (
        f"{clauses.before_table}{clauses.table} SET {settings} FROM (SELECT {', '.join(chosen)} "
        f"FROM {_qualify_with_main(clauses.table)}, {clauses.source} {clauses.where} "
        f"GROUP BY {', '.join(keys)} {clauses.order} {clauses.limit}) AS chosen WHERE {same} {clauses.returning}"
    )


def _parse_assignments(change: str) -> list[tuple[str, str]] | None:
    """Return the columns and expressions of a SET clause, None where it is none."""
    found: list[tuple[str, str]] = []
    for item in _split_at_commas(change[3:]):
        column, equals, value = item.partition("=")
        if not equals:
            return None
        found.append((column.strip(), value.strip()))
    return found


def _split_at_commas(sql: str) -> list[str]:
    commas = [token.start for token in select_top_level(tokenize_code(sql)) if token.text == ","]
    starts = [0, *(comma + 1 for comma in commas)]
    return [sql[start:end] for start, end in zip(starts, [*commas, len(sql)], strict=True)]


def _qualify_with_main(table: str) -> str:
    """Return the table as a FROM names it where WITH may have given its name to something else."""
    names = list(tokenize_code(table))
    return table if len(names) > 1 and names[1].text == "." else f"main.{table}"


def _get_table_alias(table: str) -> str:
    """Return the name by which the statement calls its table: the alias if there is one."""
    names = list(tokenize_code(table))
    rest = names[3:] if len(names) > 2 and names[1].text == "." else names[1:]
    rest = rest[1:] if rest and rest[0].keyword == "AS" else rest
    return rest[0].text if rest and rest[0].keyword not in ("INDEXED", "NOT") else _get_table_name(table)


def _parse_clauses(sql: str) -> _Clauses | None:
    tokens = [token for token in tokenize_code(sql) if token.kind is not TokenKind.SEMICOLON]
    if not tokens or tokens[0].keyword not in _FIRST_WORDS:
        return None
    outer = select_top_level(tokens)
    verb = next((place for place, token in enumerate(outer) if token.keyword in ("UPDATE", "DELETE")), len(outer))
    first = verb + (3 if _get_keyword(outer, verb + 1) == "OR" else 2 if _get_keyword(outer, verb) == "DELETE" else 1)
    starts = [place for place in range(first + 1, len(outer)) if _starts_clause(outer, place)]
    keywords = [outer[place].keyword for place in starts]
    if not _are_in_order(keywords) or not {"ORDER", "LIMIT"} & set(keywords):
        return None
    bounds = [outer[place].start for place in starts] + [tokens[-1].end]
    clauses = {word: sql[start:end].rstrip() for word, (start, end) in zip(keywords, pairwise(bounds), strict=True)}
    return _Clauses(
        verb=outer[verb].keyword,
        before_table=sql[: outer[first].start],
        table=sql[outer[first].start : bounds[0]].rstrip(),
        change=clauses["SET"] + " " if "SET" in clauses else "",
        source=clauses.get("FROM", "")[4:].strip(),
        where=clauses.get("WHERE", ""),
        returning=clauses.get("RETURNING", ""),
        order=clauses.get("ORDER", ""),
        limit=clauses.get("LIMIT", ""),
    )


def _get_keyword(tokens: list[Token], place: int) -> str:
    return tokens[place].keyword if place < len(tokens) else ""


def _starts_clause(tokens: list[Token], place: int) -> bool:
    """Tell whether a clause begins here; the FROM of `a IS DISTINCT FROM b` is none."""
    return tokens[place].keyword in _CLAUSES and tokens[place - 1].keyword != "DISTINCT"


def _are_in_order(clauses: list[str]) -> bool:
    rest = iter(_CLAUSE_ORDER)
    return all(clause in rest for clause in clauses)


def _get_table_name(table: str) -> str:
    names = list(tokenize_code(table))
    return names[2].text if len(names) > 2 and names[1].text == "." else names[0].text
