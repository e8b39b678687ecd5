"""A file that does too much, as the command line tells it, and what makes it less strict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.commands.files import HEADER, put, table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.commands.conftest import Outcome

MANY = "CREATE TABLE IF NOT EXISTS many (id INTEGER PRIMARY KEY);\n" + "SELECT 1;\n" * 2000


def test_what_the_sandbox_stops_is_not_said_to_be_d1s_doing(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_many=f"{HEADER}WITH RECURSIVE n AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT * FROM n;\n")

    outcome = run("check")

    assert outcome.status == 1
    assert "✗ `001_many.sql` could not be run to the end" in outcome.out
    assert "What D1 would do with this statement is not known: `The sandbox stopped statement 1" in outcome.out
    assert "D1 refuses" not in outcome.out


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
    assert outcome.report["findings"][0]["message"].endswith("What follows was judged without it.")
