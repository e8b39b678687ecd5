"""A rebuild of a table into another definition that loses no row, whatever refers to the table.

On D1 foreign keys are always enforced: DROP TABLE deletes the rows first, with all that ON DELETE does to its
children. So the tables that refer to it, directly or not, are rebuilt with it: all are renamed, created again under
their own names, and filled, parents first; then the old ones, which refer to one another only, are dropped,
children first. Where nothing refers to the table, this is rename, create, copy, drop.

The old table is renamed and not the new one, so that the new one has its final name from the start: rows that refer
to their own table, and tables that refer in a circle, find their parents, and SQLite stores the text as given.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from pulse_ci.errors import MigrationError
from pulse_ci.rewrite.alter_table import alter_in_place
from pulse_ci.rewrite.ddl_statements import (
    build_drop,
    build_drops,
    build_rename_table,
    clean_statement,
    find_content_table,
    quote_for_comment,
)
from pulse_ci.rewrite.dependency_order import find_triggers_and_views, order_parents_first
from pulse_ci.rewrite.script_builder import ScriptBuilder, create_missing
from pulse_ci.schema.introspect import build_schema, find_shadow_tables, make_master_row
from pulse_ci.sql.names import fold, quote_if_needed, quote_string

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pulse_ci.schema.schema import Index, Schema, Table

FOREIGN_KEY_CHECK = "PRAGMA foreign_key_check;"
DEFER_FOREIGN_KEYS = "PRAGMA defer_foreign_keys = ON;"
# Tells rows apart where nothing else does.
ROW_NUMBER = "row_number() OVER ()"


@dataclass(frozen=True, slots=True)
class RebuildTarget:
    """The new definition of a table, and for each column the expression over the old columns that fills it."""

    table: Table
    copy: Mapping[str, str]


def plan_rebuild(
    schema: Schema, wanted: Schema, copies: Mapping[str, Mapping[str, str]], *, in_place: bool
) -> tuple[str, ...]:
    """Return the statements that lead to a schema with other definitions of the tables of `copies`.

    Indexes, views and triggers may differ too. With `in_place`, ALTER TABLE is used where it can.

    Raises:
        MigrationError: there is no such table, or no statements were found that lead there.
        D1Refused: D1 rejects the schema as it is.

    """
    targets = {fold(name): RebuildTarget(_get_table(wanted, name), copy) for name, copy in copies.items()}
    with ScriptBuilder(schema) as script:
        remaining = {
            name: target
            for name, target in targets.items()
            if not (in_place and alter_in_place(script, target.table, target.copy))
        }
        if not (add_rebuild(script, remaining) and create_missing(script, wanted)):
            names = ", ".join(map(quote_for_comment, copies))
            raise MigrationError(f"Table {names} cannot be rebuilt: {script.rejection or 'the result differs'}")
        return (*script.statements, FOREIGN_KEY_CHECK) if moves_rows(script.statements) else tuple(script.statements)


def _get_table(schema: Schema, name: str) -> Table:
    table = schema.find_table(name)
    if table is None:
        raise MigrationError(f"There is no table {quote_for_comment(name)} to rebuild.")
    return table


def replace_table(schema: Schema, table: str, new_sql: str) -> Schema:
    """Return the schema with another definition of one table."""
    old = schema.find_table(table)
    return build_schema(make_master_row(each, new_sql if each is old else None) for each in schema.objects)


def moves_rows(statements: Sequence[str]) -> bool:
    """Return whether statements move rows between tables, so that foreign keys must be checked afterwards."""
    return any(statement.startswith("INSERT") and "\nSELECT " in statement for statement in statements)


def add_rebuild(script: ScriptBuilder, targets: Mapping[str, RebuildTarget]) -> bool:
    """Add the statements that rebuild all these tables (by folded name) and the tables that refer to them.

    Their indexes, views and triggers are dropped. Return False, and add nothing, if D1 rejects them.
    """
    if not targets:
        return True
    group = _RebuildGroup.build(script.schema, targets)
    wanted = [target.table for target in group.targets.values()]
    statements = list(group.build_statements())

    def is_rebuilt(schema: Schema) -> bool:
        return all(schema.find_table(table.name) == table for table in wanted)

    # A rename fails while any view is broken, even one of other tables.
    droppable = (find_triggers_and_views(script.schema, group.targets), script.triggers_and_views)
    return any(script.add([*build_drops(items), *statements], is_rebuilt) for items in droppable)


@dataclass(frozen=True, slots=True)
class _RebuildGroup:
    """The tables to rebuild and all that refer to them; `old_names` has the temporary names of the old ones."""

    schema: Schema
    targets: Mapping[str, RebuildTarget]
    old_names: Mapping[str, str]

    @classmethod
    def build(cls, schema: Schema, targets: Mapping[str, RebuildTarget]) -> _RebuildGroup:
        members = {name: schema.find_table(name) for name in sorted(schema.find_descendants(targets))}
        unchanged = {
            name: RebuildTarget(table, match_columns(table, table)) for name, table in members.items() if table
        }
        return cls(schema, unchanged | dict(targets), _choose_temporary_names(schema, members))

    def build_statements(self) -> Iterator[str]:
        old = order_parents_first(self.schema, self.targets)
        new = order_parents_first(self._build_target_schema(), self.targets)
        if old.needs_deferral or new.needs_deferral:
            yield DEFER_FOREIGN_KEYS
        for name in old.names:
            yield build_rename_table(_get_table(self.schema, name).name, self.old_names[name])
        yield from (clean_statement(self.targets[name].table.sql) for name in new.names)
        for index in self._find_referenced_indexes():
            yield from (build_drop(index), clean_statement(index.sql))
        for name in new.names:
            yield from self._copy_rows(name)
        yield from (f"DROP TABLE {quote_if_needed(self.old_names[name])};" for name in reversed(old.names))

    def _build_target_schema(self) -> Schema:
        tables = {fold(each.name): each for each in self.schema.tables}
        tables |= {name: target.table for name, target in self.targets.items()}
        return build_schema(map(make_master_row, tables.values()))

    def _find_referenced_indexes(self) -> Iterator[Index]:
        """Yield the unique indexes that foreign keys need: without them, no row can be copied to the children."""
        keys = (key for target in self.targets.values() for key in target.table.foreign_keys)
        referred = [(fold(key.parent), set(map(fold, key.parent_columns))) for key in keys]
        for index in self.schema.indexes:
            reference = fold(index.table), {fold(term.column or "") for term in index.indexed_columns}
            if index.unique and reference[0] in self.targets and reference in referred:
                yield index

    def _copy_rows(self, name: str) -> Iterator[str]:
        old, target, former = _get_table(self.schema, name), self.targets[name], self.old_names[name]
        names, values = _list_columns_and_values(self.schema, old, target)
        into = f"INSERT INTO {quote_if_needed(target.table.name)} ({', '.join(names)})"
        yield f"{into}\nSELECT {', '.join(values)} FROM {quote_if_needed(former)};"
        if old.autoincrement and target.table.autoincrement:
            # The rename kept the old number; the copy may have left a lower one.
            own_name = f"name = {quote_string(target.table.name)}"
            yield f"DELETE FROM sqlite_sequence WHERE {own_name};"
            yield f"UPDATE sqlite_sequence SET {own_name} WHERE name = {quote_string(former)};"


def _list_columns_and_values(schema: Schema, old: Table, target: RebuildTarget) -> tuple[list[str], list[str]]:
    copy = {fold(name): sql for name, sql in target.copy.items()}
    filled = [each for each in target.table.columns if not each.generated and fold(each.name) in copy]
    names = [quote_if_needed(column.name) for column in filled]
    values = [copy[fold(column.name)] for column in filled]
    if not names or (target.table.rowid_alias is None and _is_indexed_by_rowid(schema, old)):
        rowid, old_rowid = find_rowid_name(target.table), find_rowid_name(old)
        if rowid:
            return [rowid, *names], [old_rowid or ROW_NUMBER, *values]
    return names, values


def _is_indexed_by_rowid(schema: Schema, table: Table) -> bool:
    return any(fold(find_content_table(each) or "") == fold(table.name) for each in schema.tables)


def find_rowid_name(table: Table) -> str | None:
    """Return a name of a table's rowid, or None where it has none."""
    names = ("rowid", "_rowid_", "oid") if not table.without_rowid and not table.is_virtual else ()
    return next((name for name in names if table.find_column(name) is None), None)


def match_columns(old: Table, new: Table) -> dict[str, str]:
    """Return the copy that fills each column from the old one of the same name."""
    return {
        column.name: quote_if_needed(former.name)
        for column in new.columns
        if not column.generated and (former := old.find_column(column.name))
    }


def _choose_temporary_names(schema: Schema, tables: Mapping[str, Table | None]) -> dict[str, str]:
    found = dict[str, str]()
    for name, table in tables.items():
        found[name] = choose_temporary_name(schema, table.name if table else name, set(map(fold, found.values())))
    return found


def choose_temporary_name(schema: Schema, name: str, taken: Collection[str] = ()) -> str:
    """Return a temporary name for a table that nothing in the schema has."""
    names = {*schema.names, *find_shadow_tables(map(make_master_row, schema.objects)), *taken}
    candidates = (f"{name}_old{number or ''}" for number in count())
    return next(candidate for candidate in candidates if fold(candidate) not in names)
