"""`pulse-ci new`: the next number, a header and a reverse, and nothing overwritten."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.commands.files import FIRST, put, table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Outcome


def test_the_next_file_has_its_header_and_its_reverse(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=table("sites"))

    outcome = run("new", "Add custom fields!", "--reason", "sites may keep values of their own")

    assert outcome == (type(outcome))(
        0, "migrations/002_add_custom_fields.sql\nmigrations/reverse/002_add_custom_fields.sql\n", ""
    )
    today = datetime.now(UTC).date()
    assert (repository / "migrations/002_add_custom_fields.sql").read_text() == (
        f"-- Migration: Add custom fields!\n-- Created: {today}\n-- Reason: sites may keep values of their own\n\n"
    )
    assert (repository / "migrations/reverse/002_add_custom_fields.sql").read_text() == (
        f"-- Reverse migration 002\n-- Created: {today}\n-- Undoes: Add custom fields!\n\n"
    )


def test_the_two_files_filled_in_are_clean(repository: Path, run: Callable[..., Outcome]) -> None:
    run("new", "Add sites", "--reason", "there is nothing to count yet")
    for path, sql in (
        (FIRST, "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY);\n"),
        ("migrations/reverse/001_add_sites.sql", "DROP TABLE IF EXISTS sites;\n"),
    ):
        with (repository / path.replace("001_sites", "001_add_sites")).open("a") as file:
            file.write(sql)

    assert "\n✓ Safe to merge" in run("check").out


def test_without_a_reason_the_missing_one_is_reported_later(
    repository: Path, run: Callable[..., Outcome], check: Callable[..., Outcome]
) -> None:
    run("new", "Add sites")

    assert check().found == [
        ("empty-migration", "migrations/001_add_sites.sql", 1),
        ("missing-reason", "migrations/001_add_sites.sql", 1),
    ]


@pytest.mark.parametrize(
    ("present", "name"),
    [
        ([], "001_x.sql"),
        (["0001_a", "0002_b"], "0003_x.sql"),
        (["001_a", "007_b"], "008_x.sql"),
        (["999_a"], "1000_x.sql"),
        (["notes"], "001_x.sql"),
    ],
)
def test_the_number_follows_the_highest_in_its_width(
    repository: Path, run: Callable[..., Outcome], present: list[str], name: str
) -> None:
    put(repository, **{f"n{each}": table("a") for each in present})

    assert run("new", "x").out.splitlines()[0] == f"migrations/{name}"


@pytest.mark.parametrize(
    ("description", "name"),
    [
        ("../../etc/passwd", "001_etc_passwd.sql"),
        ("a\n-- Reason: forged\nDROP TABLE sites;", "001_a_reason_forged_drop_table_sites.sql"),
        ("ÄÖ ünïcode x", "001_n_code_x.sql"),
        ("x" * 500, f"001_{'x' * 60}.sql"),
        ("--flag-like--", "001_flag_like.sql"),
        ("a\udcff\x1b[31mb", "001_a_31mb.sql"),
    ],
)
def test_a_hostile_description_makes_a_tame_file(
    repository: Path, run: Callable[..., Outcome], description: str, name: str
) -> None:
    outcome = run("new", "--", description)

    assert outcome.status == 0
    assert [path.name for path in (repository / "migrations").glob("*.sql")] == [name]
    text = (repository / "migrations" / name).read_text()
    assert "\x1b" not in text
    lines = text.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("--") or not line for line in lines)


@pytest.mark.parametrize("description", ["", " ", "!!!", "äöü", "\x00"])
def test_a_description_without_a_letter_is_refused(
    repository: Path, run: Callable[..., Outcome], description: str
) -> None:
    outcome = run("new", description)

    assert outcome.status == 2
    assert outcome.err.endswith(" has no letter or digit to name a file by.\n")
    assert list((repository / "migrations").iterdir()) == []


def test_a_reverse_that_is_there_is_not_overwritten(repository: Path, run: Callable[..., Outcome]) -> None:
    (repository / "migrations/reverse").mkdir()
    (repository / "migrations/reverse/001_x.sql").write_text("mine")

    outcome = run("new", "x")

    assert outcome.status == 2
    assert outcome.err == "pulse-ci: migrations/reverse/001_x.sql cannot be written: File exists.\n"
    assert (repository / "migrations/reverse/001_x.sql").read_text() == "mine"
    assert not (repository / "migrations/001_x.sql").exists()


def test_the_directory_is_made(repository: Path, run: Callable[..., Outcome]) -> None:
    outcome = run("new", "x", "db/migrations")

    assert outcome.out == "db/migrations/001_x.sql\ndb/migrations/reverse/001_x.sql\n"


@pytest.mark.parametrize("directory", ["file", "file/below"])
def test_a_directory_that_cannot_be_made_is_said(repository: Path, run: Callable[..., Outcome], directory: str) -> None:
    (repository / "file").write_text("")

    outcome = run("new", "x", directory)

    assert outcome.status == 2
    assert outcome.err.startswith(f"pulse-ci: {directory} cannot be made: ")


def test_nothing_is_written_outside_the_repository(
    repository: Path, tmp_path: Path, run: Callable[..., Outcome]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (repository / "migrations/reverse").symlink_to(tmp_path / "elsewhere")

    assert run("new", "x").status == 2
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_number_that_is_a_time_is_followed_by_the_time(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n20240305120000_sites=table("sites"))
    before = datetime.now(UTC).strftime("%Y%m%d%H%M%S")

    outcome = run("new", "Add goals")

    assert before <= outcome.out.removeprefix("migrations/")[:14] <= datetime.now(UTC).strftime("%Y%m%d%H%M%S")
