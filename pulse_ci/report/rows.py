"""What the proofs on rows showed: of each table, how many rows it kept, and through what it lost the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.new_tables import build_new_table_test
from pulse_ci.report.models import TableRowChange, UnrestoredTable, UnseededTable
from pulse_ci.report.phrases import join_words, shorten_names
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.analysis.row_losses import RowLoss
    from pulse_ci.analysis.rule import MigrationAnalysis, Review
    from pulse_ci.report.models import Report


def count_rows(review: Review) -> tuple[TableRowChange, ...]:
    """Return the rows of each table before the first and after the last of the migrations that ran on rows.

    Between two of them a table that was emptied gets rows again: what each took from it is added up. Where a live
    database's rows are known, their number stands in place of synthetic ones that were all lost, or all kept. What the
    change itself makes can have no row yet, and is left out.
    """
    counts: dict[str, TableRowChange] = {}
    is_new = build_new_table_test(review)
    for each in review.analyses:
        causes = {loss.table: _describe_cause(loss) for loss in each.seeded_run.losses}
        for table, (before, after) in each.seeded_run.counts.items():
            if is_new(each, table):
                continue
            known = counts.get(table) or TableRowChange(table, before, before, "seed")
            remaining = max(known.after + after - before, 0)
            counts[table] = TableRowChange(table, known.before, remaining, "seed", known.cause or causes.get(table))
    staging_rows = review.rows or {}
    return tuple(_apply_staging_count(counts[table], staging_rows.get(fold(table))) for table in sorted(counts))


def _apply_staging_count(count: TableRowChange, rows: int | None) -> TableRowChange:
    if rows is None or 0 < count.after < count.before:
        return count
    after = rows + count.after - count.before if count.after else 0
    return TableRowChange(count.table, rows, after, "staging", count.cause if rows else None)


def find_unseeded_tables(analyses: Iterable[MigrationAnalysis]) -> tuple[UnseededTable, ...]:
    """Return the tables without rows, each once."""
    reasons = {failure.table: failure.reason for each in analyses for failure in each.seeded_run.unseeded}
    return tuple(UnseededTable(table, reasons[table]) for table in sorted(reasons))


def find_unrestored_tables(analyses: Iterable[MigrationAnalysis]) -> tuple[UnrestoredTable, ...]:
    """Return what the reverses do not bring back, in the order of the migrations."""
    return tuple(
        UnrestoredTable(each.migration.path, left.table, left.rows, left.of, left.columns)
        for each in analyses
        for left in each.reversibility.unrestored
    )


def describe_rows(report: Report) -> Iterator[tuple[bool | None, str]]:
    """Yield sentences for a person, names in backticks, each with whether the rows were kept; None is unknown."""
    unseeded = {table.table for table in report.unseeded}
    lost = [row for row in report.rows if row.after < row.before or row.cause]
    for (before, after, cause, source), rows in _group_equal_losses(lost).items():
        names = join_words([f"`{row.table}`" for row in rows])
        yield (
            False,
            f"rows kept: {before:,} → {after:,}{_format_source(source)} in {names}" + (f" by {cause}" if cause else ""),
        )
    for source in ("staging", "seed"):
        rows = [row for row in report.rows if row.source == source and row.table not in unseeded]
        if kept := [row for row in rows if row not in lost]:
            number = sum(row.before for row in kept)
            total = _format_all_rows(number) if number else "no row was there"
            yield (
                True,
                f"rows kept: {total}{_format_source(source)} {'of' if number else 'in'} {_format_tables(kept, lost)}",
            )
    for left in report.unrestored:
        values = f"the values of {join_words([f'`{column}`' for column in left.columns])} in " if left.columns else ""
        what = f"{values}{left.rows} of {left.of} rows of `{left.table}`"
        yield None, f"the reverse of `{left.path.rpartition('/')[2]}` does not bring back {what}"
    reasons: dict[str, list[str]] = {}
    for unseeded_table in report.unseeded:
        reasons.setdefault(unseeded_table.reason, []).append(f"`{unseeded_table.table}`")
    for reason, tables in reasons.items():
        names = join_words(shorten_names(tables))
        yield None, f"no rows could be made for {names}, so what happens to them is unknown: {reason}"


def _format_all_rows(number: int) -> str:
    return "the one row" if number == 1 else f"all {number:,} rows"


def _format_tables(kept: list[TableRowChange], lost: list[TableRowChange]) -> str:
    if len(kept) == 1:
        return f"`{kept[0].table}`"
    return f"the other {len(kept)} tables" if lost else f"{len(kept)} tables"


def _format_source(source: str) -> str:
    return " on staging" if source == "staging" else ""


def _group_equal_losses(lost: Iterable[TableRowChange]) -> dict[tuple[int, int, str | None, str], list[TableRowChange]]:
    groups: dict[tuple[int, int, str | None, str], list[TableRowChange]] = {}
    for row in lost:
        groups.setdefault((row.before, row.after, row.cause, row.source), []).append(row)
    return groups


def _describe_cause(loss: RowLoss) -> str | None:
    overwritten = f", {loss.altered} overwritten" if loss.altered else ""
    number = f", {loss.lost} lost{overwritten}" if loss.lost != loss.before - loss.after else overwritten
    if loss.path:
        return f"{loss.action} of `{loss.path[-1][1].parent}`{number}"
    if loss.target and loss.target.casefold() != loss.table.casefold():
        return f"a trigger of `{loss.target}`{number}"
    return f"the file itself{number}" if number else None
