"""Several applies at once on one database of real workerd: each file runs exactly once, and each run ends well."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from pulse_ci.apply.apply_pending import apply_pending
from pulse_ci.apply.target import RemoteDatabase
from pulse_ci.schema.diff import diff
from tests.cloudflare.clients import client_of
from tests.cloudflare.wrangler import configure, wrangler
from tests.d1.histories import history, put
from tests.live.process import run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare, Logged

PAST = history(
    n001_sites="CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT);\nINSERT INTO sites (url) VALUES ('one');",
    n002_plan="ALTER TABLE sites ADD COLUMN plan TEXT;\nINSERT INTO sites (url) VALUES ('two');",
    n003_goals="CREATE TABLE goals (id INTEGER PRIMARY KEY);\nINSERT INTO goals VALUES (NULL);",
    n004_more="INSERT INTO sites (url) VALUES ('four');",
)
NAMES = [each.name for each in PAST.migrations]


@pytest.mark.parametrize("runs", [2, 8])
def test_of_several_processes_each_file_is_run_by_one(cloud: Cloudflare, tmp_path: Path, runs: int) -> None:
    database = cloud.create("staging")
    configure(tmp_path, database)
    put(tmp_path, PAST)
    all_have_asked = Barrier(runs)

    def hold_the_first_answers(_: Logged) -> None:
        if len(cloud.log) <= runs:
            all_have_asked.wait(60)

    cloud.after_request = hold_the_first_answers
    with ThreadPoolExecutor(runs) as pool:
        ended = list(pool.map(lambda _: run(cloud, tmp_path, "apply"), range(runs)))

    assert [each.status for each in ended] == [0] * runs, ended
    assert sorted(name for each in ended for name in each.ran) == NAMES
    assert is_whole(cloud, database)
    assert len(cloud.writes) == len(NAMES)


def test_a_process_that_wrangler_overtakes_runs_nothing_again(cloud: Cloudflare, tmp_path: Path) -> None:
    database = cloud.create("staging")
    configure(tmp_path, database)
    put(tmp_path, PAST)

    def overtake(request: Logged) -> None:
        if request.path.endswith("/bookmark"):
            cloud.after_request = lambda _: None
            wrangler(cloud, tmp_path, "d1", "migrations", "apply", "DB", "--remote")

    cloud.after_request = overtake
    ended = run(cloud, tmp_path, "apply")

    assert (ended.status, ended.ran) == (0, [])
    assert ended.out.count("another run applied it meanwhile") == len(NAMES)
    assert is_whole(cloud, database)


@pytest.mark.parametrize("kind", ["drop", "drop-after", "timeout", "reset", "too-many"])
@pytest.mark.parametrize("place", [0, 1, 3, 4])
def test_whatever_fails_once_each_file_runs_once(cloud: Cloudflare, kind: str, place: int) -> None:
    database = cloud.create("staging")
    cloud.fail(kind, "POST", skip=place)

    with client_of(cloud) as client:
        target = RemoteDatabase(client, database, "staging", "d1_migrations")
        assert [each.name for each in apply_pending(target, PAST, target.read())] == NAMES

    assert is_whole(cloud, database)


def is_whole(cloud: Cloudflare, database: str) -> bool:
    """Whether each file ran exactly once, in order, and is recorded."""
    with client_of(cloud) as client:
        live = RemoteDatabase(client, database, "staging", "d1_migrations").read()
    return (
        [name for _, name in live.records or ()] == NAMES
        and cloud.run(database, "SELECT (SELECT count(*) FROM sites), (SELECT count(*) FROM goals)") == [[3, 1]]
        and diff(PAST.schemas[-1], live.schema) == ()
    )
