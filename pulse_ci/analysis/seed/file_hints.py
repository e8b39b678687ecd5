"""What a migration does with columns, to rows that it works on and rows that reveal a fault in it.

JSON where a column is read as JSON, dates where date functions read it, the values that an old CHECK allows, values
that a narrower type changes, and rows on the literal keys that the file inserts.
"""

from __future__ import annotations

from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from pulse_ci.analysis.seed.affinity import Affinity, determine_affinity
from pulse_ci.analysis.seed.clause import parse_number, read_clause
from pulse_ci.analysis.seed.json_values import generate_documents
from pulse_ci.sql.cursor import TokenCursor, split_at_commas, track_depth
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import Create, Insert
from pulse_ci.sql.tokens import TokenKind, tokenize_code

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pulse_ci.analysis.seed.default_values import Value
    from pulse_ci.schema.schema import Schema, Table
    from pulse_ci.sql.split import Statement
    from pulse_ci.sql.tokens import Token

RowHint = dict[str, "Value"]

_DATE_FUNCTIONS = frozenset({"date", "time", "datetime", "strftime", "julianday", "unixepoch"})
_DATES = ("2024-02-29T12:34:56Z", "2024-02-29 12:34:56", "2024-02-29", "no daTe")
_MAX_SQL_LENGTH = 20_000
_MAX_VALUES = 8
_NARROWED: dict[Affinity, tuple[Value, ...]] = {
    Affinity.INTEGER: ("007", 2.5, "12,5", "2026-01-02", "7 kg"),
    Affinity.REAL: ("007", "12,5", "2026-01-02"),
    Affinity.NUMERIC: ("007", "12,5", "1e3"),
    Affinity.TEXT: (2.5, 7, "a"),
    Affinity.BLOB: (),
    Affinity.ANY: (),
}
_EMPTY: dict[Affinity, Value] = {Affinity.TEXT: "", Affinity.INTEGER: 0, Affinity.REAL: 0.0, Affinity.NUMERIC: 0}


def read_file_hints(
    statements: Sequence[Statement], before: Schema, after: Schema, table_names: Collection[str]
) -> Mapping[str, Sequence[RowHint]]:
    """Return the rows that are wished for in each of the tables, by folded name."""
    short = [each for each in statements if len(each.sql) <= _MAX_SQL_LENGTH]
    rebuilds = any(isinstance(each.operation, Create) and each.operation.kind == "table" for each in short)
    found: dict[str, list[RowHint]] = {}
    for table in before.tables:
        if fold(table.name) not in table_names or table.is_virtual:
            continue
        rows = [*_build_readable_rows(table, short)]
        if rebuilds and (new := after.find_table(table.name)) is not None:
            rows += [*_build_checked_rows(table, new), *_build_narrowed_rows(table, new, short)]
        unique = [row for index, row in enumerate(rows) if row and row not in rows[:index]]
        if unique:
            found[fold(table.name)] = unique
    return found


def _build_readable_rows(table: Table, statements: Sequence[Statement]) -> Iterator[RowHint]:
    """Yield rows with JSON and dates where the file reads them."""
    columns = {fold(column.name) for column in table.columns if not column.generated}
    values: dict[str, tuple[Value, ...]] = {}
    for statement in statements:
        code = list(tokenize_code(statement.sql))
        for name in find_json_columns(code) & columns:
            documents = list(generate_documents((read_clause(statement.sql),), 1))
            values.setdefault(name, ("{}", *dict.fromkeys(documents[-3:]), "no JSON"))
        for name in find_date_columns(code) & columns:
            values.setdefault(name, _DATES)
    yield from _zip_values(values)


def find_json_columns(code: Sequence[Token]) -> set[str]:
    """Return the folded names that stand where JSON is read."""
    found = set[str]()
    for at, token in enumerate(code):
        if token.text in ("->", "->>") and at and code[at - 1].is_identifier:
            found.add(fold(code[at - 1].name))
        if token.keyword.startswith("JSON_") and code[at + 1 : at + 2] and code[at + 1].text == "(":
            found |= set(islice(_read_arguments(code, at + 2), 1))
    return found


def find_date_columns(code: Sequence[Token]) -> set[str]:
    """Return the folded names that stand in date functions."""
    found = set[str]()
    for at, token in enumerate(code[:-1]):
        if token.text.lower() in _DATE_FUNCTIONS and code[at + 1].text == "(":
            found |= set(_read_arguments(code, at + 2))
    return found


def _read_arguments(code: Sequence[Token], at: int) -> Iterator[str]:
    """Yield the names among the arguments of the function whose parenthesis opens before `at`."""
    for index, (token, depth) in enumerate(track_depth(islice(code, at, None)), at):
        if depth < 0:
            return
        is_qualifier = code[index + 1 : index + 2] and code[index + 1].text in (".", "(")
        if token.is_identifier and not is_qualifier:
            yield fold(token.name)


def build_keyed_rows(table: Table, schema: Schema, statements: Sequence[Statement]) -> Iterator[RowHint]:
    """Yield rows that have a key which the file inserts or replaces."""
    keys = list_unique_columns(table, schema)
    for statement in statements:
        match statement.operation:
            case Insert(name) if fold(name) == fold(table.name) and keys:
                for row in islice(read_inserted_rows(statement.sql, table), _MAX_VALUES):
                    yield from ({column: row[column] for column in key} for key in keys if key <= row.keys())


def list_unique_columns(table: Table, schema: Schema) -> list[frozenset[str]]:
    """Return the columns, folded, of each key of a table, those of unique indexes too."""
    keys = [key.columns for key in (table.primary_key, *table.uniques) if key]
    keys += [
        tuple(term.column for term in index.indexed_columns if term.column)
        for index in schema.list_indexes(table.name)
        if index.unique and all(term.column for term in index.indexed_columns)
    ]
    return [frozenset(map(fold, columns)) for columns in keys]


def read_inserted_rows(sql: str, table: Table) -> Iterator[RowHint]:
    """Yield the literal values of each row of an INSERT … VALUES, by folded column; others are left out."""
    from pulse_ci.sql.clauses import find_insert_columns

    columns = find_insert_columns(sql) or tuple(each.name for each in table.columns if not each.generated)
    cursor = TokenCursor.from_sql(sql)
    cursor.read_before("VALUES")
    while cursor.accept_one_of("VALUES", ",") and cursor.is_at("("):
        row = split_at_commas(cursor.read_group())
        literals = {fold(name): _read_literal(tokens) for name, tokens in zip(columns, row, strict=False)}
        yield {name: value for name, value in literals.items() if value is not None}


def _read_literal(tokens: Sequence[Token]) -> Value:
    if len(tokens) == 2 and tokens[0].text == "-" and (number := parse_number(tokens[1].text)) is not None:
        return -number
    if len(tokens) != 1:
        return None
    (token,) = tokens
    if token.kind is TokenKind.STRING:
        return token.name
    return parse_number(token.text) if token.kind is TokenKind.NUMBER else None


def _list_checks(table: Table) -> tuple[str, ...]:
    return (*table.checks, *(check for column in table.columns for check in column.checks))


def _build_checked_rows(table: Table, new: Table) -> Iterator[RowHint]:
    """Yield rows with each value that an old CHECK names, and one that is empty; none where no CHECK changes."""
    if set(_list_checks(new)) <= set(_list_checks(table)):
        return
    names = {fold(column.name): column for column in table.columns}
    values: dict[str, tuple[Value, ...]] = {}
    for check in _list_checks(table):
        clause = read_clause(check)
        columns = clause.names & names.keys()
        if len(columns) == 1 and clause.functions <= {"in"}:
            (column,) = columns
            values[column] = (*values.get(column, ()), *clause.strings, *clause.numbers)[:_MAX_VALUES]
    yield from _zip_values(values)
    foreign = {fold(column) for key in table.foreign_keys for column in key.columns}
    yield {
        name: _EMPTY[affinity]
        for name, column in names.items()
        if (affinity := determine_affinity(column.type, strict=table.strict)) in _EMPTY
        and not (column.generated or column.primary_key_position or name in foreign)
    }


def _build_narrowed_rows(table: Table, new: Table, statements: Sequence[Statement]) -> Iterator[RowHint]:
    """Yield rows with values that a column's new type, or a CAST, changes or rejects."""
    casts = any(token.keyword == "CAST" for each in statements for token in tokenize_code(each.sql))
    values: dict[str, tuple[Value, ...]] = {}
    for column in table.columns:
        after = new.find_column(column.name)
        if after is None or column.generated or column.primary_key_position:
            continue
        old_type = determine_affinity(column.type, strict=table.strict)
        new_type = determine_affinity(after.type, strict=new.strict)
        if old_type is not new_type or (new.strict and not table.strict):
            values[fold(column.name)] = _NARROWED[new_type]
        elif casts:
            values[fold(column.name)] = _NARROWED[Affinity.INTEGER]
    yield from _zip_values(values)


def _zip_values(values: Mapping[str, Sequence[Value]]) -> Iterator[RowHint]:
    """Yield the first value of every column together, then the second, and so on."""
    for row in zip_longest(*values.values()):
        yield {name: value for name, value in zip(values, row, strict=True) if value is not None}
