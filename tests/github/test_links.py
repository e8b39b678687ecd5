from __future__ import annotations

import pytest

from pulse_ci.github.context import RunnerContext
from pulse_ci.github.links import build_links, supports_mermaid

VARIABLES = {
    "GITHUB_REPOSITORY": "octo/pulse",
    "GITHUB_SHA": "c0ffee",
    "GITHUB_RUN_ID": "7",
    "GITHUB_ACTION_REPOSITORY": "org/pulse-migrate-action",
    "GITHUB_ACTION_REF": "v1",
}


def test_links_lead_to_the_commit_the_run_and_the_rules() -> None:
    links = build_links(RunnerContext.from_environ(VARIABLES), None, label="eu", server_version=None)

    assert links.blob_url == "https://github.com/octo/pulse/blob/c0ffee"
    assert links.run_url == links.summary_url == "https://github.com/octo/pulse/actions/runs/7/attempts/1"
    assert links.rules_url == "https://github.com/org/pulse-migrate-action/blob/v1/docs/rules"
    assert (links.label, links.renders_mermaid) == ("eu", True)


def test_a_server_of_ones_own_has_its_own_links_and_none_to_the_rules() -> None:
    context = RunnerContext.from_environ({**VARIABLES, "GITHUB_SERVER_URL": "https://github.example"})

    links = build_links(context, None, label=None, server_version="enterprise-server@3.6.4")

    assert links.blob_url == "https://github.example/octo/pulse/blob/c0ffee"
    assert (links.rules_url, links.renders_mermaid) == (None, False)


@pytest.mark.parametrize(
    ("version", "draws"),
    [(None, True), ("", True), ("enterprise-server@3.6.0", False), ("3.7.1", True), ("3.18.0", True), ("x", True)],
)
def test_mermaid_is_drawn_from_version_3_7_on(version: str | None, *, draws: bool) -> None:
    assert supports_mermaid(version) is draws
