"""Render a DriftReport as Markdown for the job summary and the drift issue."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pulse_ci.report.escape import code_block, code_span, escape_message, escape_text
from pulse_ci.report.markdown.icons import ACTION_ICONS
from pulse_ci.report.markdown.page import fit_to_size, limit_table, render_details, render_row, render_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.drift.adopt_migration import AdoptMigration
    from pulse_ci.drift.value import DatabaseDrift, Drift, DriftDifference, FixPlan
    from pulse_ci.report.drift import DriftReport

_STATUS = {"drift": "❌", "error": "⚠️"}
_MAX_ROWS = 200
_MAX_SENTENCES = 3


def render(report: DriftReport, max_bytes: int, *, footer: str = "") -> str:
    """Return the report as Markdown of at most so many bytes: the details of databases go first."""
    steps = (len(report.databases), 3, 0)
    return fit_to_size(f"### {_summarize(report)}", partial(_render_parts, report), steps, max_bytes, footer)


def _summarize(report: DriftReport) -> str:
    drifted = bool(report.with_status("drift"))
    mark = "❌" if drifted else "✅" if report.is_complete else "⚠️"
    return f"{mark} {escape_message(report.headline)}"


def _render_parts(report: DriftReport, most: int) -> Iterator[str]:
    if report.scope.is_fleet or len(report.databases) > 1 or report.with_status("error"):
        rows = [
            render_row(_STATUS[each.status], code_span(each.name), _summarize_database(each))
            for each in report.databases
            if each.status in _STATUS
        ]
        yield from limit_table("| | database | what |", rows, _MAX_ROWS)
    differing = [each for each in report.databases if each.drift and each.drift.differences]
    for each in differing[:most]:
        if len(report.databases) > 1:
            yield f"#### {code_span(each.name)}"
        yield from _render_database(each)
    if len(differing) > most:
        yield f"Of {len(differing) - most} more databases with differences, the JSON report has the details."
    yield from (f"- {escape_message(remark)}" for remark in report.allowlist_notices)
    if report.scope.stopped:
        yield f"Not every database was asked: {escape_text(report.scope.stopped)}."
    yield f"Compared with {escape_text(report.scope.compared_with)}. Nothing was written to any database."


def _summarize_database(each: DatabaseDrift) -> str:
    if each.drift is None:
        return escape_text(each.error or "")
    unallowed = each.drift.unallowed
    sentences = [escape_message(difference.sentence) for difference in unallowed[:_MAX_SENTENCES]]
    more = [f"{len(unallowed) - _MAX_SENTENCES} more"] if len(unallowed) > _MAX_SENTENCES else []
    return "; ".join([*sentences, *more, *map(escape_message, each.notes[:_MAX_SENTENCES])])


def _render_database(each: DatabaseDrift) -> Iterator[str]:
    yield from (f"- {escape_message(note)}" for note in each.notes)
    if each.drift is None:
        return
    yield render_table("| | difference | |", [_render_difference(difference) for difference in each.drift.differences])
    if each.drift.unallowed:
        yield from render_details("SQL: expected and actual", code_block("\n".join(_list_sides(each.drift)), "diff"))
        yield from render_details("Put the database right", _render_plan(each.drift.repair))
        adoption = _render_adoption(each.adoption) if each.adoption else _render_plan(each.drift.adopt)
        yield from render_details("Adopt it with a migration", adoption)


def _render_difference(each: DriftDifference) -> str:
    until = f" until {each.allowed.until}" if each.allowed and each.allowed.until else ""
    allowed = f"allowed{until}: {escape_text(each.allowed.reason)}" if each.allowed else ""
    return render_row(ACTION_ICONS[each.change.action], escape_message(each.sentence), allowed)


def _list_sides(drift: Drift) -> Iterator[str]:
    for each in drift.unallowed:
        yield from (f"-{line}" for line in (each.change.before or "").splitlines())
        yield from (f"+{line}" for line in (each.change.after or "").splitlines())


def _render_plan(plan: FixPlan) -> str:
    if plan.problem:
        return f"No statements were found that do: {escape_text(plan.problem)}"
    warnings = [f"- {escape_message(sentence)}" for sentence in (*plan.deletes, *plan.losses, *plan.conditions)]
    return "\n".join([code_block("\n".join(plan.statements), "sql"), *(["", *warnings] if warnings else [])])


def _render_adoption(adoption: AdoptMigration) -> str:
    forward, reverse = f"migrations: {adoption.name}", f"its reverse: reverse/{adoption.name}"
    return "\n\n".join(
        [
            code_span(forward),
            code_block(adoption.forward, "sql"),
            code_span(reverse),
            code_block(adoption.reverse, "sql"),
        ]
    )
