"""A Report to SARIF 2.1.0, for GitHub's code scanning and for editors.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, and what GitHub reads of it:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pulse_ci.model import Severity
from pulse_ci.report.escape import dump_json, quote_path
from pulse_ci.rules.rule_docs import render_rule_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pulse_ci.analysis.rule import Rule
    from pulse_ci.model import Finding
    from pulse_ci.report.models import Report

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
_PROBLEM_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "recommendation"}
# GitHub refuses a file with more.
_MAX_RESULTS = 25_000


def render(
    report: Report, version: str, rules: Iterable[Rule], *, rules_page: str | None = None, category: str | None = None
) -> str:
    """Return the findings as SARIF, the worst first where there are more than GitHub takes.

    `rules_page` is the address of the directory of rule pages; `category` tells apart what the jobs of a matrix
    upload for one commit.
    """
    findings = limit_findings(report.findings)
    used = sorted({finding.rule for finding in findings})
    known = {rule.name: rule for rule in rules}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "pulse-ci",
                "version": version,
                "semanticVersion": version,
                "rules": [_describe_rule(name, known.get(name), rules_page) for name in used],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True}],
        "results": _build_results(findings, used),
    }
    if category:
        run["automationDetails"] = {"id": f"pulse-ci/{category}/"}
    return dump_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def limit_findings(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Return the findings, or the worst of them as many as GitHub takes."""
    if len(findings) <= _MAX_RESULTS:
        return findings
    return sorted(findings, key=lambda finding: finding.severity.rank)[:_MAX_RESULTS]


def _describe_rule(name: str, rule: Rule | None, rules_page: str | None) -> dict[str, Any]:
    if rule is None:
        return {"id": name, "shortDescription": {"text": name}}
    described: dict[str, Any] = {
        "id": rule.name,
        "shortDescription": {"text": f"{rule.summary}."},
        "fullDescription": {"text": rule.problem},
        "help": {"text": f"{rule.problem}\n\n{rule.remedy}", "markdown": render_rule_page(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["d1", "migrations"],
            "problem.severity": _PROBLEM_SEVERITIES[rule.severity],
            "precision": "high",
        },
    }
    return described | ({"helpUri": f"{rules_page}/{rule.name}.md"} if rules_page else {})


def _build_results(findings: Iterable[Finding], rules: Sequence[str]) -> list[dict[str, Any]]:
    seen: dict[str, int] = {}
    results = []
    for finding in findings:
        # Without the line and the rows: it stays the same when something is put in above it, and when rows are.
        key = f"{finding.rule}\0{finding.path}\0{finding.message}"
        seen[key] = seen.get(key, 0) + 1
        fingerprint = sha256(f"{key}\0{seen[key]}".encode(errors="surrogatepass")).hexdigest()[:32]
        results.append(_build_result(finding, rules.index(finding.rule), fingerprint))
    return results


def _break_links(text: str) -> str:
    # A message that is else plain text may hold links (SARIF 3.11.6): none that a name brings is one.
    return text.replace("](", "] (")


def _build_result(finding: Finding, rule: int, fingerprint: str) -> dict[str, Any]:
    location = {
        "artifactLocation": {"uri": quote_path(finding.path), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": finding.line, "endLine": finding.end_line},
    }
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": _break_links(f"{finding.full_message} {finding.remedy}")},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"pulseCi/v1": fingerprint},
    }
    if finding.ignored:
        result["suppressions"] = [{"kind": "inSource"}]
    return result
