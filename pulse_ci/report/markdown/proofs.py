"""The proofs: what was run, and what came of it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from pulse_ci.report import phrases
from pulse_ci.report.escape import code_span, escape_cell, escape_message
from pulse_ci.report.markdown.icons import PROOF_ICONS
from pulse_ci.report.markdown.page import join_blocks, render_fold, render_table
from pulse_ci.report.rows import describe_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import MigrationResult, Report

_FAILED_CLAIMS = {"runs": "a file fails", "runs twice": "a second run fails", "undone": "a reverse is incomplete"}


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the section, folded; its summary names what failed."""
    reviewed = report.under_review
    if not reviewed or report.command == "preview":
        return
    parts = [_describe_method(report), *_render_file_proofs(reviewed, page), *_render_row_proofs(report, page)]
    yield from render_fold(f"<b>How this was tested</b>{_render_failures(report)}", join_blocks(parts))


def _describe_method(report: Report) -> str:
    replayed = sum(1 for each in report.migrations if not each.applied)
    if report.database.source != "embedded":
        return ""
    return (
        f"{phrases.pluralize(replayed, 'migration')} ran on a local copy of D1's SQLite, with sample rows "
        "in each table that the new files touch. No Cloudflare database was touched."
    )


def _render_failures(report: Report) -> str:
    failed = list[str]()
    for index, (claim, _) in enumerate(phrases.list_proofs(report.under_review[0])):
        results = [phrases.list_proofs(migration)[index][1] for migration in report.under_review]
        failed += [_FAILED_CLAIMS[claim]] if False in results else []
    if any(holds is False for holds, _ in describe_rows(report)):
        failed.append("rows are lost")
    return f": {html.escape(phrases.join_words(failed))}" if failed else ""


def _render_file_proofs(reviewed: tuple[MigrationResult, ...], page: Page) -> Iterator[str]:
    shown = reviewed[: page.limits.proofs]
    if shown:
        yield render_table(
            "| migration | runs | runs twice | undone | needs |", [_render_file_row(each) for each in shown]
        )
    if page.limits.proofs != 0:
        yield page.render_omitted(len(reviewed) - len(shown), "migration")


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
