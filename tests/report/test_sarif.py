"""SARIF, judged by its own JSON Schema and by what GitHub's code scanning asks for."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft4Validator

from pulse_ci.commands.check import check
from pulse_ci.commands.request import build_request
from pulse_ci.model import Finding, ProbeResult, Severity
from pulse_ci.report import Report, sarif
from pulse_ci.report.escape import quote_path
from pulse_ci.rules.registry import RULES
from tests.commands.files import PULSE
from tests.report.hostile import hostile_reports
from tests.report.reports import small_report

ROOT = PULSE.parent
SCHEMA = ROOT / "tests/node/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
PAGE = "https://github.com/org/pulse-migrate-action/blob/v1/docs/rules"


@pytest.fixture(scope="module")
def judge() -> Draft4Validator:
    """What judges by the schema of SARIF 2.1.0, which is itself valid."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft4Validator.check_schema(schema)
    return Draft4Validator(schema)


def read(report: Report) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(sarif.render(report, "1.0.0", RULES, rules_page=PAGE, category="eu"))
    return log


@pytest.mark.parametrize("files", ["migrations", "examples/pull-request/migrations"])
def test_what_a_check_finds_fits_the_schema(judge: Draft4Validator, files: str) -> None:
    report = check(build_request(ROOT / files))

    judge.validate(read(report))
    assert_sarif(read(report), report)


def test_hostile_findings_fit_the_schema_and_print_no_character_that_cannot_be_seen(judge: Draft4Validator) -> None:
    for report, _ in hostile_reports(60):
        shown = sarif.render(report, "1.0.0", RULES)

        judge.validate(json.loads(shown))
        assert_sarif(json.loads(shown), report)
        assert not any(unicodedata.category(each) in ("Cc", "Cf", "Cs") for each in shown if each != "\n")


def assert_sarif(log: dict[str, Any], report: Report) -> None:
    """The parts of SARIF 2.1.0 that we use, as GitHub's upload demands them."""
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    for result, finding in zip(run["results"], report.findings, strict=True):
        assert result["ruleId"] == rules[result["ruleIndex"]] == finding.rule
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert 1 <= region["startLine"] <= region["endLine"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == quote_path(finding.path)
        assert uri.isascii()
        assert ("suppressions" in result) is finding.ignored
    prints = [result["partialFingerprints"]["pulseCi/v1"] for result in run["results"]]
    assert len(prints) == len(set(prints))


def test_every_rule_brings_its_page() -> None:
    findings = tuple(Finding(rule.name, rule.severity, "a.sql", 1, 1, "It fails.", "Mend it.") for rule in RULES)

    (run,) = read(replace(small_report(), findings=findings))["runs"]

    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    for rule in RULES:
        told = rules[rule.name]
        assert rule.problem in told["help"]["text"]
        assert " file: " in told["help"]["markdown"]
        assert told["helpUri"] == f"{PAGE}/{rule.name}.md"


def test_jobs_of_a_matrix_do_not_replace_each_others_findings() -> None:
    assert read(small_report())["runs"][0]["automationDetails"] == {"id": "pulse-ci/eu/"}


def test_no_name_becomes_a_link_in_a_message() -> None:
    finding = Finding("missing-drop", Severity.ERROR, "a.sql", 1, 1, "No `[x](https://evil.example)`.", "Mend it.")

    (run,) = read(replace(small_report(), findings=(finding,)))["runs"]

    assert "](" not in run["results"][0]["message"]["text"]


def test_of_more_findings_than_github_takes_the_worst_stay() -> None:
    mild = Finding("missing-reason", Severity.WARNING, "a.sql", 1, 1, "No reason.", "Give one.")
    (severe, _) = small_report().findings

    kept = sarif.limit_findings((mild,) * 25_000 + (severe,))

    assert len(kept) == 25_000
    assert kept[0] == severe


def test_a_finding_keeps_its_fingerprint_when_it_moves() -> None:
    report = small_report()
    findings = [replace(each, line=each.line + 3, end_line=each.end_line + 3, remedy="x") for each in report.findings]

    moved = replace(report, findings=tuple(findings))

    assert fingerprints(report) == fingerprints(moved)


def test_a_finding_keeps_its_fingerprint_when_rows_come_in() -> None:
    report = small_report()
    asked = [ProbeResult("staging", 3, rows, f"`staging` has 3 duplicates in {rows} rows.") for rows in (12, 13)]

    before, after = (replace(report, findings=(replace(report.findings[0], answer=each),)) for each in asked)

    assert fingerprints(before) == fingerprints(after)
    assert "3 duplicates in 13 rows" in str(read(after))


def fingerprints(report: Report) -> list[str]:
    return [result["partialFingerprints"]["pulseCi/v1"] for result in read(report)["runs"][0]["results"]]
