from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from pulse_ci.commands.github_request import read_request_for_target
from pulse_ci.github.check_target import CheckTarget
from pulse_ci.github.client import GitHubClient
from pulse_ci.github.pull_request import PullRequest
from pulse_ci.settings import read_settings
from tests.cloudflare.wrangler import configure
from tests.commands.files import put, table
from tests.standin.fixtures import contract as contract
from tests.standin.fixtures import standin as standin
from tests.standin.state import ChangedFile, Pull

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare
    from tests.standin.server import StandIn


@pytest.mark.parametrize(
    ("head_repo", "flags", "asked"),
    [
        ("Codertocat/Hello-World", {}, True),
        ("mallory/Hello-World", {}, False),
        (None, {}, False),
        ("mallory/Hello-World", {"preview": "staging"}, True),
        ("Codertocat/Hello-World", {"preview": "scratch"}, True),
        ("mallory/Hello-World", {"preview": "scratch"}, False),
        (None, {"preview": "scratch"}, False),
    ],
)
def test_a_fork_names_no_database_whose_schema_it_would_be_told_and_runs_nothing_on_real_d1(
    repository: Path,
    cloud: Cloudflare,
    standin: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    head_repo: str | None,
    flags: dict[str, str],
    asked: bool,
) -> None:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    put(repository, n001_sites=table("sites"))
    configure(repository, cloud.create("production"))
    pull = Pull(2, head_repo=head_repo, files=[ChangedFile("migrations/001_sites.sql")])
    standin.state.pulls.append(pull)
    named = PullRequest(2, "x", head_repo, pull.head_sha, "Codertocat/Hello-World", "main")

    with GitHubClient(standin.url, "token", transport=httpx.HTTPTransport(verify=False)) as github:
        request = read_request_for_target(read_settings(flags), CheckTarget("", "", named), github, "check")

    assert (request.staging_database is not None) is asked
    assert request.staging_skip_reason.startswith("the change comes from a fork") is not asked
    assert request.uses_scratch is (asked and flags == {"preview": "scratch"})
