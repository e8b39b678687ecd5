"""`pulse-ci reverse`: what undoes a migration, written where it is looked for, and nothing overwritten."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.commands.files import HEADER, put, table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Outcome

TODAY = datetime.now(UTC).date()
OWNER = "-- Migration: Owner of a site\n-- Created: 2024-03-05\nALTER TABLE sites ADD COLUMN owner TEXT;\n"
WRITTEN = (
    f"-- Reverse migration 002\n-- Created: {TODAY}\n-- Undoes: Owner of a site\n\n"
    "ALTER TABLE sites DROP COLUMN owner;\n"
)
REVERSE = "migrations/reverse/002_owner.sql"


def test_the_file_has_a_header_and_the_statements_and_its_path_is_told(
    repository: Path, run: Callable[..., Outcome]
) -> None:
    put(repository, n001_sites=table("sites"), n002_owner=OWNER)

    outcome = run("reverse", "002")

    assert (outcome.status, outcome.out, outcome.err) == (0, f"{REVERSE}\n", "")
    assert (repository / REVERSE).read_text() == WRITTEN


def test_a_dry_run_prints_the_file_and_writes_none(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=table("sites"), n002_owner=OWNER)

    outcome = run("reverse", "2", "--dry-run")

    assert (outcome.status, outcome.out) == (0, WRITTEN)
    assert not (repository / "migrations/reverse").exists()


def test_what_cannot_be_restored_is_said_in_the_file_and_aloud(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=table("sites"), n002_gone=f"{HEADER}DROP TABLE sites;\n")

    outcome = run("reverse", "002")

    assert outcome.err == "Rows of `sites` cannot be restored.\n"
    assert "\n-- Rows of `sites` cannot be restored.\n" in (repository / "migrations/reverse/002_gone.sql").read_text()


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("reverse/002_owner", "-- Reverse migration 002\n\nSELECT 1;\n", "migrations/reverse/002_owner.sql:3"),
        ("003_back", "-- Reverse migration 002\n-- Created: 2024-03-05\nSELECT 1;\n", "migrations/003_back.sql:3"),
        ("002_owner", f"{OWNER}-- Reverse:\n-- SELECT 1;\n", "migrations/002_owner.sql:5"),
    ],
)
def test_a_reverse_that_somebody_wrote_is_never_overwritten(
    repository: Path, run: Callable[..., Outcome], name: str, content: str, place: str
) -> None:
    put(repository, n001_sites=table("sites"), n002_owner=OWNER)
    path = repository / "migrations" / f"{name}.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)

    outcome = run("reverse", "002")

    assert outcome.status == 2
    assert outcome.err == (
        f"pulse-ci: 002_owner.sql has a reverse already: {place}. "
        "Remove it to have a new one written, or see one with --dry-run.\n"
    )
    assert path.read_text() == content


def test_a_header_that_waits_for_statements_is_kept(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=table("sites"), n002_owner=OWNER)
    stub = "-- Reverse migration 002\r\n-- Created: 2024-03-05\r\n-- Ask Ann before you run this\r\n\r\n"
    (repository / "migrations/reverse").mkdir()
    (repository / REVERSE).write_bytes(stub.encode())
    (repository / REVERSE).chmod(0o640)

    assert run("reverse", "002").status == 0

    content = (repository / REVERSE).read_bytes().decode()
    assert content == f"{stub.rstrip()}\n\nALTER TABLE sites DROP COLUMN owner;\n"
    assert stat.S_IMODE((repository / REVERSE).stat().st_mode) == 0o640


@pytest.mark.parametrize("target", ["inside.txt", "../outside.txt"])
def test_a_link_in_the_place_of_the_reverse_is_not_written_through(
    repository: Path, run: Callable[..., Outcome], target: str
) -> None:
    put(repository, n001_sites=table("sites"), n002_owner=OWNER)
    aim = repository / target
    aim.write_text("-- Reverse migration 002\n")
    (repository / "migrations/reverse").mkdir()
    (repository / REVERSE).symlink_to(os.path.relpath(aim, repository / "migrations/reverse"))

    outcome = run("reverse", "002")

    assert outcome.status == 2
    assert "cannot be written: File exists" in outcome.err or "is a link" in outcome.err
    assert aim.read_text() == "-- Reverse migration 002\n"


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("007", "There is no migration 007 in migrations: the last one is 002."),
        ("x", "'x' is not a migration's number. Name one as in: pulse-ci reverse 022"),
        ("-1", ""),
        ("٢", "'٢' is not a migration's number. Name one as in: pulse-ci reverse 022"),
        ("9" * 5000, "'9999999999999999999999999999999999999999' is not a migration's number."),
    ],
)
def test_a_number_that_is_none_is_told(
    repository: Path, run: Callable[..., Outcome], number: str, message: str
) -> None:
    put(repository, n001_sites=table("sites"), n002_owner=OWNER)

    outcome = run("reverse", number)

    assert outcome.status == 2
    assert message in outcome.err


def test_a_number_that_two_files_share_is_told(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=table("sites"), n001_goals=table("goals"))

    outcome = run("reverse", "001")

    assert (outcome.status, outcome.out) == (2, "")
    assert "migrations/001_goals.sql and migrations/001_sites.sql share the number 001" in outcome.err


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        ("SELECT 1;", "002_x.sql does not change the schema, so there is nothing to reverse."),
        ("DROP TABLE nobody;", "002_x.sql:4 fails, so there is nothing to undo: D1 answers `no such table"),
    ],
)
def test_why_there_is_no_reverse_is_told(
    repository: Path, run: Callable[..., Outcome], statements: str, message: str
) -> None:
    put(repository, n001_sites=table("sites"), n002_x=f"{HEADER}{statements}\n")

    outcome = run("reverse", "002")

    assert outcome.status == 2
    assert message in outcome.err
    assert not (repository / "migrations/reverse").exists()


def test_names_that_need_quotes_and_hostile_ones_come_back(repository: Path, run: Callable[..., Outcome]) -> None:
    name = 'a"b\n; DROP TABLE sites; -- `é\x1b[2J'
    quoted = '"' + name.replace('"', '""') + '"'
    put(
        repository,
        n001_sites=table("sites"),
        n002_odd=f'{HEADER}CREATE TABLE {quoted} ("order" TEXT, "My Col" TEXT);\n',
        n003_gone=f"{HEADER}DROP TABLE {quoted};\nCREATE TABLE t (x);\n",
    )

    assert run("reverse", "002").status == 0
    outcome = run("reverse", "003")

    assert outcome.status == 0
    assert outcome.err == 'Rows of `a"b\\n; DROP TABLE sites; -- `é\\x1b[2J` cannot be restored.\n'
    assert run("check", "--baseline", "1").out.count("✓ undone") == 2
