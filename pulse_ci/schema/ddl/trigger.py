"""A CREATE TRIGGER to a Trigger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.format import expression, statement
from pulse_ci.schema.ddl.keywords import meaning, quote_name
from pulse_ci.schema.ddl.reader import Reader, UnreadableError
from pulse_ci.schema.schema import Trigger, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.schema.ddl.classify import Scope, Tokens


def parse_trigger(name: str, table: str, sql: str, scope: Scope) -> Trigger:
    """Return the trigger that a CREATE TRIGGER makes."""
    reader = Reader.of(sql)
    reader.expect("CREATE")
    reader.choose("TEMP", "TEMPORARY")
    reader.expect("TRIGGER")
    reader.own_name()
    time = _time(reader)
    event = reader.choose("INSERT", "UPDATE", "DELETE")
    columns = _columns(reader) if reader.accept("OF") else ()
    reader.expect("ON")
    reader.own_name()
    reader.accept("FOR", "EACH", "ROW")
    when = expression(reader.until("BEGIN"), scope).text if reader.accept("WHEN") else None
    reader.expect("BEGIN")
    body = tuple(statement(tokens, scope) for tokens in _statements(reader.rest()))
    canonical = "\n".join(_lines(name, table, _event(time, event, columns), when, body))
    return Trigger(name, table, time, event, columns, when, body, sql, canonical, meaning(canonical))


def _time(reader: Reader) -> str:
    if reader.accept("INSTEAD", "OF"):
        return "INSTEAD OF"
    return reader.choose("BEFORE", "AFTER") or "BEFORE"


def _columns(reader: Reader) -> tuple[str, ...]:
    columns = [reader.name()]
    while reader.accept(","):
        columns.append(reader.name())
    by_fold = {fold(column): column for column in columns}
    return tuple(by_fold[folded] for folded in sorted(by_fold))


def _statements(tokens: Tokens) -> Iterator[Tokens]:
    if not tokens or tokens[-1].keyword != "END":
        raise UnreadableError
    start = 0
    for position, token in enumerate(tokens):
        if token.text == ";":
            yield tokens[start:position]
            start = position + 1


def _event(time: str, event: str, columns: tuple[str, ...]) -> str:
    of = f" OF {', '.join(map(quote_name, columns))}" if columns else ""
    return f"{time} {event}{of}"


def _lines(name: str, table: str, event: str, when: str | None, body: tuple[str, ...]) -> Iterator[str]:
    yield f"CREATE TRIGGER {quote_name(name)} {event} ON {quote_name(table)}"
    if when:
        yield f"WHEN {when}"
    yield "BEGIN"
    for each in body:
        yield "  " + each.replace("\n", "\n  ") + ";"
    yield "END"
