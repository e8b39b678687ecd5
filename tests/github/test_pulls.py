from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from pulse_ci.errors import Forbidden, GitHubError
from pulse_ci.github.client import GitHubClient
from pulse_ci.github.pull_request import PullRequest
from pulse_ci.github.pull_request_files import read_pull_request_diff
from pulse_ci.migrations.base_diff import BaseDiff, FileEdit
from tests.standin.state import ChangedFile

if TYPE_CHECKING:
    from tests.standin.server import StandIn
    from tests.standin.state import Pull

PULL_REQUEST = PullRequest(
    number=2,
    author="mallory",
    head_repo=None,
    head_sha="ec26c3e",
    base_repo="Codertocat/Hello-World",
    base_ref="main",
)


def test_what_a_pull_request_does_to_each_file(standin: StandIn, github: GitHubClient, pull: Pull) -> None:
    pull.files = [
        ChangedFile("migrations/022_a.sql", "added"),
        ChangedFile("migrations/023_b.sql", "renamed", "migrations/021_b.sql"),
        ChangedFile("migrations/024_c.sql", "copied", "migrations/020_c.sql"),
        ChangedFile("migrations/019_d.sql", "modified"),
        ChangedFile("migrations/018_e.sql", "changed"),
        ChangedFile("migrations/017_f.sql", "removed"),
        ChangedFile("README.md", "unchanged"),
    ]
    standin.state.tree["main"] = {
        "migrations/021_b.sql": "",
        "migrations/reverse/021_b.sql": "",
        "README.md": "",
    }

    assert read_pull_request_diff(github, PULL_REQUEST, "migrations") == BaseDiff(
        label="main at GitHub",
        added=frozenset({"migrations/022_a.sql", "migrations/023_b.sql", "migrations/024_c.sql"}),
        edits=(
            FileEdit("migrations/023_b.sql", "renamed", "migrations/021_b.sql"),
            FileEdit("migrations/019_d.sql", "modified", None),
            FileEdit("migrations/018_e.sql", "modified", None),
            FileEdit("migrations/017_f.sql", "deleted", None),
        ),
        files_at_tip=frozenset({"migrations/021_b.sql"}),
    )


def test_two_requests_are_enough(standin: StandIn, github: GitHubClient, pull: Pull) -> None:
    read_pull_request_diff(github, PULL_REQUEST, "migrations")

    assert len(standin.log) == 2


def test_more_than_300_files_are_listed(standin: StandIn, github: GitHubClient, pull: Pull) -> None:
    pull.files = [ChangedFile(f"migrations/{number:03}_x.sql") for number in range(350)]

    assert len(read_pull_request_diff(github, PULL_REQUEST, "migrations").added) == 350


def test_more_files_than_github_lists_are_told() -> None:
    files = [{"filename": f"src/{number}.ts", "status": "added"} for number in range(3000)]
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=files))

    with (
        GitHubClient("https://api.github.test", "", transport=transport) as github,
        pytest.raises(GitHubError, match=r"changes 3000 files or more.*fetch-depth: 0"),
    ):
        read_pull_request_diff(github, PULL_REQUEST, "migrations")


def test_a_directory_that_is_new_is_empty_on_the_base(standin: StandIn, github: GitHubClient, pull: Pull) -> None:
    standin.state.tree["main"] = {"README.md": ""}

    assert read_pull_request_diff(github, PULL_REQUEST, "migrations").files_at_tip == frozenset()


@pytest.mark.parametrize("directory", [".", "./", ""])
def test_the_repositorys_root_can_be_the_directory(
    standin: StandIn, github: GitHubClient, pull: Pull, directory: str
) -> None:
    standin.state.tree["main"] = {"001_a.sql": "", "src/x.ts": ""}

    assert read_pull_request_diff(github, PULL_REQUEST, directory).files_at_tip == {"001_a.sql"}


def test_a_directory_and_a_branch_with_odd_names_are_found(standin: StandIn, github: GitHubClient, pull: Pull) -> None:
    standin.state.tree["release/ä#1&ref=x"] = {"db ä/50%?/001_a.sql": ""}
    odd = PullRequest(2, "a", None, "c", "Codertocat/Hello-World", "release/ä#1&ref=x")

    assert read_pull_request_diff(github, odd, "./db ä/50%?/").files_at_tip == {"db ä/50%?/001_a.sql"}


def test_a_file_in_place_of_the_directory_is_told(standin: StandIn, github: GitHubClient, pull: Pull) -> None:
    standin.state.tree["main"] = {"migrations": "not a directory"}

    with pytest.raises(GitHubError, match="'migrations' is no directory on main"):
        read_pull_request_diff(github, PULL_REQUEST, "migrations")


def test_a_directory_that_github_does_not_list_whole_is_told(
    standin: StandIn, github: GitHubClient, pull: Pull
) -> None:
    standin.state.tree["main"] = {f"migrations/{number:04}_x.sql": "" for number in range(1001)}

    with pytest.raises(GitHubError, match="has 1000 files or more on main"):
        read_pull_request_diff(github, PULL_REQUEST, "migrations")


def test_a_token_that_may_not_read_is_told(standin: StandIn, github: GitHubClient, pull: Pull) -> None:
    standin.fail("read-only", path="*/contents/*")

    with pytest.raises(Forbidden, match="403 Resource not accessible by integration"):
        read_pull_request_diff(github, PULL_REQUEST, "migrations")
