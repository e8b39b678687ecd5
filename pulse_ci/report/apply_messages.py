"""What apply and reverse do to a database, in words, as they do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.cost.cost import FREE_ROWS_WRITTEN, Cost
from pulse_ci.report.models import Conclusion, Database, MigrationResult, Report, Staging
from pulse_ci.report.phrases import plural, without
from pulse_ci.report.style import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pulse_ci.apply.apply_pending import AppliedFile
    from pulse_ci.apply.plan import ApplyStep
    from pulse_ci.apply.revert import RevertPlan
    from pulse_ci.d1.migration_status import DatabaseMigrations


def plan(database: str, steps: Sequence[ApplyStep], costs: Sequence[Cost | None], without_rules: Sequence[str]) -> str:
    """Say what would run, file by file, what it will cost, and which statements and rules are left out."""
    if not steps:
        return f"✓ Nothing is pending on {one_line(database)}."
    lines = [f"{plural(len(steps), 'migration')} pending on {one_line(database)}:"]
    for step, cost in zip(steps, costs, strict=True):
        lines.append(f"  {one_line(step.migration.name)}  {plural(len(step.statements), 'statement')}{_cost(cost)}")
        for statement in step.skipped:
            place = step.migration.locate(statement)
            lines.append(f"    line {place.line} is left out, its effect is there: {one_line(statement.sql)[:100]}")
    checked = [f"  checked {without(without_rules)}"] if without_rules else []
    return "\n".join([*lines, *_total(costs), *checked])


def _cost(cost: Cost | None) -> str:
    return f", about {cost.rows_written:,} rows written" if cost else ", cost not known"


def _total(costs: Sequence[Cost | None]) -> Iterator[str]:
    known = sum((cost for cost in costs if cost), Cost())
    share = known.rows_written / FREE_ROWS_WRITTEN
    more = "" if all(costs) else " or more"
    yield (
        f"  together about {known.rows_read:,} rows read and {known.rows_written:,} written{more}: "
        f"{share:.1%} of what the free plan lets write in a day, roughly {max(known.seconds, 0.1):.1f} s"
    )


def way_back(command: str) -> str:
    """Say how the database is restored as it was, with all rows that were written since lost."""
    return f"To restore the database as it is now: {one_line(command)}"


def applied(done: AppliedFile) -> str:
    """Say that one file is applied."""
    return f"  ✓ {one_line(done.name)}  {done.applied_by.value}"


def done(database: str) -> str:
    """Say that everything is applied, and as it was shown."""
    return f"✓ {one_line(database)} has every migration, and its schema is what the preview showed."


def report(database: str, state: DatabaseMigrations, ran: Collection[str], skipped: Sequence[str] = ()) -> Report:
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


def undoing(database: str, plan: RevertPlan) -> str:
    """Say what the reverse would run."""
    listed = "".join(f"\n  {one_line(statement)}" for statement in plan.statements)
    return f"The reverse of {one_line(plan.migration.name)} on {one_line(database)}:{listed}"


def undone(database: str, name: str) -> str:
    """Say that a file is undone, and its record gone."""
    return f"✓ {one_line(name)} is undone on {one_line(database)} and pending again."


def adopted(database: str, names: Sequence[str], *, dry_run: bool) -> str:
    """Say which files are recorded now without having been run."""
    if not names:
        return f"✓ Nothing is to be recorded on {one_line(database)}."
    verb = "would be recorded" if dry_run else "recorded"
    listed = "".join(f"\n  {one_line(name)}" for name in names)
    return f"✓ {plural(len(names), 'migration')} {verb} on {one_line(database)} and not run:{listed}"
