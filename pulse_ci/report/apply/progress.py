"""Sentences that `apply` and `reverse --apply` print as they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.cost.cost import FREE_ROWS_WRITTEN, Cost
from pulse_ci.apply.expected_losses import format_row_change
from pulse_ci.apply.rollout import ApplyStatus
from pulse_ci.report.databases import group_by_pending, group_by_sentence, list_files, list_names
from pulse_ci.report.phrases import format_skipped_rules, join_words, pluralize
from pulse_ci.report.style import to_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.apply.apply_pending import AppliedFile
    from pulse_ci.apply.expected_losses import RowChange
    from pulse_ci.apply.plan import ApplyStep
    from pulse_ci.apply.revert import RevertPlan
    from pulse_ci.apply.rollout import ApplyOutcome

_MAX_GROUPS = 10
_MAX_SQL = 100


def format_plan(
    database: str, steps: Sequence[ApplyStep], costs: Sequence[Cost | None], skipped_rules: Sequence[str]
) -> str:
    """Return what would run, file by file, what it costs, and which statements and rules are skipped."""
    if not steps:
        return f"✓ Nothing is pending on {to_one_line(database)}."
    lines = [f"{pluralize(len(steps), 'migration')} pending on {to_one_line(database)}:"]
    for step, cost in zip(steps, costs, strict=True):
        statements, price = pluralize(len(step.statements), "statement"), _format_cost(cost)
        lines.append(f"  {to_one_line(step.migration.name)}  {statements}{price}")
        for statement in step.skipped:
            line, sql = step.migration.locate(statement).line, to_one_line(statement.sql)[:_MAX_SQL]
            lines.append(f"    line {line} is left out, its effect is there: {sql}")
    checked = [f"  checked {format_skipped_rules(skipped_rules)}"] if skipped_rules else []
    return "\n".join([*lines, _format_total(costs), *checked])


def _format_cost(cost: Cost | None) -> str:
    return f", about {cost.rows_written:,} rows written" if cost else ", cost not known"


def _format_total(costs: Sequence[Cost | None]) -> str:
    known = sum((cost for cost in costs if cost), Cost())
    share = known.rows_written / FREE_ROWS_WRITTEN
    more = "" if all(costs) else " or more"
    return (
        f"  together about {known.rows_read:,} rows read and {known.rows_written:,} written{more}: "
        f"{share:.1%} of what the free plan lets write in a day, roughly {max(known.seconds, 0.1):.1f} s"
    )


def format_restore_command(command: str) -> str:
    """Return how to restore the database as it is now."""
    return f"To restore the database as it is now: {to_one_line(command)}"


def format_applied(done: AppliedFile) -> str:
    """Return that one file is applied."""
    return f"  ✓ {to_one_line(done.name)}  {done.applied_by.value}"


def format_done(database: str, changes: Sequence[RowChange] = ()) -> str:
    """Return that everything is applied, and as shown; `changes` are the rows that went."""
    rows = [f"  {to_one_line(format_row_change(each))}" for each in changes]
    done = f"✓ {to_one_line(database)} has every migration, and its schema is what the preview showed."
    return "\n".join([*rows, done])


def format_revert_plan(database: str, plan: RevertPlan) -> str:
    """Return what the reverse would run."""
    listed = "".join(f"\n  {to_one_line(statement)}" for statement in plan.statements)
    return f"The reverse of {to_one_line(plan.migration.name)} on {to_one_line(database)}:{listed}"


def format_reverted(database: str, name: str) -> str:
    """Return that a file is undone, and its record gone."""
    return f"✓ {to_one_line(name)} is undone on {to_one_line(database)} and pending again."


def format_adopted(database: str, names: Sequence[str], *, dry_run: bool) -> str:
    """Return which files are recorded now without having been run."""
    if not names:
        return f"✓ Nothing is to be recorded on {to_one_line(database)}."
    verb = "would be recorded" if dry_run else "recorded"
    listed = "".join(f"\n  {to_one_line(name)}" for name in names)
    return f"✓ {pluralize(len(names), 'migration')} {verb} on {to_one_line(database)} and not run:{listed}"


def format_fleet_plan(previews: Sequence[ApplyOutcome], globs: Sequence[str]) -> str:
    """Return which databases lack which files, and which are refused."""
    head = f"{pluralize(len(previews), 'database')} of {to_one_line(' '.join(globs))}:"
    return "\n".join([head, *_list_pending(previews), *_list_refused(previews)])


def _list_pending(previews: Sequence[ApplyOutcome]) -> Iterator[str]:
    waiting = (each for each in previews if each.status is ApplyStatus.NOT_TRIED and each.pending)
    groups = group_by_pending((each.name, each.pending) for each in waiting)
    for files, names in groups[:_MAX_GROUPS]:
        verb = "lacks" if len(names) == 1 else "lack"
        yield f"  · {len(names)} {verb} {to_one_line(list_files(files))}: {to_one_line(list_names(names))}"
    if len(groups) > _MAX_GROUPS:
        yield f"  · and {len(groups) - _MAX_GROUPS} more groups"
    current = sum(each.status in (ApplyStatus.UP_TO_DATE, ApplyStatus.APPLIED) for each in previews)
    if current:
        yield f"  ✓ {current} {'is' if current == 1 else 'are'} up to date"


def _list_refused(previews: Sequence[ApplyOutcome]) -> Iterator[str]:
    for status in (ApplyStatus.REFUSED, ApplyStatus.FAILED):
        groups = group_by_sentence((each.name, each.sentence) for each in previews if each.status is status)
        for sentence, names in groups[:_MAX_GROUPS]:
            yield f"  ! {status.value}: {to_one_line(list_names(names))}\n      {to_one_line(sentence)}"
        if len(groups) > _MAX_GROUPS:
            yield f"  ! {status.value}: and {len(groups) - _MAX_GROUPS} more; the report has them all"


def format_unknown_cost(name: str, why: str) -> str:
    """Return that the cost on the example database is not known."""
    return f"What it will cost on {to_one_line(name)} is not known: {to_one_line(why)}"


def format_order(canaries: Sequence[str], waiting: int, max_concurrent: int, max_failures: int) -> str:
    """Return in which order the databases come, and what stops the run."""
    rest = waiting - len(canaries)
    first = f"First {to_one_line(join_words(canaries))}, as the canary" if canaries else ""
    if not rest:
        return f"{first}."
    others = f"{'; then the other ' if canaries else ''}{pluralize(rest, 'database')}, {max_concurrent} at a time"
    verb = "has" if max_failures == 1 else "have"
    return f"{first}{others}, until {pluralize(max_failures, 'database')} {verb} failed."


def format_canary(outcome: ApplyOutcome) -> str:
    """Return how the canary ended, and how it is restored."""
    mark = "✓" if outcome.status in (ApplyStatus.APPLIED, ApplyStatus.UP_TO_DATE) else "✗"
    lines = [f"{mark} canary {to_one_line(outcome.name)}: {to_one_line(outcome.sentence)}"]
    if outcome.restore_command:
        lines.append(f"  to restore it as it was: {to_one_line(outcome.restore_command)}")
    return "\n".join(lines)
