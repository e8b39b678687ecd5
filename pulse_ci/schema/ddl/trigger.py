"""A CREATE TRIGGER to a Trigger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.format import format_expression, format_statement
from pulse_ci.schema.ddl.reader import TokenReader, UnreadableDdlError
from pulse_ci.schema.schema import Trigger, make_comparison_key
from pulse_ci.sql.names import fold, quote_if_needed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.schema.ddl.classify import NameScope, Tokens


def parse_trigger(name: str, table: str, sql: str, scope: NameScope) -> Trigger:
    """Return the trigger that a CREATE TRIGGER makes."""
    reader = TokenReader.from_sql(sql)
    reader.expect("CREATE")
    reader.accept_one_of("TEMP", "TEMPORARY")
    reader.expect("TRIGGER")
    reader.read_created_name()
    time = _read_time(reader)
    event = reader.accept_one_of("INSERT", "UPDATE", "DELETE")
    columns = _read_columns(reader) if reader.accept("OF") else ()
    reader.expect("ON")
    reader.read_created_name()
    reader.accept("FOR", "EACH", "ROW")
    when = format_expression(reader.read_until("BEGIN"), scope).text if reader.accept("WHEN") else None
    reader.expect("BEGIN")
    body = tuple(format_statement(tokens, scope) for tokens in _split_statements(reader.read_rest()))
    normalized_sql = "\n".join(_format_lines(name, table, _format_event(time, event, columns), when, body))
    return Trigger(
        name, table, time, event, columns, when, body, sql, normalized_sql, make_comparison_key(normalized_sql)
    )


def _read_time(reader: TokenReader) -> str:
    if reader.accept("INSTEAD", "OF"):
        return "INSTEAD OF"
    return reader.accept_one_of("BEFORE", "AFTER") or "BEFORE"


def _read_columns(reader: TokenReader) -> tuple[str, ...]:
    columns = [reader.read_name()]
    while reader.accept(","):
        columns.append(reader.read_name())
    by_fold = {fold(column): column for column in columns}
    return tuple(by_fold[folded] for folded in sorted(by_fold))


def _split_statements(tokens: Tokens) -> Iterator[Tokens]:
    if not tokens or tokens[-1].keyword != "END":
        raise UnreadableDdlError
    start = 0
    for position, token in enumerate(tokens):
        if token.text == ";":
            yield tokens[start:position]
            start = position + 1


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
