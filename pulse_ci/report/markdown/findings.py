"""The findings, the worst first: where, which rule, what happens, what to do instead."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pulse_ci.report import phrases
from pulse_ci.report.escape import link, plain, prose
from pulse_ci.report.finding_order import ranked
from pulse_ci.report.markdown.icons import SEVERITY
from pulse_ci.report.markdown.page import blocks, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.model import Finding
    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import Report

_SEEN_AT_ONCE = 5


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the open findings, the first few unfolded, and those that a comment in a file silences."""
    findings = ranked(report.findings)
    open_ = [finding for finding in findings if not finding.ignored]
    shown = open_[: page.size.findings]
    yield "\n".join(_item(finding, page) for finding in shown[:_SEEN_AT_ONCE])
    rest = shown[_SEEN_AT_ONCE:]
    yield from fold(f"{len(rest)} more: {_totals(rest)}", "\n".join(_item(finding, page) for finding in rest))
    yield page.left_out(len(open_) - len(shown), "finding")
    yield from _silenced([finding for finding in findings if finding.ignored], page)


def _item(finding: Finding, page: Page) -> str:
    # A list and not a table: on a telephone, a table of sentences is a column of words.
    head = f"- {SEVERITY[finding.severity]} {page.place(finding.path, finding.line)} {_rule(finding.rule, page)}"
    limit = page.size.sentence
    return f"{head}<br>{prose(finding.full_message, limit)}<br>→ {prose(finding.remedy, limit)}"


def _rule(name: str, page: Page) -> str:
    shown = f"**{plain(name)}**"
    return link(shown, f"{page.links.rules}#{name}") if page.links.rules and name.replace("-", "").isalpha() else shown


def _totals(findings: Iterable[Finding]) -> str:
    counted = Counter(finding.severity for finding in findings)
    return ", ".join(phrases.plural(number, severity.value) for severity, number in counted.items())


def _silenced(findings: list[Finding], page: Page) -> Iterator[str]:
    shown = findings[: page.size.findings]
    items = [f"- {page.place(each.path, each.line)} {_rule(each.rule, page)}" for each in shown]
    body = blocks(("\n".join(items), page.left_out(len(findings) - len(shown), "ignored finding")))
    yield from fold(f"{phrases.plural(len(findings), 'finding')} ignored by a comment in the file", body)
