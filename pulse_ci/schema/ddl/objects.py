"""Indexes, views and triggers read from their CREATE statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.classify import ROWID_NAMES, NameScope, TokenRole, classify_tokens
from pulse_ci.schema.ddl.draft import is_operand, read_indexed_column
from pulse_ci.schema.ddl.format import format_expression, format_statement
from pulse_ci.schema.ddl.keys import drop_default_collation, format_indexed_column
from pulse_ci.schema.schema import Index, IndexedColumn, Trigger, View, make_comparison_key
from pulse_ci.sql.clauses import read_result_columns
from pulse_ci.sql.cursor import TokenCursor, split_at_commas
from pulse_ci.sql.names import fold, quote, quote_if_needed, quote_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.schema.ddl.classify import Tokens
    from pulse_ci.sql.tokens import Token

Collations = tuple[tuple[str, str | None], ...]


def parse_index(name: str, table: str, sql: str, collations: Collations) -> Index:
    """Return the index that a CREATE INDEX makes on a table with these folded columns."""
    scope = NameScope(frozenset(column for column, _ in collations) | ROWID_NAMES, frozenset({fold(table), "main"}))
    cursor = TokenCursor.from_sql(sql)
    cursor.expect("CREATE")
    unique = cursor.accept("UNIQUE")
    cursor.expect("INDEX")
    cursor.read_created_name()
    cursor.expect("ON")
    cursor.read_name()
    terms = tuple(
        _build_indexed_column(tokens, dict(collations), scope) for tokens in split_at_commas(cursor.read_group())
    )
    where = format_expression(cursor.read_rest(), scope).text if cursor.accept("WHERE") else None
    head = f"CREATE {'UNIQUE ' * unique}INDEX {quote_if_needed(name)} ON {quote_if_needed(table)}"
    normalized_sql = f"{head} ({', '.join(map(format_indexed_column, terms))}){f' WHERE {where}' if where else ''}"
    return Index(name, table, unique, terms, where, sql, normalized_sql, make_comparison_key(normalized_sql))


def _build_indexed_column(tokens: Tokens, collations: dict[str, str | None], scope: NameScope) -> IndexedColumn:
    draft = read_indexed_column(tokens)
    column = draft.column or ""
    if column and (fold(column) in scope.names or not collations):
        return IndexedColumn(
            column, None, drop_default_collation(draft.collation, column, collations), draft.descending
        )
    if column:
        # No such column: SQLite takes "it" for a text, and 'it' for a column that does not exist.
        return IndexedColumn(None, quote(column), draft.collation, draft.descending)
    text = format_expression(draft.expression, scope).text
    if draft.collation and not is_operand(draft.expression):
        text = f"({text})"
    return IndexedColumn(None, text, draft.collation, draft.descending)


def parse_view(name: str, sql: str, scope: NameScope) -> View:
    """Return the view that a CREATE VIEW makes.

    An unnamed column is called by its text: views that differ in its spaces or case alone are equal.
    """
    cursor = TokenCursor.from_sql(sql)
    cursor.expect("CREATE")
    cursor.accept_one_of("TEMP", "TEMPORARY")
    cursor.expect("VIEW")
    cursor.read_created_name()
    columns = cursor.read_name_list()
    cursor.expect("AS")
    start = cursor.position
    head = f"CREATE VIEW {quote_if_needed(name)}{f' {quote_names(columns)}' if columns else ''} AS"
    normalized_sql = f"{head}\n{format_statement(cursor.read_rest(), scope)}"
    cursor.position = start
    names = columns or _read_result_names(cursor, scope)
    return View(name, columns, sql, normalized_sql, make_comparison_key(normalized_sql, *names))


def _read_result_names(cursor: TokenCursor, scope: NameScope) -> tuple[str, ...]:
    """Return the names that a query gives to columns of its result, without those that it does not name."""
    cursor.read_before("SELECT")
    if not cursor.accept("SELECT"):  # VALUES
        return ()
    columns = (cursor.tokens[start:end] for start, end in read_result_columns(cursor))
    return tuple(column[-1].name for column in columns if _is_named(column, scope))


def _is_named(column: Sequence[Token], scope: NameScope) -> bool:
    if len(column) < 2:
        return False
    if column[-2].keyword == "AS":
        return True
    classified = classify_tokens(column, scope)
    return len(classified) > 1 and classified[-1].role is TokenRole.NAME and classified[-2].ends_operand


def parse_trigger(name: str, table: str, sql: str, scope: NameScope) -> Trigger:
    """Return the trigger that a CREATE TRIGGER makes."""
    cursor = TokenCursor.from_sql(sql)
    cursor.expect("CREATE")
    cursor.accept_one_of("TEMP", "TEMPORARY")
    cursor.expect("TRIGGER")
    cursor.read_created_name()
    time = _read_time(cursor)
    event = cursor.accept_one_of("INSERT", "UPDATE", "DELETE")
    columns = _read_columns(cursor) if cursor.accept("OF") else ()
    cursor.expect("ON")
    cursor.read_created_name()
    cursor.accept("FOR", "EACH", "ROW")
    when = format_expression(cursor.read_before("BEGIN"), scope).text if cursor.accept("WHEN") else None
    cursor.expect("BEGIN")
    body = tuple(format_statement(tokens, scope) for tokens in _read_body(cursor))
    normalized_sql = "\n".join(_format_lines(name, table, _format_event(time, event, columns), when, body))
    return Trigger(
        name, table, time, event, columns, when, body, sql, normalized_sql, make_comparison_key(normalized_sql)
    )


def _read_time(cursor: TokenCursor) -> str:
    if cursor.accept("INSTEAD", "OF"):
        return "INSTEAD OF"
    return cursor.accept_one_of("BEFORE", "AFTER") or "BEFORE"


def _read_columns(cursor: TokenCursor) -> tuple[str, ...]:
    columns = [cursor.read_name()]
    while cursor.accept(","):
        columns.append(cursor.read_name())
    by_fold = {fold(column): column for column in columns}
    return tuple(by_fold[folded] for folded in sorted(by_fold))


def _read_body(cursor: TokenCursor) -> Iterator[Tokens]:
    """Yield the statements of a trigger, up to the last END."""
    while not (cursor.is_at("END") and cursor.position == len(cursor.tokens) - 1):
        yield cursor.read_before(";")
        cursor.expect(";")


def _format_event(time: str, event: str, columns: tuple[str, ...]) -> str:
    of = f" OF {', '.join(map(quote_if_needed, columns))}" if columns else ""
    return f"{time} {event}{of}"


def _format_lines(name: str, table: str, event: str, when: str | None, body: tuple[str, ...]) -> Iterator[str]:
    yield f"CREATE TRIGGER {quote_if_needed(name)} {event} ON {quote_if_needed(table)}"
    if when:
        yield f"WHEN {when}"
    yield "BEGIN"
    for each in body:
        yield "  " + each.replace("\n", "\n  ") + ";"
    yield "END"
