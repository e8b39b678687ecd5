"""What depends on rows is settled by staging's own, in one request that only reads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pulse_ci.commands.check import check as check_request
from pulse_ci.commands.request import read_request
from pulse_ci.d1.client import D1Client
from pulse_ci.errors import D1Unavailable
from pulse_ci.report.text import render
from pulse_ci.settings import read_settings
from tests.cloudflare.wrangler import configure
from tests.commands.files import HEADER, put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare
    from tests.commands.conftest import Outcome

SITES = "CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT);\n"
UNIQUE = "CREATE UNIQUE INDEX IF NOT EXISTS by_url ON sites (url);\n-- Reverse:\n-- DROP INDEX IF EXISTS by_url;\n"
REQUIRED = (
    "-- pulse-ci: ignore not-idempotent SQLite cannot guard it\n"
    "ALTER TABLE sites ADD COLUMN owner TEXT NOT NULL;\n-- Reverse:\n-- ALTER TABLE sites DROP COLUMN owner;\n"
)


@pytest.fixture
def staging(repository: Path, cloud: Cloudflare, monkeypatch: pytest.MonkeyPatch) -> str:
    """A staging database with the table sites; the repository's first file makes it."""
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    database = cloud.create("staging", SITES)
    configure(repository, database)
    put(repository, n001_sites=f"{HEADER}{SITES.replace('TABLE', 'TABLE IF NOT EXISTS')}")
    return database


def the(outcome: Outcome, rule: str) -> tuple[str, str]:
    """The severity of a rule's one finding, and what staging said of it."""
    (found,) = [each for each in outcome.report["findings"] if each["rule"] == rule]
    return found["severity"], found["answer"]["said"]


def test_duplicates_on_staging_make_an_error_that_counts_them(
    check: Callable[..., Outcome], repository: Path, cloud: Cloudflare, staging: str
) -> None:
    cloud.run(staging, "INSERT INTO sites (url) VALUES ('a'), ('a'), ('a'), ('b'), (NULL), (NULL);")
    put(repository, n002_unique=HEADER + UNIQUE)
    cloud.log.clear()

    outcome = check()

    severity, said = the(outcome, "unique-on-existing")
    assert (outcome.status, severity) == (1, "error")
    assert said == "`staging` has 2 duplicates of `url` in 6 rows."
    assert outcome.report["staging"]["requests"] == len(cloud.log) == 3
    assert not cloud.writes


def test_no_duplicates_on_staging_make_a_notice(
    check: Callable[..., Outcome], repository: Path, cloud: Cloudflare, staging: str
) -> None:
    cloud.run(staging, "INSERT INTO sites (url) VALUES ('a'), ('b');")
    put(repository, n002_unique=HEADER + UNIQUE)

    outcome = check()

    severity, said = the(outcome, "unique-on-existing")
    assert (outcome.status, severity) == (0, "notice")
    assert said == "`staging` has 0 duplicates of `url` in 2 rows."


def test_an_answer_is_told_with_its_message_and_stands_beside_it_in_json(
    run: Callable[..., Outcome], check: Callable[..., Outcome], repository: Path, cloud: Cloudflare, staging: str
) -> None:
    cloud.run(staging, "INSERT INTO sites (url) VALUES ('a'), ('a');")
    put(repository, n002_unique=HEADER + UNIQUE)

    (found,) = (each for each in check().report["findings"] if each["rule"] == "unique-on-existing")

    assert found["answer"] == {
        "database": "staging",
        "found": 1,
        "looked_at": 2,
        "said": "`staging` has 1 duplicate of `url` in 2 rows.",
    }
    assert "staging" not in found["message"]
    told = f"{found['message']} {found['answer']['said']}"
    assert told in run("check").out
    assert told in run("check", "--format", "markdown").out
    assert told in run("check", "--format", "sarif").out


def test_a_fix_is_offered_too_where_staging_was_asked_how_many_rows_a_statement_reaches(
    check: Callable[..., Outcome], repository: Path, cloud: Cloudflare, staging: str
) -> None:
    cloud.run(staging, "INSERT INTO sites (url) VALUES ('a'), ('b');")
    lower = "UPDATE sites SET url = lower(url) WHERE url <> 'a';\n"
    put(repository, n002_unique=HEADER + lower + UNIQUE.replace(" IF NOT EXISTS", ""))

    found = check().report

    assert found["migrations"][1]["cost"]["at_most"] is False
    (unguarded,) = (each for each in found["findings"] if each["rule"] == "not-idempotent")
    assert unguarded["fix"]["does"] == "adds `IF NOT EXISTS`"


@pytest.mark.parametrize(
    ("rows", "severity", "answer"), [("", "notice", "0 rows that need a value in 0 rows"), ("('a')", "error", "1 row")]
)
def test_a_column_that_needs_a_value_is_an_error_where_there_is_a_row(
    check: Callable[..., Outcome],
    repository: Path,
    cloud: Cloudflare,
    staging: str,
    rows: str,
    severity: str,
    answer: str,
) -> None:
    if rows:
        cloud.run(staging, f"INSERT INTO sites (url) VALUES {rows};")
    put(repository, n002_required=HEADER + REQUIRED)

    found, said = the(check(), "not-null-without-default")

    assert found == severity
    assert f"`staging` has {answer}" in said


def test_rows_that_the_file_itself_corrects_first_are_no_error(
    check: Callable[..., Outcome], repository: Path, cloud: Cloudflare, staging: str
) -> None:
    cloud.run(staging, "INSERT INTO sites (url) VALUES ('a'), ('a');")
    correct = "DELETE FROM sites WHERE id > 1 AND url = 'a';\n"
    put(repository, n002_unique=HEADER + correct + UNIQUE)

    severity, said = the(check(), "unique-on-existing")

    assert severity == "warning"
    assert said.endswith("1 duplicate of `url` in 2 rows now, before these files write to `sites`.")


def test_what_an_earlier_pending_file_makes_cannot_be_asked_about(
    check: Callable[..., Outcome], repository: Path, cloud: Cloudflare, staging: str
) -> None:
    column = "-- pulse-ci: ignore not-idempotent guarded\nALTER TABLE sites ADD COLUMN slug TEXT;\n"
    put(repository, n002_slug=HEADER + column, n003_unique=HEADER + UNIQUE.replace("(url)", "(slug)"))
    cloud.log.clear()

    outcome = check()

    assert outcome.report["staging"]["status"] == "used"
    assert not [each for each in outcome.report["findings"] if each["answer"]]
    assert not cloud.writes


def test_staging_that_fails_on_the_questions_leaves_them_open_and_says_so(
    repository: Path, cloud: Cloudflare, staging: str
) -> None:
    put(repository, n002_unique=HEADER + UNIQUE)
    cloud.fail("gateway", skip=2, times=9)
    request = read_request(read_settings({}), "check")
    patient = replace(request, connect=lambda account: D1Client(account, sleep=lambda _: None))

    report = check_request(patient)

    (found,) = [each for each in report.findings if each.rule == "unique-on-existing"]
    assert found.severity == "warning"
    assert "What depends on rows is open, staging did not answer: " in render(report)
    assert cloud.token not in render(report)


def test_staging_that_fails_on_the_questions_stops_who_asked_for_it_by_name(
    repository: Path, cloud: Cloudflare, staging: str
) -> None:
    put(repository, n002_unique=HEADER + UNIQUE)
    cloud.fail("gateway", skip=2, times=9)
    request = read_request(read_settings({"preview": "staging"}), "check")

    with pytest.raises(D1Unavailable, match="502 Bad Gateway"):
        check_request(replace(request, connect=lambda account: D1Client(account, sleep=lambda _: None)))
