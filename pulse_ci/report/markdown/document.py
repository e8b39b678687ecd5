"""A Report to one Markdown document: the verdict first, all else folded, and no more bytes than there is room for."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from pulse_ci.report import phrases
from pulse_ci.report.escape import code_span, escape_message, escape_text
from pulse_ci.report.markdown import (
    changes,
    diagram,
    drift,
    findings,
    fixed_files,
    proofs,
    queries,
    staging,
)
from pulse_ci.report.markdown.icons import CONCLUSION_ICONS
from pulse_ci.report.markdown.page import Links, Page, SectionLimits, join_blocks
from pulse_ci.report.verdict import format_headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.models import Report

COMMENT_BYTES = 60_000
SUMMARY_BYTES = 1_000_000
_MAX_SENTENCE_LENGTH = 500

# What is missed least goes first: the diagram repeats the table, the SQL is in the file.
_LIMITS = (
    SectionLimits(),
    SectionLimits(sql=20_000, diagram=8_000, findings=300, changes=300, proofs=300),
    SectionLimits(
        sql=6_000, diagram=0, findings=150, changes=150, proofs=100, rows=50, queries=50, drift=50, sentence=2_000
    ),
    SectionLimits(sql=0, diagram=0, findings=80, changes=80, proofs=40, rows=30, queries=30, drift=30, sentence=1_000),
    SectionLimits(sql=0, diagram=0, findings=40, changes=40, proofs=20, rows=20, queries=20, drift=20, sentence=700),
    SectionLimits(sql=0, diagram=0, findings=20, changes=10, proofs=5, rows=5, queries=5, drift=5, sentence=500),
    SectionLimits(sql=0, diagram=0, findings=8, changes=0, proofs=0, rows=0, queries=0, drift=0, sentence=300),
    SectionLimits(sql=0, diagram=0, findings=0, changes=0, proofs=0, rows=0, queries=0, drift=0),
)


def render(report: Report, links: Links | None = None, max_bytes: int = COMMENT_BYTES) -> str:
    """Return the Markdown, folded in steps to at most `budget` bytes of UTF-8 (from 250 up); each step says so."""
    links = links or Links()
    for limits in _LIMITS:
        body = join_blocks(_render_parts(report, Page(links, limits))) + "\n"
        if len(body.encode()) <= max_bytes:
            return body
    mark = CONCLUSION_ICONS[report.conclusion]
    return f"### {mark} {phrases.format_counts(report)}\n\n_The rest does not fit here; {links.full_report} has it._\n"


def _render_parts(report: Report, page: Page) -> Iterator[str]:
    label = f" · {escape_text(page.links.label)}" if page.links.label else ""
    yield f"### {CONCLUSION_ICONS[report.conclusion]} {escape_message(format_headline(report))}{label}"
    yield _render_summary(report)
    sections = (findings, fixed_files, changes, diagram, proofs, staging, queries, drift)
    yield from chain.from_iterable(section.render(report, page) for section in sections)
    yield _render_footer(report, page.links)


def _render_summary(report: Report) -> str:
    """Return one line: how many problems, what the change does, and where it was tried."""
    parts = (
        _capitalize(phrases.format_counts(report)),
        _describe_proofs(report),
        _describe_test_database(report),
    )
    return " ".join(f"{part.rstrip('.')}." for part in parts if part)


def _capitalize(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _describe_proofs(report: Report) -> str:
    """Return what was seen of all files under review, if every proof holds."""
    results = {holds for each in report.under_review for _, holds in phrases.list_proofs(each)}
    if report.command != "check" or False in results or True not in results:
        return ""
    names = [escape_message(f"`{each.name}`") for each in report.under_review]
    subject = names[0] if len(names) == 1 else f"All {len(names)} files"
    verb, undone = ("runs", "can be") if len(names) == 1 else ("run", "can be")
    more = f", {verb} twice and {undone} undone" if results == {True} else ""
    return f"{subject} {verb} on D1{more}"


def _describe_test_database(report: Report) -> str:
    if report.database.source != "embedded":
        return _capitalize(escape_message(phrases.describe_test_database(report), _MAX_SENTENCE_LENGTH))
    if report.staging.missed:
        return f"Staging was not used: {escape_message(report.staging.reason, _MAX_SENTENCE_LENGTH)}"
    return ""


def _describe_skipped(report: Report) -> str:
    sentence = report.habit or (phrases.format_skipped_rules(report.skipped) if report.skipped else "")
    return escape_message(sentence, _MAX_SENTENCE_LENGTH)


def _render_footer(report: Report, links: Links) -> str:
    parts = (
        f"commit {code_span(links.commit[:7])}" if links.commit else "",
        f"[run]({links.run_url})" if links.run_url else "",
        f"pulse-ci {links.version}" if links.version else "",
        _describe_skipped(report),
    )
    line = " · ".join(part for part in parts if part)
    return f"<sub>{line}</sub>" if line else ""
