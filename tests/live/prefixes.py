"""Databases that the real wrangler brought to each prefix of 001 to 022, then applied by pulse-ci: `make prefixes`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pulse_ci.analysis.schema_history import SchemaHistory, replay_history
from pulse_ci.d1.database_state import read_database_state
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import read_sources
from pulse_ci.schema.diff import diff
from tests.cloudflare.clients import client_of
from tests.cloudflare.databases import Databases
from tests.cloudflare.server import Cloudflare
from tests.cloudflare.wrangler import configure, wrangler
from tests.commands.files import PULSE, put_pulse
from tests.live.process import run

if TYPE_CHECKING:
    from collections.abc import Iterable

_NEXT = PULSE.parent / "examples" / "pull-request" / "migrations" / "022_custom_fields.sql"
_AT_ONCE = 2


@dataclass(frozen=True)
class Account:
    """Cloudflare's API on loopback, and a directory that has the 22 files and a folder for each database."""

    cloud: Cloudflare
    folder: Path
    history: SchemaHistory

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.history.migrations]

    def wrangler(self, prefix: Prefix, *words: str) -> str:
        return wrangler(self.cloud, prefix.folder, "d1", *words, home=self.folder)


@dataclass(frozen=True)
class Prefix:
    """A database on which the first `number` files have run; its `folder` names it and has the files, or some."""

    number: int
    is_recorded: bool
    database: str
    folder: Path


def open_account(cloud: Cloudflare, folder: Path) -> Account:
    """Put PULSE's 21 files and the sample pull request's first, as `pulse-ci fix` leaves it, into a folder."""
    put_pulse(folder)
    shutil.copy(_NEXT, folder / "migrations")
    assert run(cloud, folder, "fix", "--baseline", "21").status == 0
    found = discover("migrations", read_sources(folder / "migrations", folder))
    return Account(cloud, folder, replay_history(found.migrations))


def recorded(account: Account, number: int) -> Prefix:
    """Let `wrangler d1 migrations apply` run the first files, which it finds in a directory of theirs alone."""
    prefix = _prefix(account, number, is_recorded=True)
    if number:
        directory = prefix.folder / "migrations"
        directory.mkdir()
        for name in account.names[:number]:
            shutil.copy(account.folder / "migrations" / name, directory)
        account.wrangler(prefix, "migrations", "apply", "DB", "--remote")
        shutil.rmtree(directory)
    shutil.copytree(account.folder / "migrations", prefix.folder / "migrations")
    return prefix


def executed(account: Account, most: int) -> list[Prefix]:
    """Let `wrangler d1 execute --file` run the first files one by one: on the last database, and its twins before it.

    The database of a shorter prefix gets, as it comes in, what wrangler imports into the one of the longest.
    """
    prefixes = [_prefix(account, number, is_recorded=False) for number in range(1, most + 1)]
    for each in prefixes:
        shutil.copytree(account.folder / "migrations", each.folder / "migrations")
    twins = account.cloud.routes.twins
    for number, name in enumerate(account.names[:most]):
        twins[prefixes[-1].database] = [each.database for each in prefixes[number:-1]]
        account.wrangler(prefixes[-1], "execute", "DB", "--remote", "--file", f"migrations/{name}")
    twins.clear()
    return prefixes


def _prefix(account: Account, number: int, *, is_recorded: bool) -> Prefix:
    name = f"{'recorded' if is_recorded else 'executed'}-{number:03}"
    folder = account.folder / name
    folder.mkdir()
    prefix = Prefix(number, is_recorded, account.cloud.create(name), folder)
    configure(folder, prefix.database, name)
    return prefix


def wrong_after_apply(account: Account, prefix: Prefix) -> str | None:
    """Apply the rest, after adopting what has no record, and return what is wrong with the database then, or None."""
    if not prefix.is_recorded:
        adopted = run(account.cloud, prefix.folder, "apply", "--adopt")
        if adopted.status or not adopted.out.startswith(f"✓ {prefix.number} migration"):
            return f"it was not adopted: {adopted.out}{adopted.err}"
    applied = run(account.cloud, prefix.folder, "apply")
    if applied.status or applied.ran != account.names[prefix.number :]:
        return f"it was not applied: {applied.out}{applied.err}"
    with client_of(account.cloud) as client:
        live = read_database_state(client, prefix.database, "d1_migrations")
    if live.records != tuple(enumerate(account.names, 1)):
        return f"it records {live.records}"
    if changes := diff(account.history.schemas[-1], live.schema):
        return f"its schema differs: {changes}"
    left = account.wrangler(prefix, "migrations", "list", "DB", "--remote")
    return None if "No migrations to apply" in left else f"wrangler lists: {left}"


def main() -> int:
    """Make every prefix in both ways, apply to each, and say what is wrong with which."""
    with Databases() as workerd, Cloudflare(workerd) as cloud, tempfile.TemporaryDirectory() as folder:
        account = open_account(cloud, Path(folder))
        most = len(account.names)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            walked = pool.submit(executed, account, most)
            prefixes = list(pool.map(lambda number: recorded(account, number), range(most + 1)))
            prefixes += walked.result()
            print(f"wrangler made {most} prefixes with a record and {most} without one; and there is an empty database")
            wrong = list(pool.map(lambda each: wrong_after_apply(account, each), prefixes))
    return _tell(prefixes, wrong, most)


def _tell(prefixes: Iterable[Prefix], wrong: list[str | None], most: int) -> int:
    for prefix, problem in zip(prefixes, wrong, strict=True):
        if problem:
            print(f"{prefix.folder.name}: {problem}")
    failed = sum(map(bool, wrong))
    print(
        f"{failed} of {len(wrong)} databases did not end as they should"
        if failed
        else f"all {len(wrong)} have the schema of the {most} files and record each once, in order; wrangler lists "
        "nothing as pending on any"
    )
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
