"""A small fleet on real D1, by the command line: told, migrated behind a canary, cut short and gone on with."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest

from pulse_ci.apply.rollout import ApplyStatus
from pulse_ci.commands.apply import ApplyOptions
from pulse_ci.commands.apply import apply as run_apply
from pulse_ci.report.apply import ApplyReport
from pulse_ci.settings import read_settings
from tests.cloudflare.clients import client_of
from tests.d1.histories import history, put
from tests.live.process import PulseCI, run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare, Logged
    from tests.live.process import Ended

HEAD = "-- Migration: Sites and their addresses\n-- Created: 2026-01-01\n-- Reason: So that there is one.\n"
SITES = "CREATE TABLE IF NOT EXISTS sites (id INTEGER PRIMARY KEY, url TEXT);\n"
BY_URL = "CREATE UNIQUE INDEX IF NOT EXISTS by_url ON sites (url);\n"
PAST = history(
    n001_sites=f"{HEAD}{SITES}-- Reverse:\n-- DROP TABLE IF EXISTS sites;\n",
    n002_urls=f"{HEAD}{BY_URL}-- Reverse:\n-- DROP INDEX IF EXISTS by_url;\n",
)
NAMES = [f"tenant-{letter}" for letter in "abcdef"]
DRIFTED, REFUSING = "tenant-c", "tenant-e"
RECORDS = "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP);"


@pytest.fixture
def fleet(cloud: Cloudflare, tmp_path: Path) -> dict[str, str]:
    """The ids, by name, of six tenants that lack the second file; one has rows that refuse it, one has drifted."""
    put(tmp_path, PAST)
    first = f"{PAST.migrations[0].text} {RECORDS} INSERT INTO d1_migrations (name) VALUES ('001_sites.sql');"
    made = {name: cloud.create(name, first) for name in NAMES}
    cloud.run(made[DRIFTED], "CREATE INDEX hotfix ON sites (id)")
    cloud.run(made[REFUSING], "INSERT INTO sites (url) VALUES ('a'), ('a')")
    cloud.create("other", "CREATE TABLE x (y)")
    return made


def recorded(cloud: Cloudflare, database: str) -> list[str]:
    return [name for (name,) in cloud.run(database, "SELECT name FROM d1_migrations ORDER BY id")]


def fates(report: Path) -> dict[str, str]:
    content: dict[str, Any] = json.loads(report.read_text())
    return {each["name"]: each["status"] for each in content["databases"]}


TOLD = """\
· 6 databases lack 002_urls.sql
    tenant-a, tenant-b, tenant-c, tenant-d, tenant-e, tenant-f
! tenant-c  1 difference that no file explains: `pulse-ci drift` tells which

· 0 of 6 databases have all 2 migrations, 6 behind
  compared with the 2 migrations in migrations; 7 requests, nothing was written
"""


def test_status_reads_a_fleet_in_a_request_each(cloud: Cloudflare, fleet: dict[str, str], tmp_path: Path) -> None:
    ended = run(cloud, tmp_path, "status", "--databases", "tenant-*")

    assert (ended.status, ended.out, ended.err) == (0, TOLD, "")
    assert cloud.writes == []


def apply(cloud: Cloudflare, folder: Path, *words: str, process: PulseCI | None = None) -> Ended:
    asked = ("apply", "--databases", "tenant-*", "--format", "json", "--output", "report.json")
    return (process or PulseCI()).run(cloud, folder, *asked, *words)


def test_each_database_has_its_own_fate_and_the_failing_one_is_gone_on_with(
    cloud: Cloudflare, fleet: dict[str, str], tmp_path: Path
) -> None:
    first = apply(cloud, tmp_path, "--stop-at", "50%")

    found = fates(tmp_path / "report.json")
    assert first.status == 2
    assert found == dict.fromkeys(NAMES, "applied") | {DRIFTED: "refused", REFUSING: "failed"}
    assert {name for name, database in fleet.items() if len(recorded(cloud, database)) == 2} == {
        name for name, fate in found.items() if fate == "applied"
    }
    assert cloud.writes[0].path.endswith(f"{fleet['tenant-a']}/raw"), "the canary"

    cloud.run(fleet[REFUSING], "DELETE FROM sites WHERE id > 1")
    cloud.run(fleet[DRIFTED], "DROP INDEX hotfix")
    cloud.log.clear()
    second = apply(cloud, tmp_path, "--resume", "report.json")

    assert second.status == 0
    assert fates(tmp_path / "report.json") == dict.fromkeys(NAMES, "applied")
    assert all(recorded(cloud, database) == ["001_sites.sql", "002_urls.sql"] for database in fleet.values())
    assert not [each for each in cloud.log if fleet["tenant-b"] in each.path], "what is done is not asked again"


def test_a_run_that_is_ended_from_outside_keeps_what_it_did(
    cloud: Cloudflare, fleet: dict[str, str], tmp_path: Path
) -> None:
    process = PulseCI()

    def end_at_the_first_write(logged: Logged) -> None:
        if logged.wrote and len(cloud.writes) == 1:
            process.ask_to_end(signal.SIGTERM)

    cloud.after_request = end_at_the_first_write
    ended = apply(cloud, tmp_path, "--stop-at", "100%", process=process)
    cloud.after_request = lambda _: None

    found = fates(tmp_path / "report.json")
    assert ended.status == 2
    assert found == dict.fromkeys(NAMES, "not tried") | {"tenant-a": "applied", DRIFTED: "refused"}
    assert "not tried" not in fates_after_resuming(cloud, tmp_path).values()


def fates_after_resuming(cloud: Cloudflare, folder: Path) -> dict[str, str]:
    apply(cloud, folder, "--stop-at", "100%", "--resume", "report.json")
    return fates(folder / "report.json")


def test_a_pipe_gets_one_report(cloud: Cloudflare, fleet: dict[str, str], tmp_path: Path) -> None:
    for number in range(30):
        cloud.create(f"tenant-{number:02}")

    ended = run(cloud, tmp_path, "status", "--databases", "tenant-*", "--format", "json", "--output", "/dev/stdout")

    assert len(json.loads(ended.out)["databases"]) == 36


@pytest.mark.parametrize("kind", ["drop", "drop-after", "reset"])
def test_whatever_fails_on_the_way_no_file_runs_twice(
    cloud: Cloudflare, fleet: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    cloud.fail(kind, "POST", skip=len(NAMES) + 8, times=2)
    settings = read_settings({"databases": ("tenant-*", f"!{REFUSING}"), "stop_at": "100%"})

    with client_of(cloud) as client:
        report = run_apply(settings, ApplyOptions(allow=("drift",)), lambda _: None, lambda _: client)

    assert isinstance(report, ApplyReport)
    assert len(report.with_status(ApplyStatus.APPLIED)) == len(NAMES) - 1
    assert all(
        recorded(cloud, database) == ["001_sites.sql", "002_urls.sql"]
        for name, database in fleet.items()
        if name != REFUSING
    )
