"""What apply is about to do to a fleet, and did to its canary, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.apply.outcome import ApplyStatus
from pulse_ci.report.fleet.group import group_by_sentence, join_names
from pulse_ci.report.phrases import join_words, pluralize
from pulse_ci.report.style import to_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.apply.outcome import ApplyOutcome

_MAX_GROUPS = 10


def format_fleet_plan(outcomes: Sequence[ApplyOutcome], globs: Sequence[str]) -> str:
    """Say which databases lack which files, and which are refused."""
    return "\n".join(
        [f"{pluralize(len(outcomes), 'database')} of {to_one_line(' '.join(globs))}:", *_format_groups(outcomes)]
    )


def _format_groups(outcomes: Sequence[ApplyOutcome]) -> Iterator[str]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for each in outcomes:
        if each.status is ApplyStatus.NOT_TRIED and each.pending:
            groups.setdefault(each.pending, []).append(each.name)
    for files in sorted(groups, key=lambda it: (-len(groups[it]), it))[:_MAX_GROUPS]:
        names = join_words(
            [to_one_line(each) for each in files[:3]] + ([f"{len(files) - 3} more"] if len(files) > 3 else [])
        )
        verb = "lacks" if len(groups[files]) == 1 else "lack"
        yield f"  · {len(groups[files])} {verb} {names}: {to_one_line(join_names(groups[files]))}"
    if len(groups) > _MAX_GROUPS:
        yield f"  · and {len(groups) - _MAX_GROUPS} more groups"
    done = [each for each in outcomes if each.status in (ApplyStatus.UP_TO_DATE, ApplyStatus.APPLIED)]
    if done:
        yield f"  ✓ {len(done)} {'is' if len(done) == 1 else 'are'} up to date"
    for status in (ApplyStatus.REFUSED, ApplyStatus.FAILED):
        groups_of_status = group_by_sentence((each.name, each.sentence) for each in outcomes if each.status is status)
        for sentence, databases in groups_of_status[:_MAX_GROUPS]:
            yield f"  ! {status.value}: {to_one_line(join_names(databases))}\n      {to_one_line(sentence)}"
        if len(groups_of_status) > _MAX_GROUPS:
            yield f"  ! {status.value}: and {len(groups_of_status) - _MAX_GROUPS} more; the report has them all"


def format_unknown_cost(name: str, reason: str) -> str:
    """Say that the example could not be given."""
    return f"What it will cost on {to_one_line(name)} is not known: {to_one_line(reason)}"


def format_order(canaries: Sequence[str], pending_count: int, parallel: int, max_failures: int) -> str:
    """Say in which order the databases come, and what stops them."""
    rest = pending_count - len(canaries)
    first = f"First {to_one_line(join_words(canaries))}, as the canary; then " if canaries else ""
    others = f"{'the other ' if canaries else ''}{pluralize(rest, 'database')}, {parallel} at a time"
    stop = f"until {pluralize(max_failures, 'database')} {'has' if max_failures == 1 else 'have'} failed"
    return f"{first}{others}, {stop}." if rest else f"{first.removesuffix('; then ')}."


def format_canary(outcome: ApplyOutcome) -> str:
    """Say how the canary fared, and how it is restored."""
    mark = "✓" if outcome.status in (ApplyStatus.APPLIED, ApplyStatus.UP_TO_DATE) else "✗"
    lines = [f"{mark} canary {to_one_line(outcome.name)}: {to_one_line(outcome.sentence)}"]
    if outcome.restore_command:
        lines.append(f"  to restore it as it was: {to_one_line(outcome.restore_command)}")
    return "\n".join(lines)
