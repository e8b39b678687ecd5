"""What can be wrong with numbers, names and text: each has its finding or its error, never a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.files import FIRST, HEADER, put, put_pulse, table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Outcome


def test_a_number_without_the_one_before(repository: Path, check: Callable[..., Outcome]) -> None:
    put_pulse(repository)
    put(repository, n023_extra=table("extra"))

    outcome = check()

    assert outcome.status == 1
    assert outcome.found == [("migration-number-gap", "migrations/023_extra.sql", 1)]
    assert outcome.report["findings"][-1]["message"] == "023 follows 021: number 22 is missing."
    assert outcome.report["findings"][-1]["remedy"] == (
        "git mv migrations/023_extra.sql migrations/022_extra.sql  (or commit the missing file)"
    )


def test_two_files_with_one_number(repository: Path, check: Callable[..., Outcome]) -> None:
    put_pulse(repository)
    put(repository, n022_extra=table("extra"), n022_other=table("other"))

    outcome = check()

    assert outcome.status == 0
    assert outcome.found == [("migration-number-duplicate", "migrations/022_other.sql", 1)]


@pytest.mark.parametrize(
    ("name", "proposal"),
    [
        ("019b_extra", "019_b_extra.sql"),
        ("22_x", "022_x.sql"),
        ("0022_x", "022_x.sql"),
        ("extra", "NNN_extra.sql"),
        ("022-extra", "022_extra.sql"),
        ("022", "022_description.sql"),
        ("022_", "022_description.sql"),
        ("1234567890_x", "022_x.sql"),
    ],
)
def test_a_name_that_hides_its_place(repository: Path, check: Callable[..., Outcome], name: str, proposal: str) -> None:
    put_pulse(repository)
    put(repository, **{f"n{name}": table("extra")})

    outcome = check()

    assert outcome.status == 1
    assert outcome.found == [("migration-name", f"migrations/{name}.sql", 1)]
    remedies = [finding["remedy"] for finding in outcome.report["findings"] if finding["rule"] == "migration-name"]
    assert remedies == [f"git mv migrations/{name}.sql migrations/{proposal}"]


BROKEN: dict[str, tuple[str | bytes, list[tuple[str, int]]]] = {
    "unterminated comment": (
        f"{HEADER}CREATE TABLE IF NOT EXISTS a (id INTEGER PRIMARY KEY);\n/* open\n-- Reverse:\n-- DROP TABLE a;\n",
        [("missing-drop", 4), ("unterminated-file", 5)],
    ),
    "unterminated quote": (f"{HEADER}INSERT INTO a VALUES ('x);\n", [("replay-fails", 4), ("unterminated-file", 4)]),
    "no semicolon": (
        f"{HEADER}CREATE TABLE IF NOT EXISTS a (id INTEGER PRIMARY KEY)\n-- Reverse:\n-- DROP TABLE IF EXISTS a;\n",
        [("unterminated-file", 4)],
    ),
    "empty": ("", [("missing-header", 1), ("empty-migration", 1), ("missing-reason", 1)]),
    "blank": (" \n\n", [("missing-header", 1), ("empty-migration", 1), ("missing-reason", 1)]),
    "semicolons alone": (f"{HEADER};;;\n", [("empty-migration", 1)]),
    "comments alone": (f"{HEADER}-- nothing yet\n", [("empty-migration", 1)]),
    "random bytes": (bytes(range(128, 256)) * 40, [("replay-fails", 1)]),
    "invalid UTF-8 on line 2": (b"-- Migration: x\n\xff;\n", [("replay-fails", 2)]),
    "NUL on line 3": (b"-- Migration: x\n\n\0SELECT 1;\n", [("replay-fails", 3)]),
    "UTF-16": ("CREATE TABLE a (b);\n".encode("utf-16"), [("replay-fails", 1)]),
    "prose": (f"{HEADER}Please add a table for me.\n", [("replay-fails", 4), ("unterminated-file", 4)]),
    "byte order mark": ("\ufeff" + table("a"), []),
    "CRLF": (table("a").replace("\n", "\r\n"), []),
    "no line end at the end": (table("a").rstrip("\n"), []),
    "a Markdown fence": (
        f"```sql\n{table('a')}```\n",
        [("missing-header", 1), ("missing-reason", 1), ("replay-fails", 1), ("unterminated-file", 8)],
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_content_has_its_finding(repository: Path, check: Callable[..., Outcome], case: str) -> None:
    content, expected = BROKEN[case]
    put(repository, n001_sites=content)

    outcome = check()

    assert sorted((rule, line) for rule, _, line in outcome.found) == sorted(expected)
    assert {path for _, path, _ in outcome.found} <= {FIRST}
    errors = [finding for finding in outcome.report["findings"] if finding["severity"] == "error"]
    assert outcome.status == (1 if errors else 0)


def test_a_file_of_20_megabytes_is_not_read(repository: Path, check: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=b"-- " + b"x" * 20_000_000)

    outcome = check()

    assert outcome.found == [("replay-fails", FIRST, 1)]
    assert outcome.report["findings"][0]["message"] == (
        "`001_sites.sql` has 20,000,003 bytes; at most 16,777,216 are read, so nothing of it can be run."
    )


def test_a_directory_that_is_not_there(run: Callable[..., Outcome]) -> None:
    outcome = run("check", "no/where")

    assert outcome.status == 2
    assert outcome.out == ""
    assert outcome.err == (
        "pulse-ci: no/where is not there. Name the directory of your migrations: pulse-ci check path/to/migrations\n"
    )


def test_a_file_in_place_of_the_directory(repository: Path, run: Callable[..., Outcome]) -> None:
    (repository / "README.md").touch()

    outcome = run("check", "README.md")

    assert outcome.status == 2
    assert outcome.err.startswith("pulse-ci: README.md is not a directory. ")


def test_an_empty_directory_could_not_be_checked(repository: Path, run: Callable[..., Outcome]) -> None:
    outcome = run("check")

    assert outcome.status == 2
    assert outcome.err.startswith("pulse-ci: migrations is empty: nothing was read.")


def test_a_new_directory_without_a_migration_is_neutral(repository: Path, check: Callable[..., Outcome]) -> None:
    (repository / "migrations/.gitkeep").touch()

    outcome = check()

    assert (outcome.status, outcome.report["conclusion"], outcome.report["migrations"]) == (0, "neutral", [])


def test_rows_of_text_that_is_no_utf_8_are_followed(repository: Path, check: Callable[..., Outcome]) -> None:
    put(
        repository,
        n001_sites=f"{HEADER}CREATE TABLE IF NOT EXISTS sites (name TEXT, more AS (name || x'ff21'));\n"
        "INSERT INTO sites VALUES (CAST(x'ff' AS TEXT));\n",
        n002_clean=f"{HEADER}UPDATE sites SET name = '';\n",
    )

    assert ("unbounded-write", "migrations/002_clean.sql", 4) in check("--baseline", "1").found
