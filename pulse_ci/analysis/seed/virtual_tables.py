"""FTS5 and R-tree tables to rows in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.seed.default_values import UNICODE
from pulse_ci.analysis.seed.value import SeededTable, Unseeded
from pulse_ci.analysis.table_rows import quote_name
from pulse_ci.sql.tokens import unquote

if TYPE_CHECKING:
    from pulse_ci.analysis.seed.default_values import Value
    from pulse_ci.analysis.seed.row_search import Row
    from pulse_ci.analysis.seed.writer import Writer
    from pulse_ci.schema.schema import Table

_DOCUMENTS = ("the quick brown fox", UNICODE, "", 'it\'s "quoted" AND (more)')


def fill_virtual(writer: Writer, table: Table, rows: int) -> SeededTable | Unseeded:
    """Insert what is missing to `rows` rows; an index of another table's rows is brought in line with those."""
    writer.begin(deferred=False)
    match table.module:
        case "fts5" if _content(table):
            outcome = _index_content(writer, table)
        case "fts5":
            outcome = _insert(writer, table, rows, [_document(table, number) for number in range(rows)])
        case "rtree" | "rtree_i32":
            outcome = _insert(writer, table, rows, [_box(table, number) for number in range(rows)])
        case _:
            # fts5vocab shows what another table holds.
            count = _count(writer, table)
            outcome = SeededTable(table.name, count, 0) if isinstance(count, int) else Unseeded(table.name, count)
    if isinstance(outcome, Unseeded):
        writer.roll_back()
        return outcome
    message = writer.commit()
    return Unseeded(table.name, message) if message else outcome


def _content(table: Table) -> str:
    """Return the name of the table that an FTS5 table indexes, none where it has its own rows, or keeps none."""
    options = (argument.partition("=") for argument in table.arguments)
    return next((unquote(value.strip()) for name, _, value in options if name.strip().lower() == "content"), "")


def _count(writer: Writer, table: Table) -> int | str:
    found: list[Row] = []
    message = writer.read(f"SELECT count(*) FROM {quote_name(table.name)}", found)
    return message or int(str(found[0][0]))


def _index_content(writer: Writer, table: Table) -> SeededTable | Unseeded:
    name = quote_name(table.name)
    # Where the content table's triggers keep the index, it is right already.
    if writer.run(f"INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', 1)"):
        message = writer.run(f"INSERT INTO {name} ({name}) VALUES ('rebuild')")
        if message:
            return Unseeded(table.name, message)
    count = _count(writer, table)
    if isinstance(count, str):
        return Unseeded(table.name, count)
    if count == 0:
        return Unseeded(table.name, f"It indexes {_content(table)}, which has no row.")
    return SeededTable(table.name, count, 0)


def _insert(writer: Writer, table: Table, rows: int, wanted: list[dict[str, Value]]) -> SeededTable | Unseeded:
    existing = _count(writer, table)
    if isinstance(existing, str):
        return Unseeded(table.name, existing)
    for values in wanted[existing:]:
        names, marks = ", ".join(map(quote_name, values)), ", ".join("?" * len(values))
        message = writer.run(f"INSERT INTO {quote_name(table.name)} ({names}) VALUES ({marks})", tuple(values.values()))
        if message:
            return Unseeded(table.name, message)
    return SeededTable(table.name, max(rows, existing), max(0, rows - existing))


def _document(table: Table, number: int) -> dict[str, Value]:
    texts = {column.name: _DOCUMENTS[(number + place) % len(_DOCUMENTS)] for place, column in enumerate(table.columns)}
    return {"rowid": number + 1, **texts}


def _box(table: Table, number: int) -> dict[str, Value]:
    """Return a row of an R-tree: its number, the least and the most of each dimension, and what else it keeps."""
    extra = sum(argument.startswith("+") for argument in table.arguments)
    key, *rest = (column.name for column in table.columns)
    bounds, others = rest[: len(rest) - extra], rest[len(rest) - extra :]
    values: dict[str, Value] = {key: number + 1}
    values |= {name: (number - 1) * 10 + (place % 2) * 5 for place, name in enumerate(bounds)}
    return values | dict.fromkeys(others, None if number % 2 else "text")
