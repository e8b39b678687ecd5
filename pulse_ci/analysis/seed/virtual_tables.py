"""FTS5 and R-tree tables to rows in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.seed.default_values import UNICODE_TEXT
from pulse_ci.analysis.seed.value import SeededTable, SeedFailure
from pulse_ci.sql.names import quote, unquote

if TYPE_CHECKING:
    from pulse_ci.analysis.seed.default_values import Value
    from pulse_ci.analysis.seed.row_search import Row
    from pulse_ci.analysis.seed.writer import RowWriter
    from pulse_ci.schema.schema import Table

_DOCUMENTS = ("the quick brown fox", UNICODE_TEXT, "", 'it\'s "quoted" AND (more)')


def fill_virtual_table(writer: RowWriter, table: Table, rows: int) -> SeededTable | SeedFailure:
    """Insert what is missing to `rows` rows; an index of another table's rows is brought in line with those."""
    writer.begin(deferred=False)
    match table.module:
        case "fts5" if _find_content_table(table):
            outcome = _rebuild_index(writer, table)
        case "fts5":
            outcome = _insert_rows(writer, table, rows, [_make_document(table, number) for number in range(rows)])
        case "rtree" | "rtree_i32":
            outcome = _insert_rows(writer, table, rows, [_make_box(table, number) for number in range(rows)])
        case _:
            # fts5vocab shows what another table holds.
            count = _count_rows(writer, table)
            outcome = SeededTable(table.name, count, 0) if isinstance(count, int) else SeedFailure(table.name, count)
    if isinstance(outcome, SeedFailure):
        writer.roll_back()
        return outcome
    message = writer.commit()
    return SeedFailure(table.name, message) if message else outcome


def _find_content_table(table: Table) -> str:
    """Return the name of the table that an FTS5 table indexes, none where it has its own rows, or keeps none."""
    options = (argument.partition("=") for argument in table.arguments)
    return next((unquote(value.strip()) for name, _, value in options if name.strip().lower() == "content"), "")


def _count_rows(writer: RowWriter, table: Table) -> int | str:
    found: list[Row] = []
    message = writer.read_into(f"SELECT count(*) FROM {quote(table.name)}", found)
    return message or int(str(found[0][0]))


def _rebuild_index(writer: RowWriter, table: Table) -> SeededTable | SeedFailure:
    name = quote(table.name)
    # Where the content table's triggers keep the index, it is right already.
    if writer.run(f"INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', 1)"):
        message = writer.run(f"INSERT INTO {name} ({name}) VALUES ('rebuild')")
        if message:
            return SeedFailure(table.name, message)
    count = _count_rows(writer, table)
    if isinstance(count, str):
        return SeedFailure(table.name, count)
    if count == 0:
        return SeedFailure(table.name, f"It indexes {_find_content_table(table)}, which has no row.")
    return SeededTable(table.name, count, 0)


def _insert_rows(
    writer: RowWriter, table: Table, rows: int, wanted: list[dict[str, Value]]
) -> SeededTable | SeedFailure:
    existing = _count_rows(writer, table)
    if isinstance(existing, str):
        return SeedFailure(table.name, existing)
    for values in wanted[existing:]:
        names, placeholders = ", ".join(map(quote, values)), ", ".join("?" * len(values))
        message = writer.run(
            f"INSERT INTO {quote(table.name)} ({names}) VALUES ({placeholders})", tuple(values.values())
        )
        if message:
            return SeedFailure(table.name, message)
    return SeededTable(table.name, max(rows, existing), max(0, rows - existing))


def _make_document(table: Table, number: int) -> dict[str, Value]:
    texts = {
        column.name: _DOCUMENTS[(number + position) % len(_DOCUMENTS)] for position, column in enumerate(table.columns)
    }
    return {"rowid": number + 1, **texts}


def _make_box(table: Table, number: int) -> dict[str, Value]:
    """Return a row of an R-tree: its number, the least and the most of each dimension, and what else it keeps."""
    extra = sum(argument.startswith("+") for argument in table.arguments)
    key, *rest = (column.name for column in table.columns)
    bounds, others = rest[: len(rest) - extra], rest[len(rest) - extra :]
    values: dict[str, Value] = {key: number + 1}
    values |= {name: (number - 1) * 10 + (position % 2) * 5 for position, name in enumerate(bounds)}
    return values | dict.fromkeys(others, None if number % 2 else "text")
