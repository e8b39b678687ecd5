"""The action on a schedule: a drift of real D1 becomes an issue, and the issue goes when the drift does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci import action
from tests.live.pulse import recorded
from tests.standin.fixtures import contract as contract
from tests.standin.fixtures import standin as standin

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare
    from tests.standin.server import StandIn

HOTFIX = "CREATE INDEX hotfix ON sites (name);"
REPOSITORY = "Codertocat/Hello-World"


@pytest.fixture
def scheduled(account: Cloudflare, standin: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A scheduled run in the environment; returns the folder of its outputs and summary."""
    variables = {
        "GITHUB_EVENT_NAME": "schedule",
        "GITHUB_API_URL": standin.url,
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_RUN_ID": "7",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "PULSE_CI_GITHUB_TOKEN": "ghs_jobs",
        "PULSE_CI_DATABASE": "staging",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for name in ("output", "summary"):
        (tmp_path / name).touch()
    return tmp_path


def run(waits: list[float] | None = None) -> int:
    """Run the action; its waits are noted instead of waited for."""
    return action.main(sleep=([] if waits is None else waits).append)


def outputs(scheduled: Path) -> dict[str, str]:
    """The plain outputs that the last run wrote."""
    lines = (scheduled / "output").read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for place, line in enumerate(lines):
        name, mark, end = line.partition("<<")
        if mark and end in lines[place + 1 :]:
            found[name] = "\n".join(lines[place + 1 : lines.index(end, place + 1)])
    return found


def test_a_drift_opens_an_issue_that_goes_with_it(account: Cloudflare, standin: StandIn, scheduled: Path) -> None:
    database = account.create("staging", recorded() + HOTFIX)

    first = run()
    told = outputs(scheduled)
    again = run()
    account.run(database, "DROP INDEX hotfix")
    waits = list[float]()
    last = run(waits)

    (issue,) = standin.state.issues
    assert (first, again, last) == (1, 1, 0)
    assert (told["drift"], told["comment-url"]) == ("true", f"https://github.com/{REPOSITORY}/issues/1")
    assert outputs(scheduled)["drift"] == "false"
    assert (issue.title, issue.state, issue.state_reason) == ("Drift in staging", "closed", "completed")
    assert "index `hotfix` is in no migration" in issue.body
    assert len(standin.state.comments) == 1
    assert waits == [1]  # between two requests that write
    assert "`staging` has drifted" in (scheduled / "summary").read_text(encoding="utf-8")


def test_a_database_that_cannot_be_read_closes_no_issue(
    account: Cloudflare, standin: StandIn, scheduled: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    account.create("staging", recorded() + HOTFIX)
    run()
    account.fail("garbled", "POST", times=9)

    status = run()

    assert status == 2
    assert standin.state.issues[0].state == "open"
    assert outputs(scheduled)["drift"] == ""
    assert account.token not in capfd.readouterr().out.replace(f"::add-mask::{account.token}", "")


def test_a_job_without_the_permission_says_so_and_keeps_its_status(
    account: Cloudflare, standin: StandIn, scheduled: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    account.create("staging", recorded() + HOTFIX)
    standin.fail("read-only", "POST", "*/issues")

    status = run()

    assert status == 1
    assert "the job needs `issues: write`" in capfd.readouterr().out


def test_a_pull_request_gets_no_issue(
    account: Cloudflare, standin: StandIn, scheduled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_EVENT_NAME", "push")
    monkeypatch.setenv("PULSE_CI_COMMAND", "drift")
    account.create("staging", recorded() + HOTFIX)

    assert run() == 1
    assert standin.log == []


def test_apply_runs_what_is_pending_and_says_it_in_the_summary(
    account: Cloudflare, scheduled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULSE_CI_COMMAND", "apply")
    database = account.create("staging", recorded(20))

    assert run() == 0
    assert account.run(database, "SELECT count(*) FROM d1_migrations") == [[21]]
    assert "021_performance_indexes.sql  ran" in (scheduled / "summary").read_text(encoding="utf-8")
