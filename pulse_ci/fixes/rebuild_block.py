"""The statements of a file that rebuild a table, found as one block in any spelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.errors import D1Refused
from pulse_ci.fixes.copied_columns import find_table_copy
from pulse_ci.rewrite.ddl_statements import quote_for_comment
from pulse_ci.schema.schema import Schema
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import Create, Drop, Pragma, RenameTable, TransactionControl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.rule import MigrationAnalysis
    from pulse_ci.analysis.table_rebuilds import Rebuild
    from pulse_ci.sql.split import Statement

_SURROUNDING_PRAGMAS = ("foreign_keys", "defer_foreign_keys", "legacy_alter_table")


class NotFixable(Exception):
    """A rebuild is more than a copy of a table; the text says what."""


@dataclass(frozen=True, slots=True)
class RebuiltTable:
    """The rebuild of one table: the expressions that fill it, the statement that does, and its name at that moment."""

    rebuild: Rebuild
    expressions: dict[str, str]
    copy_statement: Statement
    name_when_copied: str


@dataclass(frozen=True, slots=True)
class RebuildBlock:
    """Statements that together rebuild tables, with the schema before the first and after the last of them."""

    prefix: tuple[Statement, ...]
    statements: tuple[Statement, ...]
    rebuilt_tables: tuple[RebuiltTable, ...]
    before: Schema
    after: Schema

    @property
    def tables(self) -> frozenset[str]:
        """The folded names of the tables that are rebuilt."""
        return frozenset(fold(part.rebuild.table) for part in self.rebuilt_tables)


def find_rebuild_blocks(analysis: MigrationAnalysis) -> Iterator[RebuildBlock | NotFixable]:
    """Yield the blocks of a migration that rebuild a table with references to it, or why one is skipped."""
    found = [(_find_statements(analysis.migration.statements, rebuild), rebuild) for rebuild in analysis.rebuilds]
    for places, rebuilds in _join_overlapping([each for each in found if each[0]]):
        if not any(_is_referred_to(analysis, rebuild) for rebuild in rebuilds):
            continue
        try:
            yield _build_block(analysis, places, rebuilds)
        except NotFixable as reason:
            yield reason


def _is_referred_to(analysis: MigrationAnalysis, rebuild: Rebuild) -> bool:
    replayed = analysis.replayed
    return any(schema.list_children(rebuild.table) for schema in (replayed.before, replayed.after))


def _build_block(analysis: MigrationAnalysis, places: frozenset[int], rebuilds: list[Rebuild]) -> RebuildBlock:
    statements, first, last = analysis.migration.statements, min(places), max(places)
    own, prefix = statements[first : last + 1], statements[:first]
    _require_only_rebuild(own, [statements[place] for place in places])
    before, after = _read_schemas(analysis, prefix, own)
    return RebuildBlock(prefix, own, tuple(_read_rebuilt_table(rebuild, before) for rebuild in rebuilds), before, after)


def _find_statements(statements: tuple[Statement, ...], rebuild: Rebuild) -> frozenset[int]:
    """Return the places of the statements that belong to a rebuild."""
    copies = [copy for each in rebuild.copies if (copy := find_table_copy(each.sql))]
    names = {fold(rebuild.table), *(fold(copy.target) for copy in copies)}
    for statement in statements:
        match statement.operation:
            case RenameTable(table, to) if {fold(table), fold(to)} & names:
                names |= {fold(table), fold(to)}
    own = (place for place, each in enumerate(statements) if each in rebuild.copies or _changes_table(each, names))
    return frozenset(own)


def _changes_table(statement: Statement, names: set[str]) -> bool:
    match statement.operation:
        case RenameTable(table) | Create("table", table) | Drop("table", table):
            return fold(table) in names
        case _:
            return False


def _join_overlapping(found: list[tuple[frozenset[int], Rebuild]]) -> list[tuple[frozenset[int], list[Rebuild]]]:
    """Join rebuilds whose statements overlap."""
    joined = list[tuple[frozenset[int], list["Rebuild"]]]()
    for places, rebuild in sorted(found, key=lambda each: min(each[0])):
        if joined and min(places) < max(joined[-1][0]):
            joined[-1] = joined[-1][0] | places, [*joined[-1][1], rebuild]
        else:
            joined.append((places, [rebuild]))
    return joined


def _require_only_rebuild(statements: tuple[Statement, ...], own: list[Statement]) -> None:
    for statement in statements:
        match statement.operation:
            case _ if statement in own:
                pass
            case Pragma(name) if name in _SURROUNDING_PRAGMAS:
                pass
            case Create("index" | "view" | "trigger") | Drop("index" | "view" | "trigger"):
                pass
            case _:
                raise NotFixable(f"line {statement.line}, within the rebuild, does something else")


def _read_schemas(
    analysis: MigrationAnalysis, prefix: tuple[Statement, ...], statements: tuple[Statement, ...]
) -> tuple[Schema, Schema]:
    """Return the schema before and after some statements of a migration."""
    found = list[Schema]()
    with EmbeddedD1() as database:
        database.restore(analysis.replayed.content_before)
        try:
            with database.open_request() as request:
                request.mark_rollback_only()
                for part in (prefix, statements):
                    for statement in part:
                        if not isinstance(statement.operation, TransactionControl):
                            request.execute(statement.sql)
                    found.append(database.schema())
        except D1Refused as refused:
            raise NotFixable(f"D1 answers `{refused}`") from refused
    return found[0], found[1]


def _read_rebuilt_table(rebuild: Rebuild, before: Schema) -> RebuiltTable:
    old, name = before.find_table(rebuild.table), quote_for_comment(rebuild.table)
    copies = [find_table_copy(statement.sql) for statement in rebuild.copies]
    last = copies[-1] if copies else None
    if old is None or last is None:
        raise NotFixable(f"the copy does more than take each row of {name} once")
    if not all(each and each.copies_all_columns for each in copies[:-1]) or len(copies) > 2:
        raise NotFixable(f"{name} is filled in several steps")
    expressions = last.map_columns(old, rebuild.after)
    if expressions is None:
        raise NotFixable(f"the copy of {name} has more columns on one side than on the other")
    return RebuiltTable(rebuild, expressions, rebuild.copies[-1], last.target)
