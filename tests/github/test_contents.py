"""Directories at a commit, read and compared through the API."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import httpx
import pytest

from pulse_ci.errors import ConfigError, GitHubError
from pulse_ci.github.compare_commits import compare_commits
from pulse_ci.github.repository_files import compute_blob_sha, read_files
from pulse_ci.migrations.base_diff import BaseDiff, FileEdit
from pulse_ci.migrations.source import MAX_FILE_BYTES, SourceFile
from tests.github.mocked import github_that

if TYPE_CHECKING:
    from pathlib import Path

    from pulse_ci.github.client import GitHubClient
    from tests.standin.server import StandIn

REPOSITORY = "Codertocat/Hello-World"
COMMIT, BEFORE = "a" * 40, "b" * 40


def asked(standin: StandIn) -> list[str]:
    return [logged.path.rpartition("/")[2] for logged in standin.log if "/git/blobs/" in logged.path]


def test_migrations_and_reverses_are_read_and_nothing_else(
    standin: StandIn, github: GitHubClient, tmp_path: Path
) -> None:
    standin.state.tree[COMMIT] = {
        "migrations/001_ä.sql": "SELECT 'ä';\n",
        "migrations/reverse/001_ä.sql": "SELECT 2;\n",
        "migrations/README.md": "",
        "migrations/old/001_x.sql": "",
        "README.md": "",
    }

    assert read_files(github, REPOSITORY, "migrations", COMMIT, tmp_path).files == (
        SourceFile("migrations/001_ä.sql", "SELECT 'ä';\n"),
        SourceFile("migrations/reverse/001_ä.sql", "SELECT 2;\n"),
    )


def test_what_the_checkout_has_alike_is_not_asked_for(standin: StandIn, github: GitHubClient, tmp_path: Path) -> None:
    standin.state.tree[COMMIT] = {"m/001_a.sql": "SELECT 1;\n", "m/002_b.sql": "SELECT 2;\n", "m/003_c.sql": ""}
    (tmp_path / "m").mkdir()
    (tmp_path / "m/001_a.sql").write_text("SELECT 1;\n")
    (tmp_path / "m/002_b.sql").write_text("SELECT 3;\n")

    read = read_files(github, REPOSITORY, "m", COMMIT, tmp_path).files

    assert [source.text for source in read] == ["SELECT 1;\n", "SELECT 2;\n", ""]
    assert asked(standin) == [compute_blob_sha(b"SELECT 2;\n"), compute_blob_sha(b"")]


def test_a_link_in_the_checkout_shows_no_other_file(standin: StandIn, github: GitHubClient, tmp_path: Path) -> None:
    standin.state.tree[COMMIT] = {"m/001_a.sql": "SELECT 1;\n"}
    (tmp_path / "m").mkdir()
    (tmp_path / "secret").write_text("a secret.\n")
    (tmp_path / "m/001_a.sql").symlink_to(tmp_path / "secret")

    assert read_files(github, REPOSITORY, "m", COMMIT, tmp_path).files[0].text == "SELECT 1;\n"


def test_more_files_than_a_job_may_ask_for_are_told_before_one_is_asked(
    standin: StandIn, github: GitHubClient, tmp_path: Path
) -> None:
    standin.state.tree[COMMIT] = {f"m/{number:03}_x.sql": f"SELECT {number};" for number in range(301)}

    with pytest.raises(GitHubError, match="301 files would have to be read from GitHub one by one"):
        read_files(github, REPOSITORY, "m", COMMIT, tmp_path)
    assert asked(standin) == []


def test_a_directory_that_is_not_there_is_told(github: GitHubClient, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="m is not there at commit aaaaaaa of Codertocat/Hello-World"):
        read_files(github, REPOSITORY, "m", COMMIT, tmp_path)


@pytest.mark.parametrize(
    ("kind", "size", "problem"),
    [
        ("symlink", 10, "is a symlink, not a file; it was not read"),
        ("submodule", 0, "is a submodule, not a file; it was not read"),
        ("file", MAX_FILE_BYTES + 1, "has 16,777,217 bytes; at most 16,777,216 are read"),
    ],
)
def test_what_is_no_file_or_too_large_is_told_and_not_asked_for(
    kind: str, size: int, problem: str, tmp_path: Path
) -> None:
    entry = {"path": "m/001_a.sql", "type": kind, "sha": COMMIT, "size": size}

    with github_that(lambda _: httpx.Response(200, json=[entry])) as github:
        assert read_files(github, "o/r", "m", COMMIT, tmp_path).files == (SourceFile("m/001_a.sql", "", problem),)


@pytest.mark.parametrize(
    ("content", "text", "problem"),
    [
        (base64.encodebytes(b"SELECT 1;\n" * 100).decode(), "SELECT 1;\n" * 100, None),
        (base64.b64encode(b"\xff").decode(), "", "is not UTF-8 text: byte 0xff at offset 0"),
    ],
)
def test_a_file_is_decoded_as_one_of_the_checkout_is(
    content: str, text: str, problem: str | None, tmp_path: Path
) -> None:
    entry = {"path": "m/001_a.sql", "type": "file", "sha": COMMIT, "size": 1}

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"content": content} if "/git/blobs/" in request.url.path else [entry])

    with github_that(answer) as github:
        assert read_files(github, "o/r", "m", COMMIT, tmp_path).files == (SourceFile("m/001_a.sql", text, problem),)


def test_a_file_in_a_form_that_is_none_is_told(tmp_path: Path) -> None:
    entry = {"path": "m/001_a.sql", "type": "file", "sha": COMMIT, "size": 1}

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"content": "A"} if "/git/blobs/" in request.url.path else [entry])

    with github_that(answer) as github, pytest.raises(GitHubError, match="in a form that cannot be read"):
        read_files(github, "o/r", "m", COMMIT, tmp_path)


def test_two_commits_are_compared_by_what_their_directories_hold(standin: StandIn, github: GitHubClient) -> None:
    standin.state.tree[BEFORE] = {
        "m/001_a.sql": "A",
        "m/002_b.sql": "B",
        "m/003_c.sql": "C",
        "m/004_d.sql": "D",
        "m/005_d.sql": "D",
        "m/reverse/001_a.sql": "a",
    }
    standin.state.tree[COMMIT] = {
        "m/001_a.sql": "A",
        "m/002_b.sql": "changed",
        "m/006_c.sql": "C",
        "m/007_e.sql": "E",
        "m/reverse/001_a.sql": "a",
        "m/reverse/007_e.sql": "e",
    }

    assert compare_commits(github, REPOSITORY, "m", BEFORE, COMMIT) == BaseDiff(
        label="bbbbbbb at GitHub",
        added=frozenset({"m/006_c.sql", "m/007_e.sql", "m/reverse/007_e.sql"}),
        edits=(
            FileEdit("m/002_b.sql", "modified", None),
            FileEdit("m/006_c.sql", "renamed", "m/003_c.sql"),
            FileEdit("m/004_d.sql", "deleted", None),
            FileEdit("m/005_d.sql", "deleted", None),
        ),
        files_at_tip=frozenset(standin.state.tree[BEFORE]),
    )
    assert len(standin.log) == 4


def test_a_directory_that_is_new_is_compared_with_an_empty_one(standin: StandIn, github: GitHubClient) -> None:
    standin.state.tree |= {"main": {"README.md": ""}, COMMIT: {"m/001_a.sql": "A"}}

    found = compare_commits(github, REPOSITORY, "m", "main", COMMIT)

    assert (found.label, set(found.added), found.edits) == ("main at GitHub", {"m/001_a.sql"}, ())
