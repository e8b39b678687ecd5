"""The fixes of a Report to suggestions: what a reviewer can accept beside the code with one click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.report.escape import plain, prose, suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pulse_ci.model import Fix
    from pulse_ci.report import Report

MOST_SUGGESTIONS = 10


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text for lines `line` to `end_line` of a file, as Markdown that GitHub can apply."""

    path: str
    line: int
    end_line: int
    body: str


def suggest(report: Report, new_files: Collection[str]) -> tuple[Suggestion, ...]:
    """Return what can be suggested in files that are new, whose every line is in the diff; the worst findings first.

    A fix is suggested whole or not at all: not where one of its lines belongs to another one, nor where a text would
    hide a character. What else can be fixed is left to `pulse-ci fix`.
    """
    fixable = (each for each in report.findings if each.fix and not each.ignored)
    found = sorted(fixable, key=lambda each: each.severity.rank)
    chosen: dict[Fix, tuple[Suggestion, ...]] = {}
    for finding in found:
        if finding.fix and finding.fix not in chosen:
            parts = _parts(finding.fix, new_files)
            taken = [each for others in chosen.values() for each in others]
            fits = len(taken) + len(parts) <= MOST_SUGGESTIONS
            if parts and fits and not any(_overlap(each, other) for each in parts for other in taken):
                chosen[finding.fix] = parts
    return tuple(each for parts in chosen.values() for each in parts)


def _parts(fix: Fix, new_files: Collection[str]) -> tuple[Suggestion, ...]:
    bodies = tuple(_bodies(fix))
    if None in bodies or not all(each.path in new_files and each.line <= each.end_line for each in fix.edits):
        return ()
    pairs = zip(fix.edits, bodies, strict=True)
    return tuple(Suggestion(each.path, each.line, each.end_line, body) for each, body in pairs if body)


def _bodies(fix: Fix) -> Iterator[str | None]:
    for number, edit in enumerate(fix.edits, 1):
        block = suggestion(edit.text)
        yield f"{_head(fix, number)}\n\n{block}" if block else None


def _head(fix: Fix, number: int) -> str:
    head = f"**{plain(fix.rule)}**: this {prose(fix.does)}."
    many = len(fix.edits)
    return (
        head if many == 1 else f"{head} Part {number} of {many}, to be accepted together (“Add suggestion to batch”)."
    )


def _overlap(first: Suggestion, second: Suggestion) -> bool:
    return first.path == second.path and first.line <= second.end_line and second.line <= first.end_line
