"""Symbolic links and other things that are not files: nothing outside the repository is read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.commands.files import FIRST, put, table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Outcome


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file outside the repository, whose text must never show."""
    path = tmp_path / "secret.sql"
    path.write_text("CREATE TABLE hunter2 (password);\n")
    return path


def test_a_link_that_leaves_the_repository_is_not_followed(
    repository: Path, check: Callable[..., Outcome], secret: Path
) -> None:
    (repository / FIRST).symlink_to(secret)

    outcome = check()

    assert (outcome.status, outcome.found) == (1, [("replay-fails", FIRST, 1)])
    assert "hunter2" not in outcome.out
    assert outcome.report["findings"][0]["message"] == (
        "`001_sites.sql` is a symbolic link that leaves the repository; it was not read, so nothing of it can be run."
    )


def test_a_reverse_file_that_links_out_is_not_followed(
    repository: Path, check: Callable[..., Outcome], secret: Path
) -> None:
    put(repository, n001_sites=table("sites"))
    (repository / "migrations/reverse").mkdir()
    (repository / "migrations/reverse/001_sites.sql").symlink_to(secret)

    outcome = check()

    assert (outcome.status, outcome.found) == (1, [("replay-fails", "migrations/reverse/001_sites.sql", 1)])
    assert "hunter2" not in outcome.out


def test_a_reverse_directory_that_links_out_is_not_followed(
    repository: Path, check: Callable[..., Outcome], secret: Path
) -> None:
    put(repository, n001_sites=table("sites"))
    (repository / "migrations/reverse").symlink_to(secret.parent)

    outcome = check()

    assert outcome.status == 2
    assert outcome.err == (
        f"pulse-ci: migrations/reverse lies outside the repository {repository}: run pulse-ci inside it.\n"
    )


def test_a_directory_that_links_out_is_refused(repository: Path, check: Callable[..., Outcome], secret: Path) -> None:
    (repository / "migrations").rmdir()
    (repository / "migrations").symlink_to(secret.parent)

    outcome = check()

    assert outcome.status == 2
    assert outcome.err == (f"pulse-ci: migrations lies outside the repository {repository}: run pulse-ci inside it.\n")


def test_a_link_within_the_repository_is_followed(repository: Path, check: Callable[..., Outcome]) -> None:
    (repository / "shared.sql").write_text(table("sites"))
    (repository / FIRST).symlink_to("../shared.sql")

    outcome = check()

    assert (outcome.status, outcome.found) == (0, [])
    assert outcome.report["migrations"][0]["path"] == FIRST


@pytest.mark.parametrize("target", ["nowhere.sql", "001_sites.sql"])
def test_a_link_that_leads_nowhere(repository: Path, check: Callable[..., Outcome], target: str) -> None:
    (repository / FIRST).symlink_to(target)

    outcome = check()

    assert (outcome.status, outcome.found) == (1, [("replay-fails", FIRST, 1)])
    assert outcome.report["findings"][0]["message"] == (
        "`001_sites.sql` is a symbolic link to nothing, so nothing of it can be run."
    )


def test_a_directory_that_is_a_link_to_itself(repository: Path, run: Callable[..., Outcome]) -> None:
    (repository / "migrations").rmdir()
    (repository / "migrations").symlink_to("migrations")
    (repository / "wrangler.toml").write_text('[[d1_databases]]\nbinding = "DB"\n')

    outcome = run("check")

    assert outcome.status == 2
    assert outcome.err.startswith("pulse-ci: migrations is not there. ")


def test_a_pipe_is_not_waited_for(repository: Path, check: Callable[..., Outcome]) -> None:
    os.mkfifo(repository / FIRST)

    outcome = check()

    assert (outcome.status, outcome.found) == (1, [("replay-fails", FIRST, 1)])
    assert outcome.report["findings"][0]["message"] == (
        "`001_sites.sql` is not a regular file, so nothing of it can be run."
    )


def test_a_directory_named_like_a_migration_is_passed_over(repository: Path, check: Callable[..., Outcome]) -> None:
    (repository / FIRST).mkdir()

    assert check().status == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(repository: Path, check: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=table("sites"))
    (repository / FIRST).chmod(0)

    assert check().found == [("replay-fails", FIRST, 1)]
