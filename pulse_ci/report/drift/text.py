"""A DriftReport to text for a person at a terminal or a reader of a log."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.model import ChangeAction
from pulse_ci.report.escape import escape_invisible
from pulse_ci.report.models import Conclusion
from pulse_ci.report.phrases import pluralize
from pulse_ci.report.style import BOLD, DIM, GREEN, RED, YELLOW, TextStyler, to_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.drift.adopt_migration import AdoptMigration
    from pulse_ci.drift.value import DatabaseDrift, DriftDifference, FixPlan
    from pulse_ci.report.drift.value import DriftReport

_STATUS_MARKS = {"ok": ("✓", GREEN), "drift": ("✗", RED), "error": ("!", YELLOW)}
_REPORTED_STATUSES = ("drift", "error")
_ACTION_SIGNS = {ChangeAction.ADDED: "+", ChangeAction.REMOVED: "-", ChangeAction.MODIFIED: "~"}
_MAX_DATABASES = 20


def render(report: DriftReport, *, colour: bool = False) -> str:
    """Return the report as lines of text; control characters are spelled out."""
    return "\n".join(_render_lines(report, TextStyler(colour=colour))).rstrip() + "\n"


def _render_lines(report: DriftReport, style: TextStyler) -> Iterator[str]:
    shown = [each for each in report.databases if each.status in _REPORTED_STATUSES or _has_differences(each)]
    for each in islice(shown, _MAX_DATABASES):
        yield from _render_database(each, report, style)
        yield ""
    if len(shown) > _MAX_DATABASES:
        yield style(f"… and {pluralize(len(shown) - _MAX_DATABASES, 'database')} more; --format json has them all", DIM)
        yield ""
    for notice in report.allowlist_notices:
        yield f"{style('!', YELLOW)} {to_one_line(notice)}"
    mark, code = ("✗", RED) if report.conclusion is Conclusion.FAILURE else ("✓", GREEN)
    yield f"{style(mark, code, BOLD)} {style(to_one_line(report.headline), BOLD)}"
    request_count = pluralize(report.usage.requests, "request")
    yield f"  compared with {to_one_line(report.compared_with)}; {request_count}, nothing was written"
    if report.scope and report.scope.stopped:
        yield f"  {to_one_line(report.scope.stopped)}; --resume goes on from the report"


def _has_differences(each: DatabaseDrift) -> bool:
    return bool(each.drift and each.drift.differences)


def _render_database(each: DatabaseDrift, report: DriftReport, style: TextStyler) -> Iterator[str]:
    mark, code = _STATUS_MARKS[each.status]
    pending = f"  {pluralize(each.pending, 'migration')} pending" if each.pending else ""
    yield f"{style(mark, code)} {style(to_one_line(each.name), BOLD)}{style(pending, DIM)}"
    if each.error:
        yield f"  {to_one_line(each.error)}"
    for note in each.notes:
        yield f"  {to_one_line(note)}"
    if each.drift is None:
        return
    for difference in each.drift.differences:
        yield from _render_difference(difference, style)
    if each.drift.unallowed:
        yield from _render_fix_plan(
            "To put the database right (write access to it is needed):", each.drift.repair, style
        )
        yield from _render_adoption(report.adoptions.get(each.id), each.drift.adopt, style)


def _render_difference(each: DriftDifference, style: TextStyler) -> Iterator[str]:
    colour = DIM if each.allowed else YELLOW
    yield style(f"  {_ACTION_SIGNS[each.change.action]} {to_one_line(each.sentence)}", colour)
    if each.allowed:
        until = f" until {each.allowed.until}" if each.allowed.until else ""
        yield style(f"      allowed{until}: {to_one_line(each.allowed.reason)}", DIM)
    elif each.change.action is ChangeAction.MODIFIED:
        yield style(f"      expected {to_one_line(each.change.before or '')}", DIM)
        yield f"      actual   {to_one_line(each.change.after or '')}"


def _render_fix_plan(head: str, plan: FixPlan, style: TextStyler) -> Iterator[str]:
    yield f"  {head}"
    if plan.problem:
        yield f"      none was found: {to_one_line(plan.problem)}"
    for statement in plan.statements:
        yield from (f"      {line}" for line in escape_invisible(statement).splitlines())
    for sentence in (*plan.deletes, *plan.losses, *plan.conditions):
        yield style(f"      ! {to_one_line(sentence)}", YELLOW)


def _render_adoption(adoption: AdoptMigration | None, plan: FixPlan, style: TextStyler) -> Iterator[str]:
    if adoption is None:
        yield from _render_fix_plan("To adopt it with a migration:", plan, style)
        return
    yield f"  To adopt it instead, with a migration {to_one_line(adoption.name)}:"
    yield from (f"      {line}".rstrip() for line in escape_invisible(adoption.forward).splitlines())
