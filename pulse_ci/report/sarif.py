"""A Report to SARIF 2.1.0, for GitHub's code scanning and for editors."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pulse_ci.model import Severity
from pulse_ci.report.escape import json_text, path_in_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.model import Finding
    from pulse_ci.report.value import Report

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}


def render(report: Report, version: str, summaries: dict[str, str]) -> str:
    """Return the findings as SARIF; `summaries` has one sentence for each rule's name."""
    used = sorted({finding.rule for finding in report.findings})
    driver = {
        "name": "pulse-ci",
        "version": version,
        "rules": [{"id": rule, "shortDescription": {"text": summaries.get(rule, rule)}} for rule in used],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": _results(report.findings),
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _results(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    seen: dict[str, int] = {}
    results = []
    for finding in findings:
        # The line is left out: the same finding stays the same when something is put in above it.
        key = f"{finding.rule}\0{finding.path}\0{finding.message}"
        seen[key] = seen.get(key, 0) + 1
        results.append(_result(finding, sha256(f"{key}\0{seen[key]}".encode(errors="surrogatepass")).hexdigest()[:32]))
    return results


def _result(finding: Finding, fingerprint: str) -> dict[str, Any]:
    location = {
        "artifactLocation": {"uri": path_in_url(finding.path), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": finding.line, "endLine": finding.end_line},
    }
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message} {finding.remedy}"},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"pulseCi/v1": fingerprint},
    }
    if finding.ignored:
        result["suppressions"] = [{"kind": "inSource"}]
    return result
