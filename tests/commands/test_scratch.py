"""preview: scratch: the files run on real D1, and no database is left behind, whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulse_ci.commands.check import check as check_request
from pulse_ci.commands.request import read_request
from pulse_ci.d1.client import D1Client
from pulse_ci.d1.scratch import SCRATCH_PREFIX, STALE_AFTER
from pulse_ci.errors import D1Error, D1Unavailable
from pulse_ci.settings import read_settings
from tests.commands.files import HEADER, put, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.report import Report
    from tests.cloudflare.server import Cloudflare, Logged
    from tests.commands.conftest import Outcome

PROGRAM = Path(sys.executable).with_name("pulse-ci")
SITES = "CREATE TABLE sites (sites_id INTEGER PRIMARY KEY); INSERT INTO sites VALUES (1);"


@pytest.fixture
def pending(repository: Path, cloud: Cloudflare, staging: str) -> str:
    """A staging database on which 001 has run and 002 has not."""
    put(repository, n001_sites=table("sites"), n002_goals=table("goals"))
    cloud.run(staging, SITES)
    return staging


def left(cloud: Cloudflare) -> list[str]:
    return [each.name for each in cloud.routes.databases]


def patiently(**flags: str) -> Report:
    """A check whose client does not wait between two attempts."""
    request = read_request(read_settings({"preview": "scratch", **flags}), "check")
    return check_request(replace(request, connect=lambda account: D1Client(account, sleep=lambda _: None)))


def test_the_pending_files_run_on_a_database_that_is_gone_afterwards(
    check: Callable[..., Outcome], cloud: Cloudflare, pending: str
) -> None:
    outcome = check("--preview", "scratch")

    assert outcome.status == 0
    assert outcome.report["database"]["source"] == "scratch"
    assert outcome.report["staging"]["requests"] == len(cloud.log)
    assert left(cloud) == ["staging"]
    written = [each.sql for each in cloud.log if each.wrote and each.sql]
    assert [sql.split("(")[0].strip() for sql in written] == [
        "CREATE TABLE sites",
        "CREATE TABLE IF NOT EXISTS goals",
    ]
    assert not [each for each in cloud.writes if pending in each.path]


def test_a_file_that_d1_refuses_leaves_no_database(
    check: Callable[..., Outcome], repository: Path, cloud: Cloudflare, pending: str
) -> None:
    put(repository, n003_bad=f"{HEADER}ALTER TABLE nobody ADD COLUMN x TEXT;\n")

    outcome = check("--preview", "scratch")

    assert outcome.status == 1
    assert "replay-fails" in [rule for rule, _, _ in outcome.found]
    assert "d1-differs" not in [rule for rule, _, _ in outcome.found]
    assert left(cloud) == ["staging"]


def test_what_d1_does_otherwise_than_the_engine_is_an_error_that_tells_both(
    check: Callable[..., Outcome], cloud: Cloudflare, pending: str
) -> None:
    def meddle(logged: Logged) -> None:
        if "goals" in logged.sql and logged.wrote:
            scratch = logged.path.split("/")[-2]
            cloud.run(scratch, "DROP TABLE goals; CREATE TABLE goals (goals_id TEXT PRIMARY KEY)")

    cloud.after_request = meddle

    outcome = check("--preview", "scratch")

    (message,) = {each["message"] for each in outcome.report["findings"] if each["rule"] == "d1-differs"}
    assert outcome.status == 1
    assert "`goals_id` is `goals_id TEXT PRIMARY KEY` on real D1" in message
    assert "`goals_id INTEGER PRIMARY KEY` on the embedded engine" in message


def test_what_d1_alone_refuses_is_an_error_that_tells_both(cloud: Cloudflare, pending: str) -> None:
    def meddle(logged: Logged) -> None:
        if "CREATE TABLE sites" in logged.sql:
            cloud.run(logged.path.split("/")[-2], "CREATE INDEX goals ON sites (sites_id)")

    cloud.after_request = meddle

    report = patiently()

    (finding,) = [each for each in report.findings if each.rule == "d1-differs"]
    assert finding.path == "migrations/002_goals.sql"
    assert finding.message == (
        "Real D1 refuses `002_goals.sql`: `there is already an index named goals: SQLITE_ERROR`. "
        "The embedded engine runs it."
    )


@pytest.mark.parametrize("fault", ["timeout", "drop-after"])
def test_a_database_whose_making_was_not_answered_is_used_and_deleted(
    cloud: Cloudflare, pending: str, fault: str
) -> None:
    cloud.fail(fault, "POST", "*/d1/database")

    report = patiently()

    assert report.conclusion == "success"
    assert left(cloud) == ["staging"]


@pytest.mark.parametrize("earlier", [1, 2], ids=["the schema", "the file"])
def test_a_request_that_fails_for_good_leaves_no_database(cloud: Cloudflare, pending: str, earlier: int) -> None:
    cloud.fail("drop", "POST", "*/raw", skip=earlier)

    with pytest.raises(D1Unavailable, match="Run it again in a few minutes"):
        patiently()

    assert left(cloud) == ["staging"]


def test_a_database_that_cannot_be_deleted_is_named_with_the_command_that_does(cloud: Cloudflare, pending: str) -> None:
    cloud.fail("gateway", "DELETE", times=9)

    with pytest.raises(D1Error, match=rf"`wrangler d1 delete {SCRATCH_PREFIX}[0-9a-f]+` at once"):
        patiently()


@pytest.mark.parametrize(
    ("sent", "method"), [(signal.SIGTERM, "POST"), (signal.SIGINT, "POST"), (signal.SIGTERM, "DELETE")]
)
def test_a_run_that_is_ended_deletes_its_database_first(
    cloud: Cloudflare, pending: str, sent: signal.Signals, method: str
) -> None:
    if method == "DELETE":
        cloud.fail("drop", "DELETE")
    done = ended_by(cloud, sent, method)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "pulse-ci: The run was interrupted. Its scratch database is deleted.\n"
    assert left(cloud) == ["staging"]


def test_a_run_that_was_killed_is_cleaned_up_by_the_next_and_nothing_else_is(
    check: Callable[..., Outcome], cloud: Cloudflare, pending: str
) -> None:
    ended_by(cloud, signal.SIGKILL)
    (killed,) = [name for name in left(cloud) if name.startswith(SCRATCH_PREFIX)]
    made = datetime.now(UTC)
    cloud.routes.databases[-1].created_at = made - STALE_AFTER - timedelta(seconds=1)
    cloud.create(f"{SCRATCH_PREFIX}of-a-run-beside-this-one")
    cloud.routes.now = made - timedelta(days=300)
    cloud.create(f"my-{SCRATCH_PREFIX}x")

    outcome = check("--preview", "scratch")

    assert outcome.status == 0
    assert killed not in left(cloud)
    assert left(cloud) == ["staging", f"{SCRATCH_PREFIX}of-a-run-beside-this-one", f"my-{SCRATCH_PREFIX}x"]


def ended_by(cloud: Cloudflare, sent: signal.Signals, method: str = "POST") -> subprocess.CompletedProcess[str]:
    """What came of a check that gets a signal while its file runs on the scratch database, or while that is deleted."""
    started = subprocess.Popen(
        [PROGRAM, "check", "--preview", "scratch"],
        env={**os.environ, **cloud.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    def end(logged: Logged) -> None:
        if logged.method == method and ("goals" in logged.sql or method == "DELETE"):
            started.send_signal(sent)

    cloud.after_request = end
    out, err = started.communicate(timeout=30)
    return subprocess.CompletedProcess(started.args, started.returncode, out, err)
