"""Drift over a fleet of real D1 databases, of which ten have drifted, within the account's rate limit: `make fleet`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.cloudflare.databases import Databases
from tests.cloudflare.limit import RateLimit
from tests.cloudflare.server import Cloudflare
from tests.commands.files import put_pulse
from tests.live.process import Cost, run_counted
from tests.live.pulse import recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MEGABYTES = 200
PARTS = 4
# What ten tenants have undergone, and what is to be told of each: kind, name, action.
PLANTED = {
    "CREATE INDEX hotfix ON sites (name)": {("index", "hotfix", "added")},
    "DROP INDEX idx_events_session": {("index", "idx_events_session", "removed")},
    "ALTER TABLE sites ADD COLUMN debug TEXT": {("column", "debug", "added")},
    "ALTER TABLE users DROP COLUMN password_hash": {("column", "password_hash", "removed")},
    "CREATE TABLE leftovers (id INTEGER PRIMARY KEY)": {("table", "leftovers", "added")},
    "DROP TABLE visitor_salts": {("table", "visitor_salts", "removed")},
    "DROP TRIGGER trg_sessions_channel": {("trigger", "trg_sessions_channel", "removed")},
    "CREATE VIEW busy AS SELECT id FROM sites": {("view", "busy", "added")},
    "DROP INDEX idx_users_account; CREATE INDEX idx_users_account ON users (email)": {
        ("index", "idx_users_account", "modified")
    },
    "DROP VIEW cohort_sizes": {("view", "cohort_sizes", "removed")},
}
# What others have undergone, and what is no drift.
HARMLESS = (
    "INSERT INTO accounts (account_id, name) VALUES ('a', 'A'); ANALYZE",
    'DROP INDEX idx_sites_account; create index "idx_sites_account" on [sites] ( "account_id" asc )',
)


@dataclass(frozen=True)
class Found:
    """What one run of drift told, as its JSON report, and what it took."""

    report: dict[str, Any]
    status: int
    cost: Cost

    @property
    def statuses(self) -> dict[str, str]:
        """What became of each database, by its name."""
        return {each["name"]: each["status"] for each in self.report["databases"]}

    @property
    def differences(self) -> set[tuple[str, str, str, str]]:
        """Each difference: the database, and kind, name and action of what differs."""
        return {(each["database"], each["kind"], each["name"], each["action"]) for each in self.report["drift"]}

    @property
    def told(self) -> dict[str, Any]:
        """The report, less what it took to make it."""
        return {name: value for name, value in self.report.items() if name not in ("staging", "timings_ms")}


def make(cloud: Cloudflare, tenants: int) -> set[tuple[str, str, str, str]]:
    """Make the tenants, and a database that is none; return the differences that are to be found."""
    planted = dict(zip(range(tenants // 20, tenants, tenants // len(PLANTED)), PLANTED.items(), strict=True))
    sql, expected = recorded(), set()
    for number in range(tenants):
        name = f"tenant-{number:04}"
        change, told = planted.get(number, (HARMLESS[number % 7] if number % 7 < len(HARMLESS) else "", set()))
        cloud.create(name, f"{sql}\n{change};" if change else sql)
        expected |= {(name, *each) for each in told}
    cloud.create("other", "CREATE TABLE other (id INTEGER PRIMARY KEY);")
    return expected


def drift(cloud: Cloudflare, folder: Path, *words: str) -> Found:
    """Run `pulse-ci drift` over the tenants, as a process."""
    return _drift(cloud, folder, "--databases", "tenant-*", *words)


def in_parts(cloud: Cloudflare, folder: Path) -> tuple[Found, ...]:
    """Run it in parts, all at once, as the jobs of a matrix do."""
    with ThreadPoolExecutor(PARTS) as pool:
        return tuple(pool.map(lambda part: drift(cloud, folder, "--shard", f"{part}/{PARTS}"), range(1, PARTS + 1)))


def merged(cloud: Cloudflare, folder: Path, parts: Sequence[Found]) -> Found:
    """Let `pulse-ci drift --merge` make one report of the parts'."""
    for number, part in enumerate(parts, 1):
        (folder / f"part-{number}.json").write_text(json.dumps(part.report), encoding="utf-8")
    return _drift(cloud, folder, "--merge", "part-*.json")


def _drift(cloud: Cloudflare, folder: Path, *words: str) -> Found:
    ended, cost = run_counted(cloud, folder, "drift", "--format", "json", *words)
    assert ended.status in (0, 1), ended.err
    return Found(json.loads(ended.out), ended.status, cost)


def wrong_with(
    cloud: Cloudflare, tenants: int, expected: set[tuple[str, str, str, str]], parts: Sequence[Found]
) -> list[str]:
    """Return what is wrong with what the parts found together, and with what was asked since the log was cleared."""
    names = [name for part in parts for name in part.statuses]
    differences = {each for part in parts for each in part.differences}
    drifted = {name for part in parts for name, status in part.statuses.items() if status == "drift"}
    errors = [name for part in parts for name, status in part.statuses.items() if status == "error"]
    asked = Counter(each.path for each in cloud.log if each.path.endswith("/raw") and each.status != 429)
    listed = sum(each.path.endswith("/d1/database") for each in cloud.log)
    most = max(part.cost.megabytes for part in parts)
    checks = {
        f"{sorted(differences ^ expected)} told or not told": differences == expected,
        f"{sorted(drifted)} drifted": drifted == {name for name, *_ in expected},
        f"{errors} could not be compared": not errors,
        f"{len(names)} compared, {len(set(names))} of them different": len(names) == len(set(names)) == tenants,
        f"{len(asked)} databases asked, one of them {max(asked.values(), default=0)} times": set(asked.values()) == {1},
        f"{listed} requests for the list": listed == len(parts) * -(-(tenants + 1) // 100),
        # Jobs at once know only late of one another's requests.
        f"{cloud.limit.refused} requests over the limit": cloud.limit.refused == 0 or len(parts) > 1,
        f"a database was written: {cloud.writes}": not cloud.writes,
        f"{most:.0f} MB of memory": most < MEGABYTES,
    }
    return [wrong for wrong, holds in checks.items() if not holds]


def main(words: list[str]) -> int:
    """Make the fleet, run drift over it in each way, and say what it took and what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.live.tenants", description=__doc__)
    parser.add_argument("--tenants", type=int, default=1000)
    tenants = parser.parse_args(words).tenants
    with Databases() as workerd, Cloudflare(workerd) as cloud, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        put_pulse(folder)
        began = time.monotonic()
        expected = make(cloud, tenants)
        print(f"{tenants} databases made in {time.monotonic() - began:.0f} s, ten of which have drifted")
        tell = partial(_tell, cloud, tenants, expected)
        (whole,), problems = tell("as a whole", RateLimit(), lambda: [drift(cloud, folder)])
        _, more = tell("with 200 requests left", RateLimit(1200, 30, used=1000), lambda: [drift(cloud, folder)])
        parts, of_parts = tell(f"in {PARTS} parts at once", RateLimit(), lambda: in_parts(cloud, folder))
        _, more_of_parts = tell(
            "in parts with 200 left", RateLimit(1200, 30, used=1000), lambda: in_parts(cloud, folder)
        )
        is_same = merged(cloud, folder, parts).told == whole.told
        print(f"the parts' reports merged: {'the same as' if is_same else 'another than'} that of the whole")
    return 1 if problems or more or of_parts or more_of_parts or not is_same else 0


def _tell(
    cloud: Cloudflare,
    tenants: int,
    expected: set[tuple[str, str, str, str]],
    way: str,
    limit: RateLimit,
    run: Callable[[], Sequence[Found]],
) -> tuple[Sequence[Found], list[str]]:
    """Run drift in one way and tell of it; return what was found, and what is wrong."""
    cloud.log.clear()
    cloud.limit = limit
    parts = run()
    problems = wrong_with(cloud, tenants, expected, parts)
    said = "; ".join(problems) or f"the {len(expected)} drifts and no other, one request a database"
    seconds, megabytes = max(each.cost.seconds for each in parts), max(each.cost.megabytes for each in parts)
    took = f"{seconds:.1f} s, {megabytes:.0f} MB at most, {len(cloud.log)} requests, {limit.refused} refused"
    print(f"{way}: {took}: {said}")
    return parts, problems


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
