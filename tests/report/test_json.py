"""The JSON report, judged by its shipped schema."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from pulse_ci.commands.check import check
from pulse_ci.commands.request import build_request
from tests.commands.files import HEADER, PULSE, SAMPLE, table
from tests.report.hostile import hostile_reports
from tests.report.reports import small_report

if TYPE_CHECKING:
    from pathlib import Path


DIRECTORIES: dict[str, dict[str, str]] = {
    "empty": {"README.md": "SQL goes here"},
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
    report = json.loads(check(build_request(PULSE)).to_json())

    validator.validate(report)
    assert len(report["migrations"]) == 21


@pytest.mark.parametrize("case", DIRECTORIES)
def test_the_report_on_any_files_fits_the_schema(tmp_path: Path, validator: Draft202012Validator, case: str) -> None:
    for name, content in DIRECTORIES[case].items():
        (tmp_path / name).write_text(content)

    report = check(build_request(tmp_path))

    validator.validate(json.loads(report.to_json()))


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
