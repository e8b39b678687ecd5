"""A file that does too much, as the command line tells it, and what makes it less strict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.files import HEADER, put, table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Outcome

MANY = "CREATE TABLE IF NOT EXISTS many (id INTEGER PRIMARY KEY);\n" + "SELECT 1;\n" * 2000
ENDLESS = "WITH RECURSIVE n AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT * FROM n;"


@pytest.fixture
def impatient(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert repository  # it clears the environment first
    monkeypatch.setenv("PULSE_CI_SANDBOX_FACTOR", "0.1")


@pytest.mark.usefixtures("impatient")
def test_what_the_sandbox_stops_is_not_said_to_be_d1s_doing(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_many=f"{HEADER}{ENDLESS}\n")

    outcome = run("check")

    assert outcome.status == 1
    assert "✗ Do not merge: `001_many.sql` could not be run to the end" in outcome.out
    assert "What D1 would do with this statement is not known: `The sandbox stopped statement 1" in outcome.out
    assert "D1 rejects" not in outcome.out


@pytest.mark.usefixtures("impatient")
def test_a_second_run_that_the_sandbox_stops_is_not_said_to_fail(repository: Path, run: Callable[..., Outcome]) -> None:
    doubling = (
        "CREATE TABLE IF NOT EXISTS many (id INTEGER);\n"
        "INSERT INTO many SELECT a.id FROM many AS a, many AS b, many AS c;\n"
        "INSERT INTO many WITH RECURSIVE n AS (SELECT 1 AS id UNION ALL SELECT 1 FROM n LIMIT 400) SELECT id FROM n;\n"
    )
    put(repository, n001_many=f"{HEADER}{doubling}-- Reverse:\n-- DROP TABLE IF EXISTS many;\n")

    outcome = run("check")

    assert "5: error not-idempotent" in outcome.out
    assert "Whether the file can be run twice is not known: `The sandbox stopped statement 2 (" in outcome.out
    assert outcome.out.count("The sandbox stopped") == 1
    assert "Do less in one file." in outcome.out


@pytest.mark.usefixtures("impatient")
def test_a_reverse_that_the_sandbox_stops_is_not_said_to_be_d1s_doing(
    repository: Path, run: Callable[..., Outcome]
) -> None:
    put(repository, n001_a=table("a") + f"-- {ENDLESS}\n")

    outcome = run("check")

    assert "The reverse of `001_a.sql` does not run: what D1 would do is not known, `The sandbox stopped" in outcome.out
    assert "D1 answers" not in outcome.out


@pytest.mark.usefixtures("impatient")
def test_words_of_a_statement_that_was_stopped_are_not_taken_for_d1s(
    repository: Path, check: Callable[..., Outcome]
) -> None:
    put(repository, n001_many=f"{HEADER}/* cannot add a STORED column, no such table: a */ {ENDLESS}\n")

    (finding,) = (each for each in check().report["findings"] if each["severity"] == "error")

    assert (finding["rule"], finding["remedy"][:20]) == ("replay-fails", "Do less in one file.")


@pytest.mark.usefixtures("impatient")
def test_the_report_says_who_refused_a_file(repository: Path, check: Callable[..., Outcome]) -> None:
    put(
        repository,
        n001_stopped=f"{HEADER}{ENDLESS}\n",
        n002_refused=f"{HEADER}VACUUM;\n",
        n003_unread=b"SELECT '\xff';\n",
        n004_good=table("good"),
    )

    migrations = check().report["migrations"]

    assert [each["replay"] for each in migrations] == ["failed", "failed", "failed", "ok"]
    assert [each["refused_by"] for each in migrations] == ["sandbox", "d1", None, None]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM V ORDER BY a LIMIT 1;", "The engine does not run DELETE with ORDER BY or LIMIT on a view"),
        ("UPDATE v SET a = 2 LIMIT 1;", "The engine does not run UPDATE with ORDER BY or LIMIT on a view"),
        (
            "UPDATE t SET (a) = (1) FROM (SELECT 1) LIMIT 1;",
            "The engine does not run UPDATE … SET (…) = … FROM …",
        ),
    ],
)
def test_what_the_engine_cannot_do_as_d1_does_is_not_said_to_be_refused_by_d1(
    repository: Path, run: Callable[..., Outcome], check: Callable[..., Outcome], sql: str, said: str
) -> None:
    view = (
        "CREATE TABLE IF NOT EXISTS t (a);\nCREATE VIEW IF NOT EXISTS v AS SELECT a FROM t;\n"
        "CREATE TRIGGER IF NOT EXISTS g INSTEAD OF DELETE ON v BEGIN DELETE FROM t WHERE a = old.a; END;\n"
    )
    put(repository, n001_view=f"{HEADER}{view}", n002_limited=f"{HEADER}{sql}\n")

    outcome = run("check", "--baseline", "1")

    assert "✗ Do not merge: `002_limited.sql` could not be run to the end" in outcome.out
    assert f"What D1 would do with this statement is not known: `{said}" in outcome.out
    assert "→ Write it otherwise, so that it can be tried here before it runs on D1." in outcome.out
    assert check("--baseline", "1").report["migrations"][1]["refused_by"] == "engine"


def test_a_file_that_cannot_be_read_is_not_said_to_be_refused_by_d1(
    repository: Path, run: Callable[..., Outcome]
) -> None:
    put(repository, n001_unread=b"SELECT '\xff';\n")

    assert "✗ Do not merge: `001_unread.sql` could not be run to the end" in run("check").out


def test_the_factor_decides_how_much_is_too_much(
    repository: Path, check: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(repository, n001_many=f"{HEADER}{MANY}-- Reverse:\n-- DROP TABLE IF EXISTS many;\n")

    usual = check().found
    monkeypatch.setenv("PULSE_CI_SANDBOX_FACTOR", "0.1")
    strict = check().found

    assert usual == []
    assert ("replay-fails", "migrations/001_many.sql", 2004) in strict


def test_a_file_that_cannot_be_run_is_told_also_where_it_is_not_under_review(
    repository: Path, check: Callable[..., Outcome]
) -> None:
    put(repository, n001_bad=b"SELECT 1;\nSELECT '\xff';\n", n002_good=table("good"))

    outcome = check("--baseline", "1")

    assert outcome.found == [("replay-fails", "migrations/001_bad.sql", 2)]
    assert outcome.report["findings"][0]["message"].endswith("Later files were checked without it.")
