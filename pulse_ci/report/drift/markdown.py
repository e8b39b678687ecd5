"""A DriftReport to Markdown: for the job summary, and for the issue that tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.model import ChangeAction
from pulse_ci.report.escape import cell, code, fence, plain, prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.drift.adopt_migration import AdoptMigration
    from pulse_ci.drift.value import DatabaseDrift, Drift, FixPlan
    from pulse_ci.report.drift.value import DriftReport

_ACTION = {ChangeAction.ADDED: "➕", ChangeAction.REMOVED: "➖", ChangeAction.MODIFIED: "✏️"}
_STATUS = {"ok": "✅", "drift": "❌", "error": "⚠️"}
_MOST_ROWS = 200


def render(report: DriftReport, most_bytes: int, *, footer: str = "") -> str:
    """Return the report as Markdown of at most so many bytes: details go first, then rows of the table."""
    for details in (len(report.databases), 3, 0):
        text = _whole(report, footer, details=details)
        if len(text.encode()) <= most_bytes:
            return text
    return f"### {_verdict(report)}\n\nThe rest does not fit here; the JSON report has it all.\n{footer}"


def _whole(report: DriftReport, footer: str, *, details: int) -> str:
    parts = [f"### {_verdict(report)}", *_table(report)]
    drifted = [each for each in report.databases if each.drift and each.drift.differences]
    parts += (part for each in drifted[:details] for part in _details(each, report))
    if len(drifted) > details:
        parts.append(f"Of {len(drifted) - details} more databases with differences, the JSON report has the details.")
    parts += [f"- {prose(remark)}" for remark in report.remarks]
    if report.scope and report.scope.stopped:
        parts.append(f"Not every database was asked: {plain(report.scope.stopped)}.")
    parts.append(f"Compared with {plain(report.compared_with)}. Nothing was written to any database.")
    return "\n\n".join(filter(None, (*parts, footer))) + "\n"


def _verdict(report: DriftReport) -> str:
    sign = "⚠️" if not report.with_status("drift") and not report.is_complete else None
    return f"{sign or ('❌' if report.with_status('drift') else '✅')} {prose(report.verdict)}"


def _table(report: DriftReport) -> Iterator[str]:
    if len(report.databases) == 1 and report.scope is None and not report.with_status("error"):
        return
    told = [each for each in report.databases if each.status in _STATUS and each.status != "ok"]
    rows = [f"| {_STATUS[each.status]} | {cell(code(each.name))} | {cell(_summary(each))} |" for each in told]
    if len(rows) > _MOST_ROWS:
        rows[_MOST_ROWS:] = [f"| | | and {len(rows) - _MOST_ROWS} more |"]
    if rows:
        yield "\n".join(["| | database | what |", "|---|---|---|", *rows])


def _summary(each: DatabaseDrift) -> str:
    if each.drift is None:
        return plain(each.error or "")
    sentences = [prose(difference.sentence) for difference in each.drift.unallowed[:3]]
    more = [f"{len(each.drift.unallowed) - 3} more"] if len(each.drift.unallowed) > 3 else []
    return "; ".join([*sentences, *more, *map(prose, each.notes[:3])])


def _details(each: DatabaseDrift, report: DriftReport) -> Iterator[str]:
    drift = each.drift
    if drift is None:
        return
    if len(report.databases) > 1:
        yield f"#### {code(each.name)}"
    yield from (f"- {prose(note)}" for note in each.notes)
    yield "\n".join(_differences(drift))
    if drift.unallowed:
        yield _folded("SQL: expected and actual", fence("\n".join(_sides(drift)), "diff"))
        yield _folded("Put the database right", _way(drift.repair))
        yield _folded("Adopt it with a migration", _adoption(report.adoptions.get(each.id), drift.adopt))


def _differences(drift: Drift) -> Iterator[str]:
    yield "| | difference | |"
    yield "|---|---|---|"
    for each in drift.differences:
        until = f" until {each.allowed.until}" if each.allowed and each.allowed.until else ""
        allowed = f"allowed{until}: {plain(each.allowed.reason)}" if each.allowed else ""
        yield f"| {_ACTION[each.change.action]} | {cell(prose(each.sentence))} | {cell(allowed)} |"


def _sides(drift: Drift) -> Iterator[str]:
    for each in drift.unallowed:
        yield from (f"-{line}" for line in (each.change.before or "").splitlines())
        yield from (f"+{line}" for line in (each.change.after or "").splitlines())


def _way(way: FixPlan) -> str:
    if way.problem:
        return f"No statements were found that do: {plain(way.problem)}"
    warnings = [f"- {prose(sentence)}" for sentence in (*way.deletes, *way.losses, *way.conditions)]
    return "\n".join([fence("\n".join(way.statements), "sql"), *(["", *warnings] if warnings else [])])


def _adoption(adoption: AdoptMigration | None, way: FixPlan) -> str:
    if adoption is None:
        return _way(way)
    forward, reverse = f"migrations: {adoption.name}", f"its reverse: reverse/{adoption.name}"
    return f"{code(forward)}\n\n{fence(adoption.forward, 'sql')}\n\n{code(reverse)}\n\n{fence(adoption.reverse, 'sql')}"


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{content}\n\n</details>"
