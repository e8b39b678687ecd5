"""A DriftReport to Markdown: for the job summary, and for the issue that tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.model import ChangeAction
from pulse_ci.report.escape import code_block, code_span, escape_cell, escape_message, escape_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.drift.adopt_migration import AdoptMigration
    from pulse_ci.drift.value import DatabaseDrift, Drift, FixPlan
    from pulse_ci.report.drift.value import DriftReport

_ACTION_ICONS = {ChangeAction.ADDED: "➕", ChangeAction.REMOVED: "➖", ChangeAction.MODIFIED: "✏️"}
_STATUS_ICONS = {"ok": "✅", "drift": "❌", "error": "⚠️"}
_MAX_ROWS = 200


def render(report: DriftReport, max_bytes: int, *, footer: str = "") -> str:
    """Return the report as Markdown of at most so many bytes: details go first, then rows of the table."""
    for details in (len(report.databases), 3, 0):
        text = _render_report(report, footer, details=details)
        if len(text.encode()) <= max_bytes:
            return text
    return f"### {_render_headline(report)}\n\nThe rest does not fit here; the JSON report has it all.\n{footer}"


def _render_report(report: DriftReport, footer: str, *, details: int) -> str:
    parts = [f"### {_render_headline(report)}", *_render_table(report)]
    drifted = [each for each in report.databases if each.drift and each.drift.differences]
    parts += (part for each in drifted[:details] for part in _render_details(each, report))
    if len(drifted) > details:
        parts.append(f"Of {len(drifted) - details} more databases with differences, the JSON report has the details.")
    parts += [f"- {escape_message(rule_match)}" for rule_match in report.allowlist_notices]
    if report.scope and report.scope.stopped:
        parts.append(f"Not every database was asked: {escape_text(report.scope.stopped)}.")
    parts.append(f"Compared with {escape_text(report.compared_with)}. Nothing was written to any database.")
    return "\n\n".join(filter(None, (*parts, footer))) + "\n"


def _render_headline(report: DriftReport) -> str:
    sign = "⚠️" if not report.with_status("drift") and not report.is_complete else None
    return f"{sign or ('❌' if report.with_status('drift') else '✅')} {escape_message(report.headline)}"


def _render_table(report: DriftReport) -> Iterator[str]:
    if len(report.databases) == 1 and report.scope is None and not report.with_status("error"):
        return
    reported = [each for each in report.databases if each.status in _STATUS_ICONS and each.status != "ok"]
    rows = [
        f"| {_STATUS_ICONS[each.status]} | {escape_cell(code_span(each.name))} | {escape_cell(_render_summary(each))} |"
        for each in reported
    ]
    if len(rows) > _MAX_ROWS:
        rows[_MAX_ROWS:] = [f"| | | and {len(rows) - _MAX_ROWS} more |"]
    if rows:
        yield "\n".join(["| | database | what |", "|---|---|---|", *rows])


def _render_summary(each: DatabaseDrift) -> str:
    if each.drift is None:
        return escape_text(each.error or "")
    sentences = [escape_message(difference.sentence) for difference in each.drift.unallowed[:3]]
    more = [f"{len(each.drift.unallowed) - 3} more"] if len(each.drift.unallowed) > 3 else []
    return "; ".join([*sentences, *more, *map(escape_message, each.notes[:3])])


def _render_details(each: DatabaseDrift, report: DriftReport) -> Iterator[str]:
    drift = each.drift
    if drift is None:
        return
    if len(report.databases) > 1:
        yield f"#### {code_span(each.name)}"
    yield from (f"- {escape_message(note)}" for note in each.notes)
    yield "\n".join(_render_differences(drift))
    if drift.unallowed:
        yield _fold_details("SQL: expected and actual", code_block("\n".join(_render_diff_lines(drift)), "diff"))
        yield _fold_details("Put the database right", _render_fix_plan(drift.repair))
        yield _fold_details("Adopt it with a migration", _render_adoption(report.adoptions.get(each.id), drift.adopt))


def _render_differences(drift: Drift) -> Iterator[str]:
    yield "| | difference | |"
    yield "|---|---|---|"
    for each in drift.differences:
        until = f" until {each.allowed.until}" if each.allowed and each.allowed.until else ""
        allowed = f"allowed{until}: {escape_text(each.allowed.reason)}" if each.allowed else ""
        yield (
            f"| {_ACTION_ICONS[each.change.action]} | {escape_cell(escape_message(each.sentence))} | "
            f"{escape_cell(allowed)} |"
        )


def _render_diff_lines(drift: Drift) -> Iterator[str]:
    for each in drift.unallowed:
        yield from (f"-{line}" for line in (each.change.before or "").splitlines())
        yield from (f"+{line}" for line in (each.change.after or "").splitlines())


def _render_fix_plan(plan: FixPlan) -> str:
    if plan.problem:
        return f"No statements were found that do: {escape_text(plan.problem)}"
    warnings = [f"- {escape_message(sentence)}" for sentence in (*plan.deletes, *plan.losses, *plan.conditions)]
    return "\n".join([code_block("\n".join(plan.statements), "sql"), *(["", *warnings] if warnings else [])])


def _render_adoption(adoption: AdoptMigration | None, plan: FixPlan) -> str:
    if adoption is None:
        return _render_fix_plan(plan)
    forward, reverse = f"migrations: {adoption.name}", f"its reverse: reverse/{adoption.name}"
    parts = (
        code_span(forward),
        code_block(adoption.forward, "sql"),
        code_span(reverse),
        code_block(adoption.reverse, "sql"),
    )
    return "\n\n".join(parts)


def _fold_details(title: str, content: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{content}\n\n</details>"
