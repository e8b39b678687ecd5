"""A DriftReport to text for a person at a terminal or a reader of a log."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.model import ChangeAction
from pulse_ci.report.escape import visible
from pulse_ci.report.models import Conclusion
from pulse_ci.report.phrases import plural
from pulse_ci.report.style import BOLD, DIM, GREEN, RED, YELLOW, Painter, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.drift.adopt_migration import AdoptMigration
    from pulse_ci.drift.value import DatabaseDrift, DriftDifference, FixPlan
    from pulse_ci.report.drift.value import DriftReport

_STATUS = {"ok": ("✓", GREEN), "drift": ("✗", RED), "error": ("!", YELLOW)}
_TOLD = ("drift", "error")
_SIGN = {ChangeAction.ADDED: "+", ChangeAction.REMOVED: "-", ChangeAction.MODIFIED: "~"}
_MOST = 20


def render(report: DriftReport, *, colour: bool = False) -> str:
    """Return the report as lines of text; control characters are spelled out."""
    return "\n".join(_lines(report, Painter(colour=colour))).rstrip() + "\n"


def _lines(report: DriftReport, paint: Painter) -> Iterator[str]:
    shown = [each for each in report.databases if each.status in _TOLD or _is_worth_showing(each)]
    for each in islice(shown, _MOST):
        yield from _database(each, report, paint)
        yield ""
    if len(shown) > _MOST:
        yield paint(f"… and {plural(len(shown) - _MOST, 'database')} more; --format json has them all", DIM)
        yield ""
    for remark in report.remarks:
        yield f"{paint('!', YELLOW)} {one_line(remark)}"
    mark, code = ("✗", RED) if report.conclusion is Conclusion.FAILURE else ("✓", GREEN)
    yield f"{paint(mark, code, BOLD)} {paint(one_line(report.verdict), BOLD)}"
    asked = plural(report.spent.requests, "request")
    yield f"  compared with {one_line(report.compared_with)}; {asked}, nothing was written"
    if report.scope and report.scope.stopped:
        yield f"  {one_line(report.scope.stopped)}; --resume goes on from the report"


def _is_worth_showing(each: DatabaseDrift) -> bool:
    return bool(each.drift and each.drift.differences)


def _database(each: DatabaseDrift, report: DriftReport, paint: Painter) -> Iterator[str]:
    mark, code = _STATUS[each.status]
    pending = f"  {plural(each.pending, 'migration')} pending" if each.pending else ""
    yield f"{paint(mark, code)} {paint(one_line(each.name), BOLD)}{paint(pending, DIM)}"
    if each.error:
        yield f"  {one_line(each.error)}"
    for note in each.notes:
        yield f"  {one_line(note)}"
    if each.drift is None:
        return
    for difference in each.drift.differences:
        yield from _difference(difference, paint)
    if each.drift.unallowed:
        yield from _way("To put the database right (write access to it is needed):", each.drift.repair, paint)
        yield from _adoption(report.adoptions.get(each.id), each.drift.adopt, paint)


def _difference(each: DriftDifference, paint: Painter) -> Iterator[str]:
    colour = DIM if each.allowed else YELLOW
    yield paint(f"  {_SIGN[each.change.action]} {one_line(each.sentence)}", colour)
    if each.allowed:
        until = f" until {each.allowed.until}" if each.allowed.until else ""
        yield paint(f"      allowed{until}: {one_line(each.allowed.reason)}", DIM)
    elif each.change.action is ChangeAction.MODIFIED:
        yield paint(f"      expected {one_line(each.change.before or '')}", DIM)
        yield f"      actual   {one_line(each.change.after or '')}"


def _way(head: str, way: FixPlan, paint: Painter) -> Iterator[str]:
    yield f"  {head}"
    if way.problem:
        yield f"      none was found: {one_line(way.problem)}"
    for statement in way.statements:
        yield from (f"      {line}" for line in visible(statement).splitlines())
    for sentence in (*way.deletes, *way.losses, *way.conditions):
        yield paint(f"      ! {one_line(sentence)}", YELLOW)


def _adoption(adoption: AdoptMigration | None, way: FixPlan, paint: Painter) -> Iterator[str]:
    if adoption is None:
        yield from _way("To adopt it with a migration:", way, paint)
        return
    yield f"  To adopt it instead, with a migration {one_line(adoption.name)}:"
    yield from (f"      {line}".rstrip() for line in visible(adoption.forward).splitlines())
