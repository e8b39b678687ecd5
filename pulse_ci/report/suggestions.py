"""The fixes of a Report to suggestions: what a reviewer can accept beside the code with one click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.report.escape import escape_message, escape_text, suggestion_block

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pulse_ci.model import Fix
    from pulse_ci.report import Report

MAX_SUGGESTIONS = 10


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text for lines `line` to `end_line` of a file, as Markdown that GitHub can apply."""

    path: str
    line: int
    end_line: int
    body: str


def suggest_fixes(report: Report, new_files: Collection[str]) -> tuple[Suggestion, ...]:
    """Return what can be suggested in files that are new, whose every line is in the diff; the worst findings first.

    A fix is suggested whole or not at all: not where one of its lines belongs to another one, nor where a text would
    hide a character. What else can be fixed is left to `pulse-ci fix`.
    """
    fixable = (each for each in report.findings if each.fix and not each.ignored)
    by_severity = sorted(fixable, key=lambda each: each.severity.rank)
    chosen: dict[Fix, tuple[Suggestion, ...]] = {}
    for finding in by_severity:
        if finding.fix and finding.fix not in chosen:
            parts = _build_suggestions(finding.fix, new_files)
            accepted = [each for others in chosen.values() for each in others]
            fits = len(accepted) + len(parts) <= MAX_SUGGESTIONS
            if parts and fits and not any(_overlaps(each, other) for each in parts for other in accepted):
                chosen[finding.fix] = parts
    return tuple(each for parts in chosen.values() for each in parts)


def _build_suggestions(fix: Fix, new_files: Collection[str]) -> tuple[Suggestion, ...]:
    bodies = tuple(_render_bodies(fix))
    if None in bodies or not all(each.path in new_files and each.line <= each.end_line for each in fix.edits):
        return ()
    pairs = zip(fix.edits, bodies, strict=True)
    return tuple(Suggestion(each.path, each.line, each.end_line, body) for each, body in pairs if body)


def _render_bodies(fix: Fix) -> Iterator[str | None]:
    for number, edit in enumerate(fix.edits, 1):
        block = suggestion_block(edit.text)
        yield f"{_render_intro(fix, number)}\n\n{block}" if block else None


def _render_intro(fix: Fix, number: int) -> str:
    head = f"**{escape_text(fix.rule)}**: this {escape_message(fix.does)}."
    total = len(fix.edits)
    return (
        head if total == 1 else f"{head} Part {number} of {total}, to be accepted together (“Add suggestion to batch”)."
    )


def _overlaps(first: Suggestion, second: Suggestion) -> bool:
    return first.path == second.path and first.line <= second.end_line and second.line <= first.end_line
