"""The proofs: what was run, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report import phrases
from pulse_ci.report.escape import cell, code, prose
from pulse_ci.report.markdown.icons import HOLDS
from pulse_ci.report.markdown.page import blocks, fold, table
from pulse_ci.report.rows import row_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import MigrationResult, Report


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the section, folded; its summary says whether each proof holds for all files."""
    reviewed = report.under_review
    if not reviewed or report.command == "preview":
        return
    parts = [*_of_files(reviewed, page), *_of_rows(report, page)]
    yield from fold(_summary(report), blocks(parts))


def _of_files(reviewed: tuple[MigrationResult, ...], page: Page) -> Iterator[str]:
    shown = reviewed[: page.size.proofs]
    if shown:
        yield table("| migration | runs | runs twice | undone | needs |", [_file_row(each) for each in shown])
    if page.size.proofs != 0:
        yield page.left_out(len(reviewed) - len(shown), "migration")


def _summary(report: Report) -> str:
    reviewed = report.under_review
    claims = list[str]()
    for index, (claim, _) in enumerate(phrases.proofs(reviewed[0])):
        results = [phrases.proofs(migration)[index][1] for migration in reviewed]
        claims.append(f"{claim} {_mark(results)}")
    if report.rows or report.unseeded:
        claims.append(f"rows kept {_mark([holds for holds, _ in row_lines(report)])}")
    return "Proofs: " + " · ".join(claims)


def _mark(results: list[bool | None]) -> str:
    return HOLDS[False] if False in results else HOLDS[True] if True in results else HOLDS[None]


def _file_row(migration: MigrationResult) -> str:
    marks = " | ".join(HOLDS[holds] for _, holds in phrases.proofs(migration))
    needs = ", ".join(f"{number:03}" for number in migration.depends_on) or "–"
    return f"| {cell(code(migration.name))} | {marks} | {needs} |"


def _of_rows(report: Report, page: Page) -> Iterator[str]:
    lines = list(row_lines(report))
    shown = lines[: page.size.rows]
    yield "\n".join(f"- {HOLDS[holds]} {prose(line, page.size.sentence)}" for holds, line in shown)
    if page.size.rows != 0:
        yield page.left_out(len(lines) - len(shown), "line")
