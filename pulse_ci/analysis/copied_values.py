"""Which values a rebuild's copy puts into which columns: renamed, moved to another column, replaced, converted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pulse_ci.analysis.row_losses import find_changed_columns, read_rows
from pulse_ci.sql.clauses import find_insert_select, find_set_columns, read_result_columns
from pulse_ci.sql.cursor import TokenCursor, UnreadableSqlError
from pulse_ci.sql.names import fold, quote_if_needed
from pulse_ci.sql.operations import Insert, Update
from pulse_ci.sql.tokens import TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pulse_ci.analysis.row_losses import TableRows
    from pulse_ci.analysis.table_rebuilds import Rebuild
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.schema.schema import Table
    from pulse_ci.sql.split import Statement
    from pulse_ci.sql.tokens import Token


class ValueChange(StrEnum):
    """What happens to the values of a column."""

    RENAMED = "renamed"
    MOVED = "moved"
    REPLACED = "replaced"
    CONVERTED = "converted"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class CopiedColumn:
    """A column of a rebuilt table, and the old column, or text, that its values come from.

    `query` lists the rows whose values change; it is empty where every row's do.
    """

    statement: Statement
    table: str
    column: str
    source: str
    change: ValueChange
    query: str = ""


def find_copied_columns(
    database: EmbeddedD1,
    rebuilds: Iterable[Rebuild],
    before: Mapping[str, TableRows],
    on_rows: bytes | None,
    statements: Sequence[Statement],
) -> tuple[CopiedColumn, ...]:
    """Return the columns whose values are not those of the old column of that name.

    `on_rows` is the database after the file with rows in it, `before` has the rows before; `database` is overwritten.
    """
    found = []
    for rebuild in rebuilds:
        mappings = [each for copy in rebuild.copies for each in read_mapping(copy, rebuild.before, rebuild.after)]
        if not mappings:
            continue
        changed = _find_changed(database, rebuild.after, before, on_rows) if _may_convert(rebuild, mappings) else set()
        for copy, column, tokens in mappings:
            if match := _classify(rebuild, copy, column, tokens, changed):
                found.append(match)
        filled: dict[str, set[str]] = {}
        for copy, column, _ in mappings:
            target = copy.operation.table if isinstance(copy.operation, Insert) else ""
            filled.setdefault(fold(target), set()).add(fold(column))
        for columns in filled.values():
            found += _find_left_out(rebuild, columns, statements)
    return tuple(found)


def _find_left_out(rebuild: Rebuild, filled: set[str], statements: Sequence[Statement]) -> Iterator[CopiedColumn]:
    """Yield the columns of both tables that no copy fills, and no UPDATE either."""
    updates = (each for each in statements if isinstance(each.operation, Update))
    filled = filled | {fold(name) for update in updates for name in find_set_columns(update.sql)}
    for column in rebuild.after.columns:
        old = rebuild.before.find_column(column.name)
        if old and not (column.generated or old.generated or fold(column.name) in filled):
            yield CopiedColumn(rebuild.copies[0], rebuild.table, column.name, "", ValueChange.LEFT_OUT)


def read_renames(rebuild: Rebuild) -> Iterator[CopiedColumn]:
    """Yield the columns that a rebuild copies to others, by the text of its copies alone."""
    for copy in rebuild.copies:
        for statement, column, tokens in read_mapping(copy, rebuild.before, rebuild.after):
            if found := _classify(rebuild, statement, column, tokens, set()):
                yield found


def read_mapping(copy: Statement, before: Table, after: Table) -> Iterator[tuple[Statement, str, Sequence[Token]]]:
    """Yield each column that a copy fills, as the new table spells it, with the tokens of its value."""
    copied = find_insert_select(copy.sql) if isinstance(copy.operation, Insert) else None
    if copied is None:
        return
    columns = copied.columns or tuple(column.name for column in after.columns if not column.generated)
    for name, value in zip(columns, _read_values(copied.select, before), strict=False):
        column = after.find_column(name)
        if column:
            yield copy, column.name, value


def _read_values(select: str, before: Table) -> Iterator[Sequence[Token]]:
    cursor = TokenCursor.from_sql(select)
    try:
        cursor.expect("SELECT")
    except UnreadableSqlError:
        return
    for start, end in read_result_columns(cursor):
        tokens = cursor.tokens[start:end]
        if tokens[-1].text == "*":
            for column in before.columns:
                if not column.generated:
                    yield TokenCursor.from_sql(quote_if_needed(column.name)).tokens[:1]
        elif len(tokens) > 2 and tokens[-2].keyword == "AS":
            yield tokens[:-2]
        else:
            yield tokens


def _may_convert(rebuild: Rebuild, mappings: Iterable[tuple[Statement, str, Sequence[Token]]]) -> bool:
    if any(tokens[0].keyword == "CAST" for _, _, tokens in mappings):
        return True
    pairs = ((column, rebuild.before.find_column(column.name)) for column in rebuild.after.columns)
    return rebuild.after.strict != rebuild.before.strict or any(
        old and old.type.upper() != column.type.upper() for column, old in pairs
    )


def _find_changed(
    database: EmbeddedD1, table: Table, before: Mapping[str, TableRows], on_rows: bytes | None
) -> set[str]:
    old = next((rows for name, rows in before.items() if fold(name) == fold(table.name)), None)
    if old is None or on_rows is None or table.primary_key is None:
        return set()
    database.restore(on_rows)
    with database.open_unrestricted() as connection:
        new = read_rows(connection, table.name, {})
    return find_changed_columns(old, new, table.primary_key.columns, loosely=True)


def _classify(
    rebuild: Rebuild, copy: Statement, column: str, tokens: Sequence[Token], changed: set[str]
) -> CopiedColumn | None:
    source, is_cast = _read_source(tokens)
    old, new = rebuild.before, rebuild.after
    if tokens[0].kind is TokenKind.STRING and len(tokens) == 1 and old.find_column(tokens[0].name):
        return CopiedColumn(copy, new.name, column, tokens[0].text, ValueChange.REPLACED)
    if source is None or old.find_column(source) is None:
        return None
    if fold(source) != fold(column):
        if old.find_column(column) and new.find_column(source):
            return CopiedColumn(copy, new.name, column, source, ValueChange.MOVED)
        if not old.find_column(column) and not new.find_column(source):
            return CopiedColumn(copy, new.name, column, source, ValueChange.RENAMED)
        return None
    if fold(column) in changed:
        return CopiedColumn(copy, new.name, column, source, ValueChange.CONVERTED, _list_changed(new, column, is_cast))
    return None


def _read_source(tokens: Sequence[Token]) -> tuple[str | None, bool]:
    """Return the column that a value is, or that a CAST converts, and whether it is a CAST."""
    if tokens[0].keyword == "CAST":
        at = next((index for index, token in enumerate(tokens) if token.keyword == "AS"), 0)
        return _read_source(tokens[2:at])[0] if at > 2 else None, True
    is_qualified = len(tokens) == 3 and tokens[1].text == "."
    if (len(tokens) == 1 or is_qualified) and tokens[-1].is_identifier:
        return tokens[-1].name, False
    return None, False


def _list_changed(table: Table, column: str, is_cast: bool) -> str:
    found = table.find_column(column)
    declared = (found.type if found else "") or "BLOB"
    name = quote_if_needed(column)
    keys = ", ".join(map(quote_if_needed, table.primary_key.columns if table.primary_key else ()))
    listed = f"{keys}, {name}" if keys else name
    # Without a CAST SQLite keeps a text that is no number.
    is_number = "" if is_cast else f" AND CAST({name} AS NUMERIC) = {name} + 0 AND typeof({name}) = 'text'"
    return (
        f"SELECT {listed} FROM {quote_if_needed(table.name)} "
        f"WHERE CAST(CAST({name} AS {_NUMBERS.get(declared.upper(), declared)}) AS TEXT) <> "
        f"CAST({name} AS TEXT){is_number} LIMIT 20;"
    )


_NUMBERS = {"INT": "INTEGER", "BIGINT": "INTEGER", "BOOLEAN": "NUMERIC", "DOUBLE": "REAL", "FLOAT": "REAL"}
