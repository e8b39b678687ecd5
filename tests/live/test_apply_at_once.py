"""Several applies at once on one database of real workerd: each file runs exactly once, and each run ends well."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pulse_ci.apply.remote import RemoteDatabase
from pulse_ci.apply.run import apply_pending
from pulse_ci.engine.diff import diff
from tests.cloudflare.clients import client_of
from tests.d1.histories import history

if TYPE_CHECKING:
    from tests.cloudflare.server import Cloudflare

PAST = history(
    n001_sites="CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT);\nINSERT INTO sites (url) VALUES ('one');",
    n002_plan="ALTER TABLE sites ADD COLUMN plan TEXT;\nINSERT INTO sites (url) VALUES ('two');",
    n003_goals="CREATE TABLE goals (id INTEGER PRIMARY KEY);\nINSERT INTO goals VALUES (NULL);",
    n004_more="INSERT INTO sites (url) VALUES ('four');",
)
NAMES = [each.name for each in PAST.migrations]


@pytest.mark.parametrize("runs", [2, 8])
def test_each_file_runs_exactly_once(cloud: Cloudflare, runs: int) -> None:
    database = cloud.create("staging")

    def run(_: int) -> list[str]:
        with client_of(cloud) as client:
            target = RemoteDatabase(client, database, "staging", "d1_migrations")
            return [each.name for each in apply_pending(target, PAST, target.read())]

    with ThreadPoolExecutor(runs) as pool:
        list(pool.map(run, range(runs)))

    with client_of(cloud) as client:
        live = RemoteDatabase(client, database, "staging", "d1_migrations").read()
    assert [name for _, name in live.records or ()] == NAMES
    assert cloud.run(database, "SELECT (SELECT count(*) FROM sites), (SELECT count(*) FROM goals)") == [[3, 1]]
    assert diff(PAST.schemas[-1], live.schema) == ()
    assert len(cloud.writes) == len(NAMES)


@pytest.mark.parametrize("kind", ["drop", "drop-after", "timeout", "reset", "too-many"])
@pytest.mark.parametrize("place", [0, 1, 3, 4])
def test_whatever_fails_once_each_file_runs_once(cloud: Cloudflare, kind: str, place: int) -> None:
    database = cloud.create("staging")
    cloud.fail(kind, "POST", skip=place)

    with client_of(cloud) as client:
        target = RemoteDatabase(client, database, "staging", "d1_migrations")
        assert [each.name for each in apply_pending(target, PAST, target.read())] == NAMES

    assert cloud.run(database, "SELECT count(*) FROM d1_migrations") == [[4]]
    assert cloud.run(database, "SELECT (SELECT count(*) FROM sites), (SELECT count(*) FROM goals)") == [[3, 1]]
