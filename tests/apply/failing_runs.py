"""Applies to a database with rows on real workerd, in each of which something goes wrong, and then one more."""

from __future__ import annotations

from dataclasses import dataclass
from signal import SIGKILL
from typing import TYPE_CHECKING

from pulse_ci.apply.apply_pending import apply_pending
from pulse_ci.apply.migrations_table import create_table, insert_records
from pulse_ci.apply.target import RemoteDatabase
from pulse_ci.errors import PulseError
from pulse_ci.schema.diff import diff
from tests.cloudflare.clients import client_of
from tests.cloudflare.wrangler import configure
from tests.d1.histories import history
from tests.live.process import PulseCI

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from tests.cloudflare.faults import Fault
    from tests.cloudflare.server import Cloudflare

_ROWS = 50
# What a second run of a file would show: rows too many, or an error. What half a run would: rows too few.
PAST = history(
    n001_sites="CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT);",
    n002_pages=(
        "CREATE TABLE pages (id INTEGER PRIMARY KEY, site REFERENCES sites (id) ON DELETE CASCADE);\n"
        "INSERT INTO pages (site) SELECT id FROM sites;"
    ),
    n003_plan="ALTER TABLE sites ADD COLUMN plan TEXT;\nINSERT INTO sites (url) VALUES ('three');",
    n004_log=(
        "CREATE TABLE log (id INTEGER PRIMARY KEY, note TEXT);\n"
        "CREATE TRIGGER noted AFTER INSERT ON sites\n"
        "begin -- it's logged\n  INSERT INTO log (note) VALUES (NEW.url);\nend;\n"
        "INSERT INTO sites (url) VALUES ('four');"
    ),
    n005_pages_again=(
        "CREATE TABLE pages_new (id INTEGER PRIMARY KEY, site INTEGER NOT NULL REFERENCES sites (id));\n"
        "INSERT INTO pages_new SELECT id, site FROM pages;\n"
        "DROP TABLE pages;\nALTER TABLE pages_new RENAME TO pages;\nINSERT INTO pages (site) VALUES (1);"
    ),
)
_FIRST = PAST.migrations[0]
BEFORE = (
    f"{_FIRST.text}\nINSERT INTO sites (url) SELECT value FROM json_each('[{', '.join(map(str, range(_ROWS)))}]');\n"
    f"{create_table('d1_migrations')}\n{insert_records('d1_migrations', [_FIRST.name])}"
)
APPLY = ("apply",)
_RECORDS = tuple((number, each.name) for number, each in enumerate(PAST.migrations, 1))
_COUNTS = (
    "SELECT (SELECT count(*) FROM sites), (SELECT count(*) FROM pages), (SELECT count(*) FROM log), "
    "(SELECT count(*) FROM pages JOIN sites ON sites.id = site WHERE pages.id = site AND url = pages.id - 1)"
)


@dataclass(frozen=True)
class Way:
    """How a run goes wrong: at one of its first requests meets one of these faults, or its process is killed there."""

    faults: tuple[str, ...]
    requests: int = 9
    is_killed: bool = False


WAYS = {
    "a request lost": Way(("drop",)),
    "an answer lost": Way(("drop-after",)),
    "a 5xx": Way(("internal", "gateway", "timeout")),
    "a process killed (-9)": Way(("drop", "drop-after"), requests=12, is_killed=True),
}


@dataclass(frozen=True)
class Run:
    """A run that is over: how many applies it took, how many of their requests went wrong, and what is wrong now."""

    applies: int
    faults: int
    problem: str | None


def run(cloud: Cloudflare, folder: Path, way: Way, chance: Random) -> Run:
    """Apply once or, if that does not end well, twice with a fault, and then without one."""
    database = cloud.create("staging", BEFORE)
    if way.is_killed:
        configure(folder, database)
    applies, faults = 0, 0
    for _ in range(chance.choice([1, 1, 2])):
        fault = cloud.fail(
            chance.choice(way.faults),
            path=f"*/{database}/*",
            skip=chance.randrange(way.requests),
            times=1 if way.is_killed else chance.choice([1, 1, 1, 5]),
        )
        times, applies = fault.times, applies + 1
        is_over = killed(cloud, folder, fault) if way.is_killed else _ends(cloud, database)
        faults += times - fault.times
        cloud.faults.clear()
        if is_over:
            break
    if not faults:
        return Run(applies, faults, "nothing went wrong: it sends fewer requests than it did")
    ended = PulseCI().run(cloud, folder, *APPLY).status == 0 if way.is_killed else _ends(cloud, database)
    return Run(applies + 1, faults, wrong_with(cloud, database) if ended else "the last apply did not end well")


def killed(cloud: Cloudflare, folder: Path, fault: Fault) -> bool:
    """Kill a process at the request that meets the fault; return whether it ended well before it came to that."""
    process = PulseCI()
    fault.meanwhile = process.kill
    status = process.run(cloud, folder, *APPLY).status
    assert fault.times or status == -SIGKILL, status
    return status == 0


def _ends(cloud: Cloudflare, database: str) -> bool:
    with client_of(cloud) as client:
        target = RemoteDatabase(client, database, "staging", "d1_migrations")
        try:
            list(apply_pending(target, PAST, target.read()))
        except PulseError:
            return False
    return True


def wrong_with(cloud: Cloudflare, database: str) -> str | None:
    """Return what is wrong with a database on which each file should have run once, or None."""
    with client_of(cloud) as client:
        live = RemoteDatabase(client, database, "staging", "d1_migrations").read()
    if live.records != _RECORDS:
        return f"it records {live.records}"
    if changes := diff(PAST.schemas[-1], live.schema):
        return f"its schema differs: {changes}"
    counts = cloud.run(database, _COUNTS)
    return None if counts == [[_ROWS + 2, _ROWS + 1, 1, _ROWS]] else f"it has {counts} rows"
