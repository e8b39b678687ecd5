"""Render a DriftReport as text for a terminal or a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.model import ChangeAction
from pulse_ci.report.escape import escape_invisible
from pulse_ci.report.models import Conclusion
from pulse_ci.report.phrases import pluralize
from pulse_ci.report.style import (
    BOLD,
    DIM,
    GREEN,
    MAX_SHOWN,
    RED,
    YELLOW,
    TextStyler,
    close_report,
    describe_reading,
    to_one_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.drift.value import DatabaseDrift, DriftDifference, FixPlan
    from pulse_ci.report.drift import DriftReport

_STATUS = {"ok": ("✓", GREEN), "drift": ("✗", RED), "error": ("!", YELLOW)}
_SIGN = {ChangeAction.ADDED: "+", ChangeAction.REMOVED: "-", ChangeAction.MODIFIED: "~"}


def render(report: DriftReport, *, colour: bool = False) -> str:
    """Return the report as lines of text; control characters are spelled out."""
    return "\n".join(_render_lines(report, TextStyler(colour=colour))).rstrip() + "\n"


def _render_lines(report: DriftReport, style: TextStyler) -> Iterator[str]:
    shown = [each for each in report.databases if _is_worth_showing(each)]
    for each in shown[:MAX_SHOWN]:
        yield from _render_database(each, style)
        yield ""
    if len(shown) > MAX_SHOWN:
        yield style(f"… and {pluralize(len(shown) - MAX_SHOWN, 'database')} more; --format json has them all", DIM)
        yield ""
    for remark in report.allowlist_notices:
        yield f"{style('!', YELLOW)} {to_one_line(remark)}"
    mark = ("✗", RED) if report.conclusion is Conclusion.FAILURE else ("✓", GREEN)
    facts = [describe_reading(report.scope.compared_with, report.usage.requests)]
    yield from close_report(report.headline, mark, facts, report.scope.stopped, style)


def _is_worth_showing(each: DatabaseDrift) -> bool:
    return each.status in ("drift", "error") or bool(each.drift and each.drift.differences)


def _render_database(each: DatabaseDrift, style: TextStyler) -> Iterator[str]:
    mark, code = _STATUS[each.status]
    pending = f"  {pluralize(each.pending, 'migration')} pending" if each.pending else ""
    yield f"{style(mark, code)} {style(to_one_line(each.name), BOLD)}{style(pending, DIM)}"
    yield from (f"  {to_one_line(sentence)}" for sentence in (each.error or "", *each.notes) if sentence)
    if each.drift is None:
        return
    for difference in each.drift.differences:
        yield from _render_difference(difference, style)
    if not each.drift.unallowed:
        return
    yield from _render_plan("To put the database right (write access to it is needed):", each.drift.repair, style)
    if each.adoption is None:
        yield from _render_plan("To adopt it with a migration:", each.drift.adopt, style)
        return
    yield f"  To adopt it instead, with a migration {to_one_line(each.adoption.name)}:"
    yield from (f"      {line}".rstrip() for line in escape_invisible(each.adoption.forward).splitlines())


def _render_difference(each: DriftDifference, style: TextStyler) -> Iterator[str]:
    yield style(f"  {_SIGN[each.change.action]} {to_one_line(each.sentence)}", DIM if each.allowed else YELLOW)
    if each.allowed:
        until = f" until {each.allowed.until}" if each.allowed.until else ""
        yield style(f"      allowed{until}: {to_one_line(each.allowed.reason)}", DIM)
    elif each.change.action is ChangeAction.MODIFIED:
        yield style(f"      expected {to_one_line(each.change.before or '')}", DIM)
        yield f"      actual   {to_one_line(each.change.after or '')}"


def _render_plan(head: str, plan: FixPlan, style: TextStyler) -> Iterator[str]:
    yield f"  {head}"
    if plan.problem:
        yield f"      none was found: {to_one_line(plan.problem)}"
    for statement in plan.statements:
        yield from (f"      {line}" for line in escape_invisible(statement).splitlines())
    for sentence in (*plan.deletes, *plan.losses, *plan.conditions):
        yield style(f"      ! {to_one_line(sentence)}", YELLOW)
