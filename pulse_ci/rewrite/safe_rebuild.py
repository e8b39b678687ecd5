"""A table rebuilt into another definition, with no row lost whatever refers to it.

On D1 foreign keys are always enforced: dropping a table deletes its rows first, with all that ON DELETE does to
its children. So whatever refers to the table is moved out of the way with it, however far: all are renamed, made
anew under their own names, and filled, parents first; then the old ones, which refer to one another alone, are
dropped, children first. Where nothing refers to the table, that comes down to rename, create, copy, drop.

The old table is renamed and not the new one, so that the new one has its final name from the start: rows that refer
to their own table find themselves, circles of tables find one another, and what SQLite stores is the text as given.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from pulse_ci.errors import MigrationError
from pulse_ci.rewrite.alter_table import alter
from pulse_ci.rewrite.ddl_statements import create_new, drop, drops, shown
from pulse_ci.rewrite.dependency_order import descendants, mentioning, parents_first
from pulse_ci.rewrite.sync_objects import complete
from pulse_ci.rewrite.tested_script import Draft
from pulse_ci.rewrite.virtual_tables import content_of
from pulse_ci.schema.ddl.keywords import quote_name, quote_string
from pulse_ci.schema.ddl.virtual import SHADOWS
from pulse_ci.schema.introspect import row_of, schema_of
from pulse_ci.schema.schema import Table, fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pulse_ci.schema.schema import Index, Schema

FOREIGN_KEY_CHECK = "PRAGMA foreign_key_check;"
DEFER = "PRAGMA defer_foreign_keys = ON;"
# What tells rows apart where nothing else does.
ROW_NUMBER = "row_number() OVER ()"


@dataclass(frozen=True, slots=True)
class Target:
    """What a table is to become, and for each column the expression over the old columns that fills it."""

    table: Table
    copy: Mapping[str, str]


def reach(
    schema: Schema, wanted: Schema, copies: Mapping[str, Mapping[str, str]], *, in_place: bool
) -> tuple[str, ...]:
    """Return the statements that lead to a schema in which the tables of `copies` are defined otherwise.

    Indexes, views and triggers may differ too. With `in_place`, ALTER TABLE serves where it can.

    Raises:
        MigrationError: there is no such table, or no statements were found that lead there.
        D1Refused: D1 does not take the schema as it is.

    """
    targets = {fold(name): Target(_table(wanted, name), copy) for name, copy in copies.items()}
    with Draft(schema) as draft:
        altered = {name for name, target in targets.items() if in_place and alter(draft, target.table, target.copy)}
        done = rebuild(draft, {name: target for name, target in targets.items() if name not in altered})
        if not (done and complete(draft, wanted)):
            names = ", ".join(map(shown, copies))
            raise MigrationError(f"Table {names} cannot be rebuilt: {draft.refusal or 'it comes out otherwise'}")
        return (*draft.statements, FOREIGN_KEY_CHECK) if moves_rows(draft.statements) else tuple(draft.statements)


def _table(schema: Schema, name: str) -> Table:
    table = schema.table(name)
    if table is None:
        raise MigrationError(f"There is no table {shown(name)} to rebuild.")
    return table


def replaced(schema: Schema, table: str, new_sql: str) -> Schema:
    """Return the schema with another definition of one table."""
    return schema_of([row_of(each, new_sql if each == schema.table(table) else None) for each in schema.objects])


def moves_rows(statements: Sequence[str]) -> bool:
    """Tell whether statements move rows from table to table, so that their foreign keys are to be looked at."""
    return any(statement.startswith("INSERT") and "\nSELECT " in statement for statement in statements)


def rebuild(draft: Draft, targets: Mapping[str, Target]) -> bool:
    """Write down what rebuilds all these tables (by folded name), with what refers to them, as one family.

    Indexes, views and triggers of the family are gone afterwards. False, and nothing written, if D1 refuses.
    """
    if not targets:
        return True
    family = _Family.of(draft.schema, targets)
    wanted = {fold(target.table.name): target.table for target in family.targets.values()}
    statements = list(family.statements())
    # A rename fails as long as any view is broken, one of other tables too.
    return any(
        draft.add(
            [*drops(items), *statements],
            lambda schema: all(schema.table(name) == table for name, table in wanted.items()),
        )
        for items in (mentioning(draft.schema, family.targets), draft.code)
    )


@dataclass(frozen=True, slots=True)
class _Family:
    """The tables to rebuild and all that refer to them; `former` has the names of the old ones meanwhile."""

    schema: Schema
    targets: Mapping[str, Target]
    former: Mapping[str, str]

    @classmethod
    def of(cls, schema: Schema, targets: Mapping[str, Target]) -> _Family:
        members = {name: schema.table(name) for name in sorted(descendants(schema, targets))}
        unchanged = {name: Target(table, same_columns(table, table)) for name, table in members.items() if table}
        return cls(schema, unchanged | dict(targets), _temporary_names(schema, members))

    def statements(self) -> Iterator[str]:
        old = parents_first(self.schema, self.targets)
        new = parents_first(self._wanted(), self.targets)
        if old.needs_deferral or new.needs_deferral:
            yield DEFER
        for name in old.names:
            yield f"ALTER TABLE {quote_name(_table(self.schema, name).name)} RENAME TO {quote_name(self.former[name])};"
        yield from (create_new(self.targets[name].table.sql) for name in new.names)
        for index in self._referred_to():
            yield from (drop(index), create_new(index.sql))
        for name in new.names:
            yield from self._copying(name)
        yield from (f"DROP TABLE {quote_name(self.former[name])};" for name in reversed(old.names))

    def _wanted(self) -> Schema:
        tables = (
            self.targets[fold(each.name)].table if fold(each.name) in self.targets else each
            for each in self.schema.tables
        )
        return schema_of([row_of(each) for each in tables])

    def _referred_to(self) -> Iterator[Index]:
        """Yield the indexes by which rows are referred to: without them, no row can be copied to the children."""
        keys = (key for target in self.targets.values() for key in target.table.foreign_keys)
        referred = [(fold(key.parent), set(map(fold, key.parent_columns))) for key in keys]
        for index in self.schema.indexes:
            reference = fold(index.table), {fold(term.column or "") for term in index.terms}
            if index.unique and reference[0] in self.targets and reference in referred:
                yield index

    def _copying(self, name: str) -> Iterator[str]:
        old, target, former = _table(self.schema, name), self.targets[name], self.former[name]
        names, values = _filled(self.schema, old, target)
        yield (
            f"INSERT INTO {quote_name(target.table.name)} ({', '.join(names)})\n"
            f"SELECT {', '.join(values)} FROM {quote_name(former)};"
        )
        if old.autoincrement and target.table.autoincrement:
            # The rename took the old number along; what the copying left may be lower.
            yield f"DELETE FROM sqlite_sequence WHERE name = {quote_string(target.table.name)};"
            yield (
                f"UPDATE sqlite_sequence SET name = {quote_string(target.table.name)} "
                f"WHERE name = {quote_string(former)};"
            )


def _filled(schema: Schema, old: Table, target: Target) -> tuple[list[str], list[str]]:
    copy = {fold(name): sql for name, sql in target.copy.items()}
    filled = [each for each in target.table.columns if not each.generated and fold(each.name) in copy]
    names = [quote_name(column.name) for column in filled]
    values = [copy[fold(column.name)] for column in filled]
    if not names or (target.table.rowid_alias is None and _is_indexed_by_rowid(schema, old)):
        rowid, old_rowid = rowid_name(target.table), rowid_name(old)
        if rowid:
            return [rowid, *names], [old_rowid or ROW_NUMBER, *values]
    return names, values


def _is_indexed_by_rowid(schema: Schema, table: Table) -> bool:
    return any(fold(content_of(each) or "") == fold(table.name) for each in schema.tables)


def rowid_name(table: Table) -> str | None:
    """Return a name by which a table's rowid can be had, or None where there is none."""
    names = ("rowid", "_rowid_", "oid") if not table.without_rowid and not table.virtual else ()
    return next((name for name in names if table.column(name) is None), None)


def same_columns(old: Table, new: Table) -> dict[str, str]:
    """Return the copy that fills each column from the old one of the same name."""
    return {
        column.name: quote_name(former.name)
        for column in new.columns
        if not column.generated and (former := old.column(column.name))
    }


def _temporary_names(schema: Schema, tables: Mapping[str, Table | None]) -> dict[str, str]:
    found = dict[str, str]()
    for name, table in tables.items():
        found[name] = temporary_name(schema, table.name if table else name, set(map(fold, found.values())))
    return found


def temporary_name(schema: Schema, name: str, taken: Collection[str] = ()) -> str:
    """Return a name for a table to have meanwhile, that nothing in the schema has."""
    names = {*schema.names, *_shadows(schema), *taken}
    candidates = (f"{name}_old{number or ''}" for number in count())
    return next(candidate for candidate in candidates if fold(candidate) not in names)


def _shadows(schema: Schema) -> Iterator[str]:
    for table in schema.tables:
        for suffix in SHADOWS.get(table.module or "", ()):
            yield f"{fold(table.name)}_{suffix}"
