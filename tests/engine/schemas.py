"""A strategy for meant schemas that SQLite accepts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st

from tests.engine.specs import (
    ColumnSpec,
    IndexSpec,
    Reference,
    SchemaSpec,
    TableSpec,
    TermSpec,
    Tokens,
    TriggerSpec,
    ViewSpec,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Option = TypeVar("Option")

COLUMN_NAMES = ["a", "b", "site_id", "key", "order", "My Col", "desc", "rows", "match", "left", 'x"y', "é", "end"]
TABLE_NAMES = ["t", "events", "group", "Old Table", "replace"]
STRINGS = ["'zz'", "'it''s'", "'Zz '", "''", "'a--b'"]
DEFAULTS = ["", "5", "- 5", "1.5e3", "TRUE", "x'00'", "CURRENT_TIMESTAMP", "( 1 + 2 )", "'zz'", "'it''s'", "''"]
ACTIONS = ["NO ACTION", "CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT"]
TYPES = ["TEXT", "INTEGER", "INT", "REAL", "BLOB", "VARCHAR(20)", "DOUBLE PRECISION", "DECIMAL(10, 2)", ""]
STRICT_TYPES = ["TEXT", "INTEGER", "INT", "REAL", "BLOB", "ANY"]


@dataclass(frozen=True)
class Pick:
    """Chooses among options, of which the first is the simplest."""

    below: Callable[[int], int]

    def one(self, options: Sequence[Option]) -> Option:
        return options[self.below(len(options))]

    def once_in(self, times: int) -> bool:
        return self.below(times) == times - 1

    def some(self, options: Sequence[Option], least: int, most: int) -> list[Option]:
        left, found = list(options), list[Option]()
        for _ in range(least + self.below(min(most, len(left)) - least + 1)):
            found.append(left.pop(self.below(len(left))))
        return found

    def name(self, names: Sequence[str]) -> str:
        return f"@{self.one(names)}"


@lru_cache
def _below(limit: int) -> st.SearchStrategy[int]:
    return st.integers(0, limit - 1)


@st.composite
def schemas(draw: st.DrawFn) -> SchemaSpec:
    """Whole schemas."""
    return whole(Pick(lambda limit: draw(_below(limit))))


def whole(pick: Pick) -> SchemaSpec:
    """A schema of one to three tables, with what belongs to them."""
    tables = tuple(_table(name, pick) for name in pick.some(TABLE_NAMES, 1, 3))
    tables = tuple(_pointing(table, tables, pick) for table in tables)
    return SchemaSpec(
        tables,
        tuple(_index(f"i{number}", pick.one(tables), pick) for number in range(pick.below(3))),
        tuple(_view(f"v{number}", pick.one(tables), pick) for number in range(pick.below(2))),
        tuple(_trigger(f"g{number}", pick.one(tables), pick) for number in range(pick.below(2))),
    )


def _condition(names: Sequence[str], pick: Pick) -> Tokens:
    """An expression that is true or false, on columns of these names."""
    one, other, text = pick.name(names), pick.name(names), pick.one(STRINGS)
    templates: list[Tokens] = [
        (one, ">", pick.one(["0", "1.5", "0x1F", "1e3"])),
        (one, "<>", text),
        (one, "IN", "(", text, ",", "'zz'", ")"),
        (one, "IS", "NOT", "NULL", "OR", other, "=", "-", "-", "1"),
        ("length", "(", one, ")", "<=", "(", other, "+", "2", ")", "*", "3"),
        (one, "NOT", "LIKE", text, "ESCAPE", "'!'"),
        ("CASE", one, "WHEN", "TRUE", "THEN", "1", "ELSE", one, "END"),
        (one, "COLLATE", "NOCASE", "=", text, "AND", one, "GLOB", text),
        ("CAST", "(", one, "AS", "TEXT", ")", "=", "x'AB'"),
    ]
    return pick.one(templates)


def _table(name: str, pick: Pick) -> TableSpec:
    names, strict = pick.some(COLUMN_NAMES, 1, 5), pick.once_in(2)
    columns = tuple(_column(each, names[0], pick, strict=strict) for each in names)
    without_rowid = pick.once_in(4)
    key = tuple(pick.some([each.name for each in columns if not each.generated], int(without_rowid), 2))
    if len(key) == 1 and pick.once_in(2):
        columns = tuple(replace(each, type="INTEGER", default=()) if each.name in key else each for each in columns)
    types = {each.name: each.type for each in columns}
    is_rowid = len(key) == 1 and not without_rowid and types[key[0]] == "INTEGER"
    return TableSpec(
        name,
        columns,
        key,
        autoincrement=is_rowid and pick.once_in(2),
        uniques=(tuple(names[:2]),) if len(names) > 2 and pick.once_in(2) else (),
        checks=tuple(_condition(names, pick) for _ in range(pick.below(3))),
        strict=strict,
        without_rowid=without_rowid,
    )


def _column(name: str, first: str, pick: Pick, *, strict: bool) -> ColumnSpec:
    column = ColumnSpec(
        name,
        pick.one(STRICT_TYPES if strict else TYPES),
        not_null=pick.once_in(2),
        default=tuple(pick.one(DEFAULTS).split()),
        collation=pick.one(["BINARY", "BINARY", "NOCASE", "RTRIM"]),
        unique=pick.once_in(5),
        check=_condition([name], pick) if pick.once_in(2) else (),
    )
    if name != first and pick.once_in(5):
        return replace(column, default=(), generated=_condition([first], pick), stored=pick.once_in(2))
    return column


def _pointing(table: TableSpec, tables: tuple[TableSpec, ...], pick: Pick) -> TableSpec:
    columns = (replace(each, reference=_reference(pick.one(tables), pick)) for each in table.columns)
    return replace(table, columns=tuple(columns))


def _reference(parent: TableSpec, pick: Pick) -> Reference | None:
    if not pick.once_in(4):
        return None
    target = (pick.one(parent.names),)
    actions = (pick.one(ACTIONS), pick.one(ACTIONS))
    return Reference(parent.name, target, *actions, deferred=pick.once_in(2), is_key=parent.key == target)


def _index(name: str, table: TableSpec, pick: Pick) -> IndexSpec:
    terms = tuple(_term(table.names, pick) for _ in range(1 + pick.below(3)))
    where = _condition(table.names, pick) if pick.once_in(2) else ()
    return IndexSpec(name, table.name, pick.once_in(2), terms, where)


def _term(names: Sequence[str], pick: Pick) -> TermSpec:
    name = pick.name(names)
    templates: list[Tokens] = [(name,), ("lower", "(", name, ")"), (name, "||", "'zz'"), ("(", name, "||", "'zz'", ")")]
    return TermSpec(pick.one(templates), pick.one(["", "", "NOCASE", "RTRIM"]), pick.once_in(2))


def _view(name: str, table: TableSpec, pick: Pick) -> ViewSpec:
    own, first, last = f"@{table.name}", f"@{table.names[0]}", f"@{table.names[-1]}"
    selects: list[Tokens] = [
        (
            "SELECT",
            first,
            "AS",
            "@N",
            ",",
            "'lit'",
            "AS",
            "@Left",
            "FROM",
            own,
            "WHERE",
            *_condition(table.names, pick),
        ),
        (
            *("SELECT", "count", "(", "*", ")", ",", "max", "(", last, ")", "FROM", own, "GROUP", "BY", first),
            *("HAVING", *_condition(table.names, pick), "ORDER", "BY", "1", "DESC", "LIMIT", "5", "OFFSET", "2"),
        ),
        (
            *("WITH", "@w", "(", "@p", ")", "AS", "(", "SELECT", first, "FROM", own, ")"),
            *("SELECT", "@l", ".", "@p", ",", "'zz'", "FROM", "@w", "AS", "@l", "LEFT", "JOIN", "@w", "AS", "@r"),
            *("ON", "@l", ".", "@p", "=", "@r", ".", "@p"),
        ),
        (
            *("SELECT", first, ",", "row_number", "(", ")", "OVER", "(", "PARTITION", "BY", first),
            *("ORDER", "BY", last, "ROWS", "BETWEEN", "1", "PRECEDING", "AND", "CURRENT", "ROW", ")"),
            *("FROM", own, "UNION", "ALL", "SELECT", "1", ",", "-", "2"),
        ),
    ]
    return ViewSpec(name, pick.one([(), ("P", "key")]), pick.one(selects))


def _trigger(name: str, table: TableSpec, pick: Pick) -> TriggerSpec:
    plain = [column.name for column in table.columns if not column.generated]
    event = pick.one(["INSERT", "UPDATE", "DELETE"])
    row = "@OLD" if event == "DELETE" else "@NEW"
    own, first = f"@{table.name}", f"@{plain[0]}"
    bodies: list[Tokens] = [
        ("UPDATE", own, "SET", first, "=", "'zz'", "WHERE", first, "=", row, ".", first),
        ("DELETE", "FROM", own, "WHERE", first, "IS", "NULL"),
        ("INSERT", "OR", "IGNORE", "INTO", own, "(", first, ")", "VALUES", "(", "'it''s'", ")"),
        (
            "SELECT",
            "RAISE",
            "(",
            "ABORT",
            ",",
            "'no'",
            ")",
            "WHERE",
            row,
            ".",
            first,
            "NOT",
            "IN",
            "(",
            "1",
            ",",
            "2",
            ")",
        ),
    ]
    return TriggerSpec(
        name,
        table.name,
        pick.one(["BEFORE", "AFTER"]),
        event,
        tuple(pick.some(plain, 0, 2)) if event == "UPDATE" else (),
        pick.one([(), (row, ".", first, ">", "1")]),
        tuple(pick.one(bodies) for _ in range(1 + pick.below(2))),
    )
