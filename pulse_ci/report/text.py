"""A Report to text for a person at a terminal or a reader of a log."""

from __future__ import annotations

from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING

from pulse_ci.model import Change, ChangeAction, Finding, Severity
from pulse_ci.report import phrases
from pulse_ci.report.costs import whole_cost
from pulse_ci.report.models import Conclusion
from pulse_ci.report.rows import row_lines
from pulse_ci.report.style import BOLD, DIM, GREEN, RED, YELLOW, Painter, one_line

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
_HOLDS = {True: ("✓", GREEN), False: ("✗", RED), None: ("–", DIM)}
_MAX_CHANGES = 40
_MUCH = 20  # errors and warnings
_MAX_PROOFS = 8


class _Painter(Painter):
    """Puts colour around text and wraps sentences, or leaves them as they are."""

    def __init__(self, *, colour: bool, width: int | None) -> None:
        super().__init__(colour=colour)
        self._width = width

    def sentence(self, text: str, indent: str) -> str:
        """Return `text` on one line behind `indent`, or on several below one another."""
        line = one_line(text)
        if self._width is None or len(indent) + len(line) <= self._width:
            return line
        room = max(self._width - len(indent), 40)
        return f"\n{indent}".join(wrap(line, room, break_long_words=False, break_on_hyphens=False))


def render(report: Report, *, colour: bool = False, width: int | None = None) -> str:
    """Return the report as lines of text, sentences wrapped to `width`; control characters are spelled out."""
    paint = _Painter(colour=colour, width=width)
    return "\n".join(_lines(report, paint)).rstrip() + "\n"


def _lines(report: Report, paint: _Painter) -> Iterator[str]:
    yield from _findings(report, paint)
    yield from _schema(report, paint)
    yield from _proofs(report, paint)
    mark, colour = _CONCLUSION[report.conclusion]
    yield f"{paint(mark, colour, BOLD)} {paint(one_line(phrases.verdict(report)), BOLD)}"
    yield f"  {phrases.counts(report)}; {_what_was_done(report)}"
    if report.skipped:
        yield paint(f"  {one_line(phrases.without(report.skipped))}", DIM)
    yield from _where_to_begin(report)
    if report.staging.status == "used" and report.staging.reason:
        yield f"  {paint.sentence(one_line(f'Staging has drifted. {report.staging.reason}'), '  ')}"
    if report.staging.unanswered:
        said = f"What depends on rows is open, staging did not answer: {report.staging.unanswered}"
        yield f"  {paint.sentence(one_line(said), '  ')}"
    if report.staging.missed:
        yield f"  {paint.sentence(one_line(f'Staging was not used: {report.staging.reason}'), '  ')}"


def _where_to_begin(report: Report) -> Iterator[str]:
    """Yield how to leave out merged files, and conventions, where a whole history was reviewed and much was found."""
    found = report.count(Severity.ERROR) + report.count(Severity.WARNING)
    numbers = [migration.number for migration in report.migrations if migration.number is not None]
    if found > _MUCH and numbers and len(report.under_review) == len(report.migrations):
        choice = f"--baseline {max(numbers)}, or --base and a git ref"
        yield f"  Every file was reviewed. To review only those to come: {choice}"
        from pulse_ci.rules.registry import CONVENTIONS

        if any(finding.rule in CONVENTIONS and not finding.ignored for finding in report.findings):
            yield "  To leave out headers, reverses and second runs, which D1 does not ask for: --skip conventions"


def _what_was_done(report: Report) -> str:
    if report.database.source != "embedded":
        return one_line(phrases.where(report))
    version = f" (SQLite {report.database.sqlite_version})" if report.database.sqlite_version else ""
    files = phrases.plural(len(report.migrations), "file")
    return f"{files} replayed on {report.database.source} D1{version}, {len(report.under_review)} under review"


def _findings(report: Report, paint: _Painter) -> Iterator[str]:
    shown = [finding for finding in report.findings if not finding.ignored]
    for path, findings in groupby(shown, key=lambda finding: finding.path):
        yield paint(one_line(path), BOLD)
        for finding in findings:
            yield from _finding(finding, paint)
        yield ""


def _finding(finding: Finding, paint: _Painter) -> Iterator[str]:
    severity = paint(finding.severity.value, _SEVERITY_COLOUR[finding.severity], BOLD)
    yield f"  {paint(f'{finding.line}:', DIM)} {severity} {finding.rule}"
    yield f"     {paint.sentence(finding.full_message, ' ' * 5)}"
    yield f"     {paint('→', GREEN)} {paint.sentence(finding.remedy, ' ' * 7)}"


def _schema(report: Report, paint: _Painter) -> Iterator[str]:
    if not report.changes:
        return
    yield paint("Schema", BOLD) + f"  {phrases.change_totals(report.changes)}"
    if len(report.changes) <= _MAX_CHANGES:
        for change in report.changes:
            yield from _change(change, paint)
    else:
        yield paint("  too many to list here; --format markdown or json has them all", DIM)
    yield ""


def _change(change: Change, paint: _Painter) -> Iterator[str]:
    sign, colour = _ACTION[change.action]
    name, where = phrases.change_subject(change)
    yield paint(f"  {sign} {change.kind} {one_line(name)}", colour) + paint(f" {one_line(where)}".rstrip(), DIM)
    if change.action is ChangeAction.MODIFIED:
        yield paint(f"      was {one_line(change.before or '')}", DIM)
        yield f"      now {one_line(change.after or '')}"


def _proofs(report: Report, paint: _Painter) -> Iterator[str]:
    reviewed = report.under_review
    if not reviewed or report.command == "preview":
        return
    yield paint("Proofs", BOLD)
    shown = reviewed if len(reviewed) <= _MAX_PROOFS else [each for each in reviewed if not _all_hold(each)]
    width = max((len(one_line(migration.name)) for migration in shown), default=0)
    for migration in shown:
        yield _proof(migration, width, paint)
    if len(shown) < len(reviewed):
        rest = phrases.plural(len(reviewed) - len(shown), "migration")
        yield f"  {paint(*_HOLDS[True])} {rest} {'more ' if shown else ''}run, run twice and are undone"
    if cost := whole_cost(report):
        yield f"  {paint(*_HOLDS[None])} {paint.sentence(cost, ' ' * 4)}"
    for holds, line in row_lines(report):
        yield f"  {paint(*_HOLDS[holds])} {paint.sentence(line, ' ' * 4)}"
    yield ""


def _all_hold(migration: MigrationResult) -> bool:
    return all(holds for _, holds in phrases.proofs(migration))


def _proof(migration: MigrationResult, width: int, paint: _Painter) -> str:
    marks = "  ".join(f"{paint(*_HOLDS[holds])} {claim}" for claim, holds in phrases.proofs(migration))
    needs = ", ".join(f"{number:03}" for number in migration.depends_on)
    return f"  {one_line(migration.name):<{width}}  {marks}" + paint(f"  needs {needs}" if needs else "", DIM)
