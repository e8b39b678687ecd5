"""A Report to one Markdown document: the verdict first, all else folded, and no more bytes than there is room for."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from pulse_ci.report import phrases
from pulse_ci.report.escape import code, plain, prose
from pulse_ci.report.markdown import changes, diagram, drift, findings, proofs, queries, sql, staging
from pulse_ci.report.markdown.icons import CONCLUSION
from pulse_ci.report.markdown.page import Links, Page, Size, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.models import Report

COMMENT_BYTES = 60_000
SUMMARY_BYTES = 1_000_000
_LONGEST = 500

# What is missed least goes first: the diagram repeats the table, the SQL is in the file.
_SIZES = (
    Size(),
    Size(sql=20_000, diagram=8_000, findings=300, changes=300, proofs=300),
    Size(sql=6_000, diagram=0, findings=150, changes=150, proofs=100, rows=50, queries=50, drift=50, sentence=2_000),
    Size(sql=0, diagram=0, findings=80, changes=80, proofs=40, rows=30, queries=30, drift=30, sentence=1_000),
    Size(sql=0, diagram=0, findings=40, changes=40, proofs=20, rows=20, queries=20, drift=20, sentence=700),
    Size(sql=0, diagram=0, findings=20, changes=10, proofs=5, rows=5, queries=5, drift=5, sentence=500),
    Size(sql=0, diagram=0, findings=8, changes=0, proofs=0, rows=0, queries=0, drift=0, sentence=300),
    Size(sql=0, diagram=0, findings=0, changes=0, proofs=0, rows=0, queries=0, drift=0),
)


def render(report: Report, links: Links | None = None, budget: int = COMMENT_BYTES) -> str:
    """Return the Markdown, folded in steps to at most `budget` bytes of UTF-8 (from 250 up); each step says so."""
    links = links or Links()
    for size in _SIZES:
        body = blocks(_parts(report, Page(links, size))) + "\n"
        if len(body.encode()) <= budget:
            return body
    mark = CONCLUSION[report.conclusion]
    return f"### {mark} {phrases.counts(report)}\n\n_All else is left out for its size; {links.elsewhere} has it._\n"


def _parts(report: Report, page: Page) -> Iterator[str]:
    label = f" · {plain(page.links.label)}" if page.links.label else ""
    yield f"### {CONCLUSION[report.conclusion]} {prose(phrases.verdict(report))}{label}"
    yield f"{_summary(report)}"
    sections = (findings, changes, sql, diagram, proofs, staging, queries, drift)
    yield from chain.from_iterable(section.render(report, page) for section in sections)
    yield _footer(report, page.links)


def _summary(report: Report) -> str:
    parts = (f"**{phrases.counts(report)}**", phrases.change_totals(report.changes), _proven(report), _where(report))
    return " · ".join(part for part in parts if part)


def _proven(report: Report) -> str:
    proven = {holds for each in report.under_review for _, holds in phrases.proofs(each)}
    return "runs twice and is undone" if proven == {True} and report.command == "check" else ""


def _where(report: Report) -> str:
    if report.database.source != "embedded":
        return prose(phrases.where(report), _LONGEST)
    missed = f", not on staging: {prose(report.staging.reason, _LONGEST)}" if report.staging.missed else ""
    return f"tried on an embedded D1, no database was touched{missed}"


def _footer(report: Report, links: Links) -> str:
    replayed = sum(1 for each in report.migrations if not each.applied)
    engine = f"SQLite {plain(report.database.sqlite_version)}" if report.database.sqlite_version else ""
    parts = (
        f"commit {code(links.commit[:7])}" if links.commit else "",
        f"[run]({links.run})" if links.run else "",
        f"pulse-ci {links.version}" if links.version else "",
        f"{phrases.plural(replayed, 'file')} replayed" if report.migrations else "",
        engine,
        prose(phrases.without(report.skipped), _LONGEST) if report.skipped else "",
    )
    line = " · ".join(part for part in parts if part)
    return f"<sub>{line}</sub>" if line else ""
