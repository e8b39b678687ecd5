"""The findings, the worst first: where, which rule, what happens, what to do instead."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pulse_ci.report import phrases
from pulse_ci.report.escape import escape_message, escape_text, link
from pulse_ci.report.finding_order import sort_by_severity
from pulse_ci.report.markdown.icons import SEVERITY_ICONS
from pulse_ci.report.markdown.page import join_blocks, render_details

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.model import Finding
    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import Report

_MAX_UNFOLDED = 5


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the open findings, the first few unfolded, and those that a comment in a file silences."""
    findings = sort_by_severity(report.findings)
    reported = [finding for finding in findings if not finding.ignored]
    shown = reported[: page.limits.findings]
    yield "\n".join(_render_item(finding, page) for finding in shown[:_MAX_UNFOLDED])
    rest = shown[_MAX_UNFOLDED:]
    yield from render_details(
        f"{len(rest)} more: {_count_severities(rest)}", "\n".join(_render_item(finding, page) for finding in rest)
    )
    yield page.render_omitted(len(reported) - len(shown), "finding")
    yield from _render_ignored([finding for finding in findings if finding.ignored], page)


def _render_item(finding: Finding, page: Page) -> str:
    # A list and not a table: on a telephone, a table of sentences is a column of words.
    head = (
        f"- {SEVERITY_ICONS[finding.severity]} {page.render_location(finding.path, finding.line)} "
        f"{_render_rule(finding.rule, page)}"
    )
    limit = page.limits.sentence
    return f"{head}<br>{escape_message(finding.full_message, limit)}<br>→ {escape_message(finding.remedy, limit)}"


def _render_rule(name: str, page: Page) -> str:
    shown = f"**{escape_text(name)}**"
    return (
        link(shown, f"{page.links.rules_url}/{name}.md")
        if page.links.rules_url and name.replace("-", "").isalpha()
        else shown
    )


def _count_severities(findings: Iterable[Finding]) -> str:
    counted = Counter(finding.severity for finding in findings)
    return ", ".join(phrases.pluralize(number, severity.value) for severity, number in counted.items())


def _render_ignored(findings: list[Finding], page: Page) -> Iterator[str]:
    shown = findings[: page.limits.findings]
    items = [f"- {page.render_location(each.path, each.line)} {_render_rule(each.rule, page)}" for each in shown]
    body = join_blocks(("\n".join(items), page.render_omitted(len(findings) - len(shown), "ignored finding")))
    yield from render_details(f"{phrases.pluralize(len(findings), 'finding')} ignored by a comment in the file", body)
