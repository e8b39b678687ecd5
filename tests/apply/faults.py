"""Applies on real workerd that meet faults at random requests, run again until one ends: `make faults`."""

from __future__ import annotations

import argparse
import sys
from random import Random

from pulse_ci.apply.remote import RemoteDatabase
from pulse_ci.apply.run import apply_pending
from pulse_ci.engine.diff import diff
from pulse_ci.errors import PulseError
from tests.apply.targets import Failing, Killed
from tests.cloudflare.clients import client_of
from tests.cloudflare.databases import Databases
from tests.cloudflare.server import Cloudflare
from tests.d1.histories import history

_ROWS = 50
PAST = history(
    n001_sites=(
        "CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT);\n"
        f"INSERT INTO sites (url) SELECT value FROM json_each('[{', '.join(map(str, range(_ROWS)))}]');"
    ),
    n002_pages="CREATE TABLE pages (id INTEGER PRIMARY KEY, site REFERENCES sites (id) ON DELETE CASCADE);\n"
    "INSERT INTO pages (site) SELECT id FROM sites;",
    n003_plan="ALTER TABLE sites ADD COLUMN plan TEXT;\nINSERT INTO sites (url) VALUES ('three');",
    n004_more="CREATE INDEX by_url ON sites (url);\nINSERT INTO sites (url) VALUES ('four');",
)
_NAMES = [each.name for each in PAST.migrations]
_COUNTS = "SELECT (SELECT count(*) FROM sites), (SELECT count(*) FROM pages)"
_NETWORK = ("drop", "drop-after", "gateway", "timeout", "internal", "reset")
_PROCESS = (None, None, None, None, "killed", "killed-after")


def main(words: list[str]) -> int:
    """Do so many runs, and say which seed makes one that does not end whole."""
    parser = argparse.ArgumentParser(prog="python -m tests.apply.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=500)
    options = parser.parse_args(words)
    attempts = 0
    with Databases() as workerd:
        for seed in range(options.seed, options.seed + options.runs):
            with Cloudflare(workerd) as cloud:
                attempts += one_run(cloud, Random(seed))  # noqa: S311 - the same faults for the same seed
                if problem := not_whole(cloud):
                    print(f"seed {seed}: {problem}")
                    return 1
    print(f"{options.runs} runs, {attempts} processes: every file ran once, every row is there")
    return 0


def one_run(cloud: Cloudflare, chance: Random) -> int:
    """Apply to an empty database, with faults, until one process ends well; returns how many it took."""
    database = cloud.create("staging")
    with client_of(cloud) as client:
        target = RemoteDatabase(client, database, "staging", "d1_migrations")
        for attempt in range(1, 11):
            cloud.faults.clear()
            if attempt < 10:
                kind, times = chance.choice(_NETWORK), chance.choice([1, 1, 1, 5])
                cloud.fail(kind, "POST", skip=chance.randrange(8), times=times)
            if _ends(Failing(target, chance.choices(_PROCESS, k=6) if attempt < 10 else [])):
                return attempt
    return attempt


def _ends(target: Failing) -> bool:
    try:
        list(apply_pending(target, PAST, target.read()))
    except (Killed, PulseError):
        return False
    return True


def not_whole(cloud: Cloudflare) -> str | None:
    """Return what is wrong with the account's only database, or None."""
    cloud.faults.clear()
    (database,) = (each.uuid for each in cloud.routes.databases)
    with client_of(cloud) as client:
        live = RemoteDatabase(client, database, "staging", "d1_migrations").read()
    if [name for _, name in live.records or ()] != _NAMES:
        return f"it records {live.records}"
    if changes := diff(PAST.schemas[-1], live.schema):
        return f"its schema differs: {changes}"
    counts = cloud.run(database, _COUNTS)
    return None if counts == [[_ROWS + 2, _ROWS]] else f"it has {counts} rows"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
