"""A Report to text for a person at a terminal or a reader of a log."""

from __future__ import annotations

from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

from pulse_ci.model import Change, ChangeAction, Finding, Severity
from pulse_ci.report import phrases
from pulse_ci.report.costs import format_total_cost
from pulse_ci.report.models import Conclusion
from pulse_ci.report.queries import describe_counts
from pulse_ci.report.rows import describe_rows
from pulse_ci.report.style import BOLD, DIM, GREEN, RED, YELLOW, TextStyler, to_one_line
from pulse_ci.report.verdict import format_headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.models import MigrationResult, Report

_BLUE = "34"
_SEVERITY_COLOUR = {Severity.ERROR: RED, Severity.WARNING: YELLOW, Severity.NOTICE: _BLUE}
_CONCLUSION = {
    Conclusion.SUCCESS: ("✓", GREEN),
    Conclusion.NEUTRAL: ("!", YELLOW),
    Conclusion.FAILURE: ("✗", RED),
}
_ACTION = {ChangeAction.ADDED: ("+", GREEN), ChangeAction.REMOVED: ("-", RED), ChangeAction.MODIFIED: ("~", YELLOW)}
_PROOF_MARKS = {True: ("✓", GREEN), False: ("✗", RED), None: ("–", DIM)}
_MAX_CHANGES = 40
_MANY_FINDINGS = 20  # errors and warnings
_MAX_PROOFS = 8


class _WrappingStyler(TextStyler):
    """Puts colour around text and wraps sentences, or leaves them as they are."""

    def __init__(self, *, colour: bool, width: int | None) -> None:
        super().__init__(colour=colour)
        self._width = width

    def wrap_sentence(self, text: str, indent: str) -> str:
        """Return `text` on one line behind `indent`, or on several below one another."""
        line = to_one_line(text)
        if self._width is None or len(indent) + len(line) <= self._width:
            return line
        room = max(self._width - len(indent), 40)
        return f"\n{indent}".join(wrap(line, room, break_long_words=False, break_on_hyphens=False))


def render(report: Report, *, colour: bool = False, width: int | None = None) -> str:
    """Return the report as lines of text, sentences wrapped to `width`; control characters are spelled out."""
    style = _WrappingStyler(colour=colour, width=width)
    return "\n".join(_render_lines(report, style)).rstrip() + "\n"


def _render_lines(report: Report, style: _WrappingStyler) -> Iterator[str]:
    yield from _render_findings(report, style)
    yield from _render_schema(report, style)
    yield from _render_proofs(report, style)
    mark, colour = _CONCLUSION[report.conclusion]
    yield f"{style(mark, colour, BOLD)} {style(to_one_line(format_headline(report)), BOLD)}"
    yield f"  {phrases.format_counts(report)}; {_describe_run(report)}"
    if report.queries:
        yield f"  The Worker: {describe_counts(report.queries)}"
    if report.habit:
        yield style(f"  {style.wrap_sentence(report.habit, '  ')}", DIM)
    elif report.skipped:
        yield style(f"  {to_one_line(phrases.format_skipped_rules(report.skipped))}", DIM)
    yield from _suggest_baseline(report)
    if report.staging.status == "used" and report.staging.reason:
        yield f"  {style.wrap_sentence(to_one_line(f'Staging has drifted. {report.staging.reason}'), '  ')}"
    if report.staging.probe_failure:
        message = f"What depends on rows is open, staging did not answer: {report.staging.probe_failure}"
        yield f"  {style.wrap_sentence(to_one_line(message), '  ')}"
    if report.staging.missed:
        yield f"  {style.wrap_sentence(to_one_line(f'Staging was not used: {report.staging.reason}'), '  ')}"


def _suggest_baseline(report: Report) -> Iterator[str]:
    """Yield how to leave out merged files, and conventions, where a whole history was reviewed and much was found."""
    problem_count = report.count_findings(Severity.ERROR) + report.count_findings(Severity.WARNING)
    numbers = [migration.number for migration in report.migrations if migration.number is not None]
    if problem_count > _MANY_FINDINGS and numbers and len(report.under_review) == len(report.migrations):
        flags = f"--baseline {max(numbers)}, or --base and a git ref"
        yield f"  Every file was reviewed. To review only those to come: {flags}"
        from pulse_ci.rules.registry import CONVENTIONS

        if any(finding.rule in CONVENTIONS and not finding.ignored for finding in report.findings):
            yield "  To leave out headers, reverses and second runs, which D1 does not ask for: --skip conventions"


def _describe_run(report: Report) -> str:
    if report.database.source != "embedded":
        return to_one_line(phrases.describe_test_database(report))
    version = f" (SQLite {report.database.sqlite_version})" if report.database.sqlite_version else ""
    files = phrases.pluralize(len(report.migrations), "file")
    return f"{files} replayed on {report.database.source} D1{version}, {len(report.under_review)} under review"


def _render_findings(report: Report, style: _WrappingStyler) -> Iterator[str]:
    shown = [finding for finding in report.findings if not finding.ignored]
    for path, findings in groupby(shown, key=lambda finding: finding.path):
        yield style(to_one_line(path), BOLD)
        for finding in findings:
            yield from _render_finding(finding, style)
        yield ""


def _render_finding(finding: Finding, style: _WrappingStyler) -> Iterator[str]:
    severity = style(finding.severity.value, _SEVERITY_COLOUR[finding.severity], BOLD)
    yield f"  {style(f'{finding.line}:', DIM)} {severity} {finding.rule}"
    yield f"     {style.wrap_sentence(finding.full_message, ' ' * 5)}"
    yield f"     {style('→', GREEN)} {style.wrap_sentence(finding.remedy, ' ' * 7)}"


def _render_schema(report: Report, style: _WrappingStyler) -> Iterator[str]:
    if not report.changes:
        return
    yield style("Schema", BOLD) + f"  {phrases.summarize_changes(report.changes)}"
    if len(report.changes) <= _MAX_CHANGES:
        for change in report.changes:
            yield from _render_change(change, style)
    else:
        yield style("  too many to list here; --format markdown or json has them all", DIM)
    yield ""


def _render_change(change: Change, style: _WrappingStyler) -> Iterator[str]:
    sign, colour = _ACTION[change.action]
    name, where = phrases.describe_changed_object(change)
    yield style(f"  {sign} {change.kind} {to_one_line(name)}", colour) + style(f" {to_one_line(where)}".rstrip(), DIM)
    if change.action is ChangeAction.MODIFIED:
        yield style(f"      was {to_one_line(change.before or '')}", DIM)
        yield f"      now {to_one_line(change.after or '')}"


def _render_proofs(report: Report, style: _WrappingStyler) -> Iterator[str]:
    reviewed = report.under_review
    if not reviewed or report.command == "preview":
        return
    yield style("Proofs", BOLD)
    shown = reviewed if len(reviewed) <= _MAX_PROOFS else [each for each in reviewed if not _holds_all_proofs(each)]
    width = max((len(to_one_line(migration.name)) for migration in shown), default=0)
    for migration in shown:
        yield _render_proof(migration, width, style)
    if len(shown) < len(reviewed):
        rest = phrases.pluralize(len(reviewed) - len(shown), "migration")
        yield f"  {style(*_PROOF_MARKS[True])} {rest} {'more ' if shown else ''}run, run twice and are undone"
    if cost := format_total_cost(report):
        yield f"  {style(*_PROOF_MARKS[None])} {style.wrap_sentence(cost, ' ' * 4)}"
    for holds, line in describe_rows(report):
        yield f"  {style(*_PROOF_MARKS[holds])} {style.wrap_sentence(line, ' ' * 4)}"
    yield ""


def _holds_all_proofs(migration: MigrationResult) -> bool:
    return all(holds for _, holds in phrases.list_proofs(migration))


def _render_proof(migration: MigrationResult, width: int, style: _WrappingStyler) -> str:
    marks = "  ".join(f"{style(*_PROOF_MARKS[holds])} {claim}" for claim, holds in phrases.list_proofs(migration))
    needs = ", ".join(f"{number:03}" for number in migration.depends_on)
    return f"  {to_one_line(migration.name):<{width}}  {marks}" + style(f"  needs {needs}" if needs else "", DIM)
