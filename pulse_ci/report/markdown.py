"""A Report to GitHub's Markdown: the pull-request comment and the job summary."""

from __future__ import annotations

import html
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice
from typing import TYPE_CHECKING

from pulse_ci.model import Action, Change, Finding, Severity
from pulse_ci.report import wording
from pulse_ci.report.escape import cell, code, fence, link, path_in_url, plain, prose
from pulse_ci.report.rows import row_lines
from pulse_ci.report.value import Conclusion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.value import MigrationResult, Report

COMMENT_BYTES = 60_000
SUMMARY_BYTES = 1_000_000

_CONCLUSION = {Conclusion.SUCCESS: "✅", Conclusion.NEUTRAL: "⚠️", Conclusion.FAILURE: "❌"}
_SEVERITY = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTICE: "ℹ️"}
_ACTION = {Action.ADDED: "➕", Action.REMOVED: "➖", Action.MODIFIED: "✏️"}
_HOLDS = {True: "✅", False: "❌", None: "–"}
_FEW_CHANGES = 12


@dataclass(frozen=True, slots=True)
class Links:
    """Where things are on GitHub; what is None is written without a link. All parts are ours, not a stranger's."""

    blob: str | None = None  # https://github.com/OWNER/REPO/blob/SHA
    run: str | None = None
    commit: str | None = None
    label: str | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class _Size:
    """How much of each part is shown; None is all of it."""

    findings: int | None = None
    changes: int | None = None
    sql: int | None = None
    proofs: int | None = None


_SIZES = (
    _Size(),
    _Size(sql=20_000),
    _Size(sql=0, changes=100, proofs=50),
    _Size(sql=0, findings=50, changes=30, proofs=10),
    _Size(sql=0, findings=10, changes=0, proofs=0),
    _Size(sql=0, findings=0, changes=0, proofs=0),
)


def render(report: Report, links: Links | None = None, budget: int = COMMENT_BYTES) -> str:
    """Return the Markdown, folded in steps to at most `budget` bytes of UTF-8 (from 200 up); each says so."""
    links = links or Links()
    for size in _SIZES:
        body = "\n".join(_sections(report, links, size)).strip() + "\n"
        if len(body.encode()) <= budget:
            return body
    mark, where = _CONCLUSION[report.conclusion], _job_summary(links)
    return f"### {mark} {wording.counts(report)}\n\n_All else is left out for size; {where} has it._\n"


def _sections(report: Report, links: Links, size: _Size) -> Iterator[str]:
    label = f" · {plain(links.label)}" if links.label else ""
    yield f"### {_CONCLUSION[report.conclusion]} {prose(wording.verdict(report))}{label}\n"
    yield f"{_context_line(report)}\n"
    yield from _findings(report, links, size)
    yield from _schema(report, size)
    yield from _proofs(report, size)
    yield _footer(links)


def _context_line(report: Report) -> str:
    totals = wording.change_totals(report.changes)
    parts = [
        f"**{wording.counts(report)}**",
        totals,
        f"{wording.plural(len(report.migrations), 'file')} replayed on {_where(report)}",
    ]
    return " · ".join(part for part in parts if part)


def _where(report: Report) -> str:
    if report.database.source == "embedded":
        return f"an embedded D1 (SQLite {report.database.sqlite_version}); no database was touched"
    return f"{report.database.source} {code(report.database.name or '?')}; nothing was written"


def _findings(report: Report, links: Links, size: _Size) -> Iterator[str]:
    open_findings = sorted(
        (finding for finding in report.findings if not finding.ignored),
        key=lambda finding: (finding.severity.rank, finding.path, finding.line),
    )
    if not open_findings:
        return
    shown = open_findings[: size.findings]
    yield from (_finding_item(finding, links) for finding in shown)
    yield _left_out(len(open_findings) - len(shown), "finding", links)


def _finding_item(finding: Finding, links: Links) -> str:
    # A list and not a table: on a telephone, a table of sentences is a column of words.
    name = finding.path.rpartition("/")[2]
    where = code(f"{name}:{finding.line}")
    if links.blob:
        where = link(where, f"{links.blob}/{path_in_url(finding.path)}#L{finding.line}")
    head = f"- {_SEVERITY[finding.severity]} {where} **{plain(finding.rule)}**"
    return f"{head}<br>{prose(finding.message)}<br>→ {prose(finding.remedy)}"


def _schema(report: Report, size: _Size) -> Iterator[str]:
    if not report.changes:
        return
    shown = report.changes[: size.changes]
    table = ["| | object | change |\n|---|---|---|", *(_change_row(change) for change in shown)] if shown else []
    table.append(_left_out(len(report.changes) - len(shown), "change", None))
    sql = _sql_diff(report.changes, size.sql)
    summary = f"Schema: {wording.change_totals(report.changes)}"
    if len(report.changes) <= _FEW_CHANGES:
        yield "\n#### Schema\n"
        yield from table
        yield from _details("SQL", sql)
    else:
        yield from _details(summary, "\n".join([*table, "", sql]))


def _details(summary: str, body: str) -> Iterator[str]:
    if body.strip():
        yield f"\n<details><summary>{html.escape(summary)}</summary>\n\n{body}\n\n</details>\n"


def _change_row(change: Change) -> str:
    name, where = wording.change_subject(change)
    place = where.partition(" ")
    subject = f"{change.kind} {code(name)}" + (f" {place[0]} {code(place[2])}" if where else "")
    return f"| {_ACTION[change.action]} | {cell(subject)} | {cell(_change_text(change))} |"


def _change_text(change: Change) -> str:
    match change.action:
        case Action.ADDED:
            return f"added{_inside(change.after)}"
        case Action.REMOVED:
            return f"removed{_inside(change.before)}"
        case Action.MODIFIED:
            before, after = change.before or "", change.after or ""
            return f"{code(before)} → {code(after)}" if "\n" not in before + after else "changed"


def _inside(sql: str | None) -> str:
    return f": {code(sql)}" if sql and "\n" not in sql and len(sql) <= 200 else ""


def _sql_diff(changes: tuple[Change, ...], limit: int | None) -> str:
    if limit == 0:
        return "_The SQL is left out here, for its size; the job summary has it._"
    return fence(diff_text(changes, limit), "diff")


def diff_text(changes: tuple[Change, ...], limit: int | None = None) -> str:
    """Return the changes as a diff of canonical SQL, with at most about `limit` bytes; a cut is said."""
    lines = [line for change in changes for line in _diff_lines(change)]
    text, size = list[str](), 0
    for line in lines:
        size += len(line.encode(errors="replace")) + 1
        if limit is not None and size > limit:
            text.append(f" … {len(lines) - len(text)} more lines, left out for their size")
            break
        text.append(line)
    return "\n".join(text)


def _diff_lines(change: Change) -> Iterator[str]:
    before, after = (change.before or "").splitlines(), (change.after or "").splitlines()
    if change.kind.value == "column":
        yield f" -- {change.table}.{change.name}"
    hunks = unified_diff(before, after, lineterm="", n=max(len(before), len(after)))
    yield from islice(hunks, 3, None)


def _proofs(report: Report, size: _Size) -> Iterator[str]:
    reviewed = report.under_review
    if not reviewed:
        return
    shown = reviewed[: size.proofs]
    rows = ["| migration | runs | runs twice | undone | needs |\n|---|---|---|---|---|"]
    rows += [_proof_row(migration) for migration in shown]
    rows.append(_left_out(len(reviewed) - len(shown), "migration", None))
    rows += [f"\n{_HOLDS[holds]} {prose(line)}" for holds, line in row_lines(report)]
    yield from _details(_proof_summary(reviewed), "\n".join(rows) if shown else "")


def _proof_summary(reviewed: tuple[MigrationResult, ...]) -> str:
    claims = list[str]()
    for index, (claim, _) in enumerate(wording.proofs(reviewed[0])):
        results = [wording.proofs(migration)[index][1] for migration in reviewed]
        mark = _HOLDS[False] if False in results else _HOLDS[True] if True in results else _HOLDS[None]
        claims.append(f"{claim} {mark}")
    return "Proofs: " + ", ".join(claims)


def _proof_row(migration: MigrationResult) -> str:
    marks = " | ".join(_HOLDS[holds] for _, holds in wording.proofs(migration))
    needs = ", ".join(f"{number:03}" for number in migration.depends_on) or "–"
    return f"| {cell(code(migration.name))} | {marks} | {needs} |"


def _left_out(count: int, noun: str, links: Links | None) -> str:
    if count <= 0:
        return ""
    return f"\n_{wording.plural(count, noun)} left out for size; {_job_summary(links)} has all._"


def _job_summary(links: Links | None) -> str:
    return link("the job summary", links.run) if links and links.run else "the job summary"


def _footer(links: Links) -> str:
    parts = [
        f"commit {code(links.commit[:7])}" if links.commit else "",
        link("run", links.run) if links.run else "",
        f"pulse-ci {links.version}" if links.version else "",
    ]
    line = " · ".join(part for part in parts if part)
    return f"\n<sub>{line}</sub>" if line else ""
