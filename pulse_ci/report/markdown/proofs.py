"""The proofs: what was run, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report import phrases
from pulse_ci.report.escape import code_span, escape_cell, escape_message
from pulse_ci.report.markdown.icons import PROOF_ICONS
from pulse_ci.report.markdown.page import join_blocks, render_details, render_table
from pulse_ci.report.rows import describe_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import MigrationResult, Report


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the section, folded; its summary says whether each proof holds for all files."""
    reviewed = report.under_review
    if not reviewed or report.command == "preview":
        return
    parts = [*_render_file_proofs(reviewed, page), *_render_row_proofs(report, page)]
    yield from render_details(_render_summary(report), join_blocks(parts))


def _render_file_proofs(reviewed: tuple[MigrationResult, ...], page: Page) -> Iterator[str]:
    shown = reviewed[: page.limits.proofs]
    if shown:
        yield render_table(
            "| migration | runs | runs twice | undone | needs |", [_render_file_row(each) for each in shown]
        )
    if page.limits.proofs != 0:
        yield page.render_omitted(len(reviewed) - len(shown), "migration")


def _render_summary(report: Report) -> str:
    reviewed = report.under_review
    claims = list[str]()
    for index, (claim, _) in enumerate(phrases.list_proofs(reviewed[0])):
        results = [phrases.list_proofs(migration)[index][1] for migration in reviewed]
        claims.append(f"{claim} {_choose_icon(results)}")
    if report.rows or report.unseeded:
        claims.append(f"rows kept {_choose_icon([holds for holds, _ in describe_rows(report)])}")
    return "Proofs: " + " · ".join(claims)


def _choose_icon(results: list[bool | None]) -> str:
    return PROOF_ICONS[False] if False in results else PROOF_ICONS[True] if True in results else PROOF_ICONS[None]


def _render_file_row(migration: MigrationResult) -> str:
    marks = " | ".join(PROOF_ICONS[holds] for _, holds in phrases.list_proofs(migration))
    needs = ", ".join(f"{number:03}" for number in migration.depends_on) or "–"
    return f"| {escape_cell(code_span(migration.name))} | {marks} | {needs} |"


def _render_row_proofs(report: Report, page: Page) -> Iterator[str]:
    lines = list(describe_rows(report))
    shown = lines[: page.limits.rows]
    yield "\n".join(f"- {PROOF_ICONS[holds]} {escape_message(line, page.limits.sentence)}" for holds, line in shown)
    if page.limits.rows != 0:
        yield page.render_omitted(len(lines) - len(shown), "line")
