"""What apply is about to do to a fleet, and did to its canary, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.apply.outcome import ApplyStatus
from pulse_ci.report.fleet.group import listed, together
from pulse_ci.report.phrases import joined, plural
from pulse_ci.report.style import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.apply.outcome import ApplyOutcome

_MOST = 10


def plan(looked: Sequence[ApplyOutcome], globs: Sequence[str]) -> str:
    """Say which databases lack which files, and which are refused."""
    return "\n".join([f"{plural(len(looked), 'database')} of {one_line(' '.join(globs))}:", *_lines(looked)])


def _lines(looked: Sequence[ApplyOutcome]) -> Iterator[str]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for each in looked:
        if each.status is ApplyStatus.NOT_TRIED and each.pending:
            groups.setdefault(each.pending, []).append(each.name)
    for files in sorted(groups, key=lambda it: (-len(groups[it]), it))[:_MOST]:
        names = joined([one_line(each) for each in files[:3]] + ([f"{len(files) - 3} more"] if len(files) > 3 else []))
        verb = "lacks" if len(groups[files]) == 1 else "lack"
        yield f"  · {len(groups[files])} {verb} {names}: {one_line(listed(groups[files]))}"
    if len(groups) > _MOST:
        yield f"  · and {len(groups) - _MOST} more groups"
    done = [each for each in looked if each.status in (ApplyStatus.UP_TO_DATE, ApplyStatus.APPLIED)]
    if done:
        yield f"  ✓ {len(done)} {'is' if len(done) == 1 else 'are'} up to date"
    for fate in (ApplyStatus.REFUSED, ApplyStatus.FAILED):
        kept = together((each.name, each.sentence) for each in looked if each.status is fate)
        for sentence, databases in kept[:_MOST]:
            yield f"  ! {fate.value}: {one_line(listed(databases))}\n      {one_line(sentence)}"
        if len(kept) > _MOST:
            yield f"  ! {fate.value}: and {len(kept) - _MOST} more; the report has them all"


def unknown_cost(name: str, why: str) -> str:
    """Say that the example could not be given."""
    return f"What it will cost on {one_line(name)} is not known: {one_line(why)}"


def order(canaries: Sequence[str], waiting: int, at_once: int, most: int) -> str:
    """Say in which order the databases come, and what stops them."""
    rest = waiting - len(canaries)
    first = f"First {one_line(joined(canaries))}, as the canary; then " if canaries else ""
    others = f"{'the other ' if canaries else ''}{plural(rest, 'database')}, {at_once} at a time"
    stop = f"until {plural(most, 'database')} {'has' if most == 1 else 'have'} failed"
    return f"{first}{others}, {stop}." if rest else f"{first.removesuffix('; then ')}."


def canary(outcome: ApplyOutcome) -> str:
    """Say how the canary fared, and how it is restored."""
    mark = "✓" if outcome.status in (ApplyStatus.APPLIED, ApplyStatus.UP_TO_DATE) else "✗"
    lines = [f"{mark} canary {one_line(outcome.name)}: {one_line(outcome.sentence)}"]
    if outcome.restore_command:
        lines.append(f"  to restore it as it was: {one_line(outcome.restore_command)}")
    return "\n".join(lines)
