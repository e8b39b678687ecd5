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
_MAX_PLACES = 5


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the open findings, the first few unfolded, and those that a comment in a file silences."""
    findings = sort_by_severity(report.findings)
    reported = [finding for finding in findings if not finding.ignored]
    groups = _group_alike(reported[: page.limits.findings])
    items = [_render_item(number, group, page) for number, group in enumerate(groups, 1)]
    yield join_blocks(items[:_MAX_UNFOLDED])
    rest = [finding for group in groups[_MAX_UNFOLDED:] for finding in group]
    yield from render_details(f"{len(rest)} more: {_count_severities(rest)}", join_blocks(items[_MAX_UNFOLDED:]))
    yield page.render_omitted(len(reported) - sum(map(len, groups)), "finding")
    yield from _render_ignored([finding for finding in findings if finding.ignored], page)


def _render_item(number: int, findings: tuple[Finding, ...], page: Page) -> str:
    """Return one numbered finding; alike ones share it and name their lines."""
    first = findings[0]
    places = ", ".join(page.render_location(each.path, each.line) for each in findings[:_MAX_PLACES])
    more = f" and {len(findings) - _MAX_PLACES} more" if len(findings) > _MAX_PLACES else ""
    limit = page.limits.sentence
    head = f"**{number}.** {SEVERITY_ICONS[first.severity]} {_render_rule(first.rule, page)} · {places}{more}"
    remedy = escape_message(first.remedy, limit)
    return f"{head}<br>{escape_message(first.full_message, limit)}<br>**Fix:** {remedy}"


def _group_alike(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """Return the findings in groups of one cause: same rule, file, severity and remedy."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for each in findings:
        groups.setdefault((each.rule, each.path, each.severity.value, each.remedy), []).append(each)
    return [tuple(group) for group in groups.values()]


def _render_rule(name: str, page: Page) -> str:
    shown = escape_text(name)
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
