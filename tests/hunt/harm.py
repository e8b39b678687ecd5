"""What a pull request did to one database on real workerd: what was there before, and is not there afterwards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulse_ci.engine import RequestMode
from tests.hunt.app import Sort
from tests.workerd.outcome import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hunt.app import App, Table
    from tests.hunt.changes import Change
    from tests.hunt.rows import Rows
    from tests.workerd.outcome import Answer, Outcome

_RECORDS = (
    "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, "
    "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL);"
)
_RECORD = "INSERT INTO d1_migrations (name) VALUES ('{}');"
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE)
_BOOKS = {"d1_migrations", "sqlite_sequence", "sqlite_stat1"}


@dataclass(frozen=True)
class Statements:
    """A request that runs statements: in one transaction, or one by one, each taken back."""

    mode: str
    statements: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as the rig reads it."""
        return {"mode": self.mode, "statements": list(self.statements)}


@dataclass(frozen=True)
class Harm:
    """One harm: of which kind, and what exactly."""

    kind: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"


@dataclass(frozen=True)
class Use:
    """A statement of the deployed code, and the object that it names."""

    of: str
    sql: str

    @property
    def is_read(self) -> bool:
        """Whether it only reads."""
        return self.sql.startswith("SELECT")


def uses(app: App, rows: Rows, change: Change) -> list[Use]:
    """Return what the code does with the database: reads, searches, and writes that fire every trigger.

    What the pull request removes on purpose is used no more, and only read where it becomes a view.
    """
    found = [Use(table.name, sql) for table in app.tables for sql in _table_uses(table, rows)]
    for made in app.made:
        if made.kind == "view":
            found.append(Use(made.name, f"SELECT * FROM {made.name}"))
        if made.kind == "search":
            found.append(Use(made.name, f"SELECT * FROM {made.name} WHERE {made.name} MATCH 'plum'"))
            found.append(Use(made.name, f"INSERT INTO {made.name} ({made.name}, rank) VALUES ('integrity-check', 1)"))
    found = [use for use in found if use.of not in change.gone and (use.is_read or use.of not in change.views)]
    return [*found, *(Use("", sql) for sql in change.uses)]


def _table_uses(table: Table, rows: Rows) -> Iterator[str]:
    spare, kept = rows.spare[table.name], rows.kept[table.name]
    yield f"SELECT {', '.join(table.written)} FROM {table.name}"
    yield spare.sql
    for column in table.columns[1:]:
        if not column.expression:
            yield f"UPDATE {table.name} SET {column.name} = {column.name}"
        if column.unique:
            update = f"ON CONFLICT ({column.name}) DO UPDATE SET {column.name} = excluded.{column.name}"
            yield f"{spare.sql.rstrip(';')} {update}"
    key = kept[-1].values["id"]
    yield f"DELETE FROM {table.name} WHERE id = {key}"
    free = [name for name in spare.values if table.column(name).sort not in (Sort.PARENT, Sort.MAIL) and name != "id"]
    for name in free[:3]:
        yield f"UPDATE {table.name} SET {name} = {spare.values[name]} WHERE id = {key}"


def requests(app: App, rows: Rows, change: Change) -> tuple[Any, ...]:
    """Return what the rig runs for one database."""
    merged = (_RECORDS, *app.statements(), _RECORD.format("0001_base.sql"), *rows.statements)
    tried = Statements("uses", tuple(use.sql for use in uses(app, rows, change)))
    violations = Call("PRAGMA foreign_key_check")
    file = Call(f"{change.sql}\n{_RECORD.format('0002_change.sql')}", RequestMode.QUERY)
    objects = Call("SELECT name, type FROM sqlite_master WHERE sql IS NOT NULL")
    look = (tried, violations, objects, Statements("rows"))
    return (Statements("batch", merged), *look, file, *look)


def harms(app: App, rows: Rows, change: Change, outcome: Outcome) -> tuple[Harm, ...]:
    """Return what the pull request broke; the first entry is the worst."""
    merged, *answers = outcome.answers
    assert merged.error is None, merged.error
    before, file, after = answers[:4], answers[4], answers[5:]
    if file.error:
        return (Harm("rejected", file.error),)
    return (
        *_rows_harm(_meant(app, change), before[3], after[3]),
        *_objects_harm(change, before[2], after[2]),
        *_uses_harm(uses(app, rows, change), before[0], after[0]),
        *_violations_harm(before[1], after[1]),
    )


def _uses_harm(tried: list[Use], before: Answer, after: Answer) -> Iterator[Harm]:
    for use, (was,), (now,) in zip(tried, before.rows, after.rows, strict=True):
        if now is not None and (was is None or not use.of):
            yield Harm(f"{'read' if use.is_read else 'write'} fails", f"{now} ({use.sql[:120]})")


def _violations_harm(before: Answer, after: Answer) -> Iterator[Harm]:
    if after.error or len(after.rows) > len(before.rows):
        yield Harm("orphans", after.error or f"{len(after.rows)} instead of {len(before.rows)}")


def _objects_harm(change: Change, before: Answer, after: Answer) -> Iterator[Harm]:
    there = {name for name, _ in after.rows}
    for name, kind in before.rows:
        if kind != "table" and name not in there and name not in change.gone:
            yield Harm("object lost", f"{kind} {name}")


def _meant(app: App, change: Change) -> frozenset[tuple[str, ...]]:
    """Return what is meant to change, with the generated columns of those tables."""
    tables = {table for table, *columns in change.meant if columns}
    generated = {
        (table.name, column.name) for table in app.tables if table.name in tables for column in table.of(Sort.GENERATED)
    }
    return change.meant | generated


def _rows_harm(meant: frozenset[tuple[str, ...]], before: Answer, after: Answer) -> Iterator[Harm]:
    now = {name: (columns, content) for name, columns, content in after.rows}
    for table, columns, content in before.rows:
        if table == "sqlite_sequence":
            yield from _counters_harm(content, now)
        if table in _BOOKS or (table,) in meant or not content:
            continue
        if table not in now:
            yield Harm("rows lost", f"table {table} is gone")
        elif isinstance(now[table][1], str):
            yield Harm("read fails", f"{table}: {now[table][1]}")
        else:
            yield from _table_harm(table, columns, content, *now[table], meant)


def _table_harm(
    table: str,
    columns: list[str],
    content: list[list[str]],
    columns_now: list[str],
    now: list[list[str]],
    meant: frozenset[tuple[str, ...]],
) -> Iterator[Harm]:
    if columns[0] not in columns_now:
        yield Harm("column lost", f"{table}.{columns[0]}")
        return
    place = columns_now.index(columns[0])
    found = {_plain(row[place]): row for row in now}
    rows = [(row, found.get(_plain(row[0]))) for row in content]
    if gone := sum(other is None for _, other in rows):
        yield Harm("rows lost", f"{gone} of {len(rows)} of {table}")
    for number, column in enumerate(columns):
        if column not in columns_now:
            yield Harm("column lost", f"{table}.{column}")
        elif (table, column) not in meant:
            there = columns_now.index(column)
            moved = [
                (row[number], other[there]) for row, other in rows if other and not _same(row[number], other[there])
            ]
            if moved:
                yield Harm("values changed", f"{table}.{column}: {moved[0][0]} is {moved[0][1]}, {len(moved)} in all")


def _counters_harm(content: list[list[str]], now: dict[str, tuple[list[str], list[list[str]]]]) -> Iterator[Harm]:
    _, counters = now.get("sqlite_sequence", ([], []))
    there = dict(counters)
    for name, highest in content:
        table = name.strip("'")
        if table in now and int(there.get(name, "0")) < int(highest):
            ids = [int(row[0]) for row in now[table][1] if row[0].isdigit()]
            if max(ids, default=0) < int(highest):
                yield Harm("counter reset", f"{table} begins at {there.get(name, 0)}, was at {highest}")


def _plain(literal: str) -> str:
    text = literal[1:-1] if literal.startswith("'") else literal
    if _NUMBER.fullmatch(text) and str(float(text)).removesuffix(".0") == text.removesuffix(".0"):
        return str(float(text))
    return text


def _same(one: str, other: str) -> bool:
    return one == other or (one != "NULL" and other != "NULL" and _plain(one) == _plain(other))
