"""Render a StatusReport as text for a terminal or a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.d1.migration_status import MigrationStatus
from pulse_ci.model import ChangeAction
from pulse_ci.report.databases import list_files, list_names
from pulse_ci.report.escape import escape_invisible
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
    note_omitted,
    to_one_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.status import FileDetails, StatusReport

_SIGN = {ChangeAction.ADDED: "+", ChangeAction.REMOVED: "-", ChangeAction.MODIFIED: "~"}
_MARK = {MigrationStatus.APPLIED: ("✓", GREEN), MigrationStatus.PENDING: ("·", BOLD)}
_ODD = ("!", YELLOW)


def render(report: StatusReport, *, colour: bool = False) -> str:
    """Return the report as lines of text; control characters are spelled out."""
    style = TextStyler(colour=colour)
    lines = _render_one(report, report.details, style) if report.details else _render_fleet(report, style)
    return "\n".join(lines).rstrip() + "\n"


def _render_one(report: StatusReport, details: FileDetails, style: TextStyler) -> Iterator[str]:
    yield from _list_files(details, style)
    yield ""
    yield from _list_drift(details, style)
    yield from _list_repairs(details, style)
    yield style(to_one_line(report.headline), BOLD)
    requests = f"{pluralize(report.usage.requests, 'request')}, " if report.usage.requests else ""
    yield f"  {to_one_line(details.source)}; {requests}nothing was written"


def _list_files(details: FileDetails, style: TextStyler) -> Iterator[str]:
    width = max((len(to_one_line(each.name)) for each in details.state.files), default=0)
    for each in details.state.files:
        mark, code = _MARK.get(each.status, _ODD)
        yield f"  {style(mark, code)} {to_one_line(each.name):<{width}}  {style(each.status.value, code)}"
        if each.detail:
            yield style(f"      {to_one_line(each.detail)}", DIM)


def _list_drift(details: FileDetails, style: TextStyler) -> Iterator[str]:
    differences = details.differences
    if not differences:
        return
    yield style("Drift", BOLD) + "  what the files do not explain; `pulse-ci drift` tells how to end it"
    for each in differences[:MAX_SHOWN]:
        yield style(f"  {_SIGN[each.change.action]} {to_one_line(each.sentence)}", YELLOW)
    yield from note_omitted(len(differences), style)
    yield ""


def _list_repairs(details: FileDetails, style: TextStyler) -> Iterator[str]:
    if not details.repairs:
        return
    recorded = details.state.recorded is not None
    purpose = "make the records true" if recorded else "begin a record, if you want one"
    yield style("Repairs", BOLD) + f"  statements that {purpose}; read them before you run them"
    for each in details.repairs:
        yield style(f"  -- {to_one_line(each.reason)}", DIM)
        yield from (f"  {line}" for line in escape_invisible(each.sql).splitlines())
    yield ""


def _render_fleet(report: StatusReport, style: TextStyler) -> Iterator[str]:
    if current := len(report.with_status("up to date")):
        verb = "is" if current == 1 else "are"
        yield f"{style('✓', GREEN)} {pluralize(current, 'database')} {verb} up to date"
    behind = report.behind
    for files, names in behind[:MAX_SHOWN]:
        verb = "lacks" if len(names) == 1 else "lack"
        lacked = style(to_one_line(list_files(files)), BOLD)
        yield f"{style('·', BOLD)} {pluralize(len(names), 'database')} {verb} {lacked}"
        yield style(f"    {to_one_line(list_names(names))}", DIM)
    yield from note_omitted(len(behind), style, "groups")
    yield from _list_problems(report, style)
    yield ""
    mark = ("✗", RED) if not report.is_complete else ("·", YELLOW) if behind else ("✓", GREEN)
    facts = [describe_reading(report.scope.compared_with, report.usage.requests)]
    yield from close_report(report.headline, mark, facts, report.scope.stopped, style)


def _list_problems(report: StatusReport, style: TextStyler) -> Iterator[str]:
    problems = report.problems
    for sentence, names in problems[:MAX_SHOWN]:
        subject = names[0] if len(names) == 1 else pluralize(len(names), "database")
        yield f"{style('!', YELLOW)} {style(to_one_line(subject), BOLD)}  {to_one_line(sentence)}"
        if len(names) > 1:
            yield style(f"    {to_one_line(list_names(names))}", DIM)
    yield from note_omitted(len(problems), style)
