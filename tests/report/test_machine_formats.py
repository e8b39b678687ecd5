"""JSON by its shipped schema, and SARIF as code scanning wants it."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from pulse_ci.commands.check import check
from pulse_ci.commands.request import request_for
from pulse_ci.model import Finding
from pulse_ci.report import Report, sarif
from pulse_ci.report.escape import path_in_url
from tests.commands.files import HEADER, PULSE, SAMPLE, table
from tests.report.hostile import hostile_reports
from tests.report.reports import small_report

if TYPE_CHECKING:
    from pathlib import Path


DIRECTORIES: dict[str, dict[str, str]] = {
    "empty": {},
    "one good file": {"001_sites.sql": table("sites")},
    "the documentation's sample": {"001_a.sql": "CREATE TABLE sites (id TEXT PRIMARY KEY);", "022_a.sql": SAMPLE},
    "no number": {"sites.sql": table("sites")},
    "number 000": {"000_sites.sql": table("sites")},
    "two of a number": {"001_a.sql": table("a"), "001_b.sql": table("b")},
    "refused": {"001_a.sql": "BEGIN; CREATE TABLE a (b); COMMIT;", "002_b.sql": "SELECT missing FROM a;"},
    "nonsense": {"001_a.sql": "'", "002_b.sql": "/*", "003_c.sql": "\ufeff", "004_d.sql": ""},
    "ignored": {"001_a.sql": f"{HEADER}-- pulse-ci: ignore-file missing-drop kept for ever\nCREATE TABLE a (b);\n"},
    "a deferred violation": {
        "001_a.sql": "CREATE TABLE p (id INTEGER PRIMARY KEY);"
        "CREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY DEFERRED);INSERT INTO c VALUES (1);"
    },
}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The shipped JSON Schema of the report."""
    path = PULSE.parent / "pulse_ci/report/schema.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """What judges a report by the schema, which is itself valid."""
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_report_on_pulse_own_migrations_fits_the_schema(validator: Draft202012Validator) -> None:
    report = json.loads(check(request_for(PULSE)).to_json())

    validator.validate(report)
    assert len(report["migrations"]) == 21


@pytest.mark.parametrize("case", DIRECTORIES)
def test_the_report_on_any_files_fits_the_schema(tmp_path: Path, validator: Draft202012Validator, case: str) -> None:
    for name, content in DIRECTORIES[case].items():
        (tmp_path / name).write_text(content)

    report = check(request_for(tmp_path))

    validator.validate(json.loads(report.to_json()))
    assert_sarif(json.loads(sarif.render(report, "1.0.0", {})), report)


def test_the_schema_names_every_field_of_the_report(schema: dict[str, Any]) -> None:
    report = json.loads(small_report().to_json())

    assert list(report) == schema["required"]
    for part in ("migrations", "findings", "changes"):
        assert list(report[part][0]) == schema["$defs"][part.removesuffix("s")]["required"]


def test_json_keeps_every_character_and_prints_none_that_cannot_be_seen() -> None:
    for report, _ in hostile_reports(100):
        shown = report.to_json()

        assert not any(unicodedata.category(each) in ("Cc", "Cf", "Cs") for each in shown if each != "\n")
        findings = [finding["message"] for finding in json.loads(shown)["findings"]]
        assert findings == [finding.message for finding in report.findings]


def test_sarif_prints_no_character_that_cannot_be_seen() -> None:
    for report, _ in hostile_reports(100):
        shown = sarif.render(report, "1.0.0", {})

        assert not any(unicodedata.category(each) in ("Cc", "Cf", "Cs") for each in shown if each != "\n")
        assert_sarif(json.loads(shown), report)


def assert_sarif(log: dict[str, Any], report: Report) -> None:
    """The parts of SARIF 2.1.0 that we use, as its specification and GitHub's upload demand them."""
    assert log.keys() == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    assert len(run["results"]) == len(report.findings)
    for result, finding in zip(run["results"], report.findings, strict=True):
        assert result["ruleId"] in rules
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert 1 <= region["startLine"] <= region["endLine"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == path_in_url(finding.path)
        assert uri.isascii()
        assert ("suppressions" in result) is finding.ignored
    prints = [result["partialFingerprints"]["pulseCi/v1"] for result in run["results"]]
    assert len(prints) == len(set(prints))


def test_a_finding_keeps_its_fingerprint_when_it_moves() -> None:
    report = small_report()
    moved = Report(
        **{name: getattr(report, name) for name in ("command", "conclusion", "database", "staging", "migrations")},
        findings=tuple(
            Finding(each.rule, each.severity, each.path, each.line + 3, each.end_line + 3, each.message, "x")
            for each in report.findings
        ),
    )

    assert fingerprints(report) == fingerprints(moved)


def fingerprints(report: Report) -> list[str]:
    log = json.loads(sarif.render(report, "1.0.0", {}))
    return [result["partialFingerprints"]["pulseCi/v1"] for result in log["runs"][0]["results"]]
