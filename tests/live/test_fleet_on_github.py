"""A fleet's parts in the action: each writes its report and no issue, and the job that merges them keeps the one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.action import main
from tests.live.pulse import recorded
from tests.live.test_drift_on_github import HOTFIX, outputs
from tests.live.test_drift_on_github import scheduled as scheduled
from tests.standin.fixtures import contract as contract
from tests.standin.fixtures import standin as standin

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare
    from tests.standin.server import StandIn

NAMES = [f"tenant-{number}" for number in range(6)]


@pytest.fixture
def tenants(account: Cloudflare, scheduled: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Six databases by name; one has drifted."""
    for path in sorted((repository / "migrations").glob("*.sql"))[2:]:
        path.unlink()
    monkeypatch.delenv("PULSE_CI_DATABASE")
    made = {name: account.create(name, recorded(2)) for name in NAMES}
    account.run(made["tenant-3"], HOTFIX)
    return made


def run(monkeypatch: pytest.MonkeyPatch, **variables: str) -> int:
    """Run the action as one job does."""
    with monkeypatch.context() as job:
        for name, value in variables.items():
            job.setenv(f"PULSE_CI_{name.upper()}", value)
        return main(sleep=lambda _: None)


def parts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    return [
        run(monkeypatch, databases="tenant-*", shard=f"{number}/2", report_file=f"drift-{number}.json")
        for number in (1, 2)
    ]


def test_the_job_that_merges_the_parts_keeps_the_one_issue(
    account: Cloudflare, tenants: dict[str, str], standin: StandIn, scheduled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses = parts(monkeypatch)

    assert sorted(statuses) == [0, 1]
    assert standin.log == [], "a part asks GitHub for nothing"

    monkeypatch.delenv("CLOUDFLARE_API_TOKEN")
    status = run(monkeypatch, merge="drift-*.json")

    (issue,) = standin.state.issues
    assert (status, issue.title, issue.state) == (1, "Drift in tenant-*", "open")
    assert "1 of 6 databases has drifted" in issue.body
    assert outputs(scheduled)["drift"] == "true"

    account.run(tenants["tenant-3"], "DROP INDEX hotfix")
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", account.token)
    assert parts(monkeypatch) == [0, 0]
    assert run(monkeypatch, merge="drift-*.json") == 0
    assert [each.state for each in standin.state.issues] == ["closed"]


def test_a_part_that_is_missing_leaves_the_issue_as_it_is(
    tenants: dict[str, str], standin: StandIn, scheduled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts(monkeypatch)

    status = run(monkeypatch, merge="drift-1.json")

    assert status == 2
    assert standin.state.issues == []
    assert outputs(scheduled)["drift"] in ("true", "")
    assert "part 2/2 missing" in (scheduled / "summary").read_text(encoding="utf-8").replace("\u200b", "")


def test_status_and_apply_take_a_fleet_in_the_action(
    tenants: dict[str, str], account: Cloudflare, scheduled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.run(
        tenants["tenant-5"],
        "DELETE FROM d1_migrations WHERE id = 2; DROP TRIGGER trg_events_touch_session; DROP TABLE sessions;",
    )

    told = run(monkeypatch, command="status", databases="tenant-*")
    pending = outputs(scheduled)["pending"]
    applied = run(monkeypatch, command="apply", databases="tenant-*\n!tenant-3", canary="tenant-5", stop_at="5%")

    assert (told, pending, applied) == (0, "1", 0)
    assert account.run(tenants["tenant-5"], "SELECT count(*) FROM d1_migrations") == [[2]]
    assert "1 of 5 databases migrated" in (scheduled / "summary").read_text(encoding="utf-8")
