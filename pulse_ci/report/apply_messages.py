"""What apply and reverse do to a database, in words, as they do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.cost.cost import FREE_ROWS_WRITTEN, Cost
from pulse_ci.report.models import Conclusion, Database, MigrationResult, Report, Staging
from pulse_ci.report.phrases import format_skipped_rules, pluralize
from pulse_ci.report.style import to_one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pulse_ci.apply.apply_pending import AppliedFile
    from pulse_ci.apply.plan import ApplyStep
    from pulse_ci.apply.revert import RevertPlan
    from pulse_ci.d1.migration_status import DatabaseMigrations


def format_plan(
    database: str, steps: Sequence[ApplyStep], costs: Sequence[Cost | None], skipped_rules: Sequence[str]
) -> str:
    """Say what would run, file by file, what it will cost, and which statements and rules are left out."""
    if not steps:
        return f"✓ Nothing is pending on {to_one_line(database)}."
    lines = [f"{pluralize(len(steps), 'migration')} pending on {to_one_line(database)}:"]
    for step, cost in zip(steps, costs, strict=True):
        lines.append(
            f"  {to_one_line(step.migration.name)}  {pluralize(len(step.statements), 'statement')}{_format_cost(cost)}"
        )
        for statement in step.skipped:
            place = step.migration.locate(statement)
            lines.append(f"    line {place.line} is left out, its effect is there: {to_one_line(statement.sql)[:100]}")
    checked = [f"  checked {format_skipped_rules(skipped_rules)}"] if skipped_rules else []
    return "\n".join([*lines, *_format_total_cost(costs), *checked])


def _format_cost(cost: Cost | None) -> str:
    return f", about {cost.rows_written:,} rows written" if cost else ", cost not known"


def _format_total_cost(costs: Sequence[Cost | None]) -> Iterator[str]:
    known = sum((cost for cost in costs if cost), Cost())
    share = known.rows_written / FREE_ROWS_WRITTEN
    or_more = "" if all(costs) else " or more"
    yield (
        f"  together about {known.rows_read:,} rows read and {known.rows_written:,} written{or_more}: "
        f"{share:.1%} of what the free plan lets write in a day, roughly {max(known.seconds, 0.1):.1f} s"
    )


def format_restore_command(command: str) -> str:
    """Say how the database is restored as it was, with all rows that were written since lost."""
    return f"To restore the database as it is now: {to_one_line(command)}"


def format_applied(done: AppliedFile) -> str:
    """Say that one file is applied."""
    return f"  ✓ {to_one_line(done.name)}  {done.applied_by.value}"


def format_done(database: str) -> str:
    """Say that everything is applied, and as it was shown."""
    return f"✓ {to_one_line(database)} has every migration, and its schema is what the preview showed."


def build_apply_report(
    database: str, state: DatabaseMigrations, ran: Collection[str], skipped: Sequence[str] = ()
) -> Report:
    """Return which files are applied now, of which those under review were pending before; `ran` are the new ones."""
    pending = {each.path for each in state.pending}
    results = (
        MigrationResult(
            number=each.migration.number,
            name=each.name,
            path=each.migration.path,
            under_review=each.migration.path in pending,
            applied=each.has_run or each.name in ran,
            depends_on=(),
            replay="ok",
            error=None,
            idempotent=None,
            reversible=None,
        )
        for each in state.files
        if each.migration
    )
    return Report(
        "apply",
        Conclusion.SUCCESS,
        Database("live", database),
        Staging("used", ""),
        tuple(results),
        skipped=tuple(skipped),
    )


def format_revert_plan(database: str, plan: RevertPlan) -> str:
    """Say what the reverse would run."""
    listed = "".join(f"\n  {to_one_line(statement)}" for statement in plan.statements)
    return f"The reverse of {to_one_line(plan.migration.name)} on {to_one_line(database)}:{listed}"


def format_reverted(database: str, name: str) -> str:
    """Say that a file is undone, and its record gone."""
    return f"✓ {to_one_line(name)} is undone on {to_one_line(database)} and pending again."


def format_adopted(database: str, names: Sequence[str], *, dry_run: bool) -> str:
    """Say which files are recorded now without having been run."""
    if not names:
        return f"✓ Nothing is to be recorded on {to_one_line(database)}."
    verb = "would be recorded" if dry_run else "recorded"
    listed = "".join(f"\n  {to_one_line(name)}" for name in names)
    return f"✓ {pluralize(len(names), 'migration')} {verb} on {to_one_line(database)} and not run:{listed}"
