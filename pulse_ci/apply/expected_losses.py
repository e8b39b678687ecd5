"""Find the rows and values that pending files delete on a live database, as queries that count them there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.analysis.copied_values import ValueChange
from pulse_ci.model import ChangeAction, ObjectKind
from pulse_ci.sql.names import fold, quote
from pulse_ci.sql.operations import RenameColumn, RenameTable
from pulse_ci.sql.tokens import read_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pulse_ci.analysis.rule import MigrationAnalysis
    from pulse_ci.apply.target import TargetDatabase
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement

_OVERWRITES = (ValueChange.MOVED, ValueChange.REPLACED)


@dataclass(frozen=True, slots=True)
class ExpectedLoss:
    """Rows or values that go; `query` counts them on the database.

    `is_whole` is False where sample rows of the table stayed. `is_proven` is False where the file could not be run
    on sample rows, so that all may stay.
    """

    table: str
    column: str | None
    query: str
    is_whole: bool = True
    is_proven: bool = True

    @property
    def subject(self) -> str:
        """What goes, in words."""
        return f"rows of `{self.table}`" if self.column is None else f"values of `{self.table}`.`{self.column}`"

    def is_in(self, schema: Schema) -> bool:
        """Return whether the table, or the column, is there."""
        table = schema.find_table(self.table)
        return table is not None and (self.column is None or table.find_column(self.column) is not None)

    def describe(self, count: int) -> str:
        """Return what happens to so many of them."""
        unit = "row" if self.column is None else "value"
        subject = self.subject.removeprefix(f"{unit}s")
        what = f"{count:,} {unit if count == 1 else f'{unit}s'}{subject}"
        if not self.is_whole:
            what = f"some of {what}"
        if self.is_proven:
            return f"{what} would be lost"
        return f"{what} might be lost: the file could not be run on sample rows"


@dataclass(frozen=True, slots=True)
class RowChange:
    """How many rows of a table, or values of a column, there were before and are now."""

    subject: str
    table: str | None
    before: int
    after: int


def count_remaining(target: TargetDatabase, losses: Iterable[tuple[ExpectedLoss, int]]) -> tuple[RowChange, ...]:
    """Count again, after the files have run, what they were expected to delete."""
    counted, schema = list(losses), target.read().schema
    still = [loss for loss, _ in counted if loss.is_in(schema)]
    counts = dict(zip(still, target.count([each.query for each in still]), strict=True))
    return tuple(
        RowChange(loss.subject, None if loss.column else loss.table, before, counts.get(loss, 0))
        for loss, before in counted
    )


def format_row_change(change: RowChange) -> str:
    """Return "rows of `orders`: 41,207 before, 0 now"."""
    return f"{change.subject}: {change.before:,} before, {change.after:,} now"


def count_query(table: str, what: str = "*") -> str:
    """Return the SELECT that counts a table's rows, or the values in a column."""
    return f"SELECT count({what}) FROM {quote(table)}"


def find_expected_losses(
    analyses: Iterable[MigrationAnalysis],
    live: Schema,
    is_deliberate: Callable[[MigrationAnalysis, Statement | None], bool] = lambda *_: False,
) -> tuple[ExpectedLoss, ...]:
    """Return what the files delete of what a database with the schema `live` has: the worst for each table.

    Rows that a statement deletes on purpose, as `is_deliberate` decides, do not count.
    """
    found = [loss for each in analyses for loss in _find_losses(each, live, is_deliberate)]
    found.sort(key=lambda loss: (not loss.is_proven, not loss.is_whole, loss.column is not None))
    worst: dict[tuple[str, str | None], ExpectedLoss] = {}
    for loss in found:
        if (fold(loss.table), None) not in worst:
            worst.setdefault((fold(loss.table), loss.column), loss)
    return tuple(worst[key] for key in sorted(worst, key=lambda key: (key[0], key[1] or "")))


def _find_losses(
    each: MigrationAnalysis, live: Schema, is_deliberate: Callable[[MigrationAnalysis, Statement | None], bool]
) -> Iterator[ExpectedLoss]:
    if not each.took_effect:
        yield from _suspect(live, read_names(each.migration.text))
        return
    yield from _suspect(live, {fold(failure.table) for failure in each.seeded_run.unseeded})
    for loss in each.seeded_run.all_losses:
        table = live.find_table(loss.table)
        if table and not is_deliberate(each, loss.statement):
            yield ExpectedLoss(table.name, None, count_query(table.name), is_whole=loss.after == 0)
    for copied in each.copied:
        table = live.find_table(copied.table)
        if table and copied.change in _OVERWRITES and table.find_column(copied.column):
            yield ExpectedLoss(table.name, copied.column, count_query(table.name, quote(copied.column)))
    tables, columns = _find_renamed(each)
    for change in each.replayed.changes:
        table = live.find_table(change.table)
        if change.action is not ChangeAction.REMOVED or table is None:
            continue
        if change.kind is ObjectKind.TABLE and fold(change.table) not in tables:
            yield ExpectedLoss(table.name, None, count_query(table.name))
        elif change.kind is ObjectKind.COLUMN and (fold(change.table), fold(change.name)) not in columns:
            yield ExpectedLoss(table.name, change.name, count_query(table.name, quote(change.name)))


def _suspect(live: Schema, names: Iterable[str]) -> Iterator[ExpectedLoss]:
    """Yield the tables of which nothing shows that their rows stay."""
    tables = (live.find_table(name) for name in sorted(names))
    yield from (ExpectedLoss(each.name, None, count_query(each.name), is_proven=False) for each in tables if each)


def _find_renamed(each: MigrationAnalysis) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the tables and columns that are there afterwards under another name."""
    after, tables, columns = each.replayed.after, set[str](), set[tuple[str, str]]()
    for statement, _ in each.replayed.run.executed:
        match statement.operation:
            case RenameTable(of, to) if after.find_table(to):
                tables.add(fold(of))
            case RenameColumn(table, of, to) if (found := after.find_table(table)) and found.find_column(to):
                columns.add((fold(table), fold(of)))
    return tables, columns
