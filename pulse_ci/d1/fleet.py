"""Many databases at once: which they are, which part of them this job takes, and a few at a time."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor, as_completed
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeVar

from pulse_ci.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pulse_ci.d1.answers import DatabaseInfo

_Outcome = TypeVar("_Outcome")
AT_ONCE = 8


def choose(databases: Iterable[DatabaseInfo], globs: Sequence[str]) -> tuple[DatabaseInfo, ...]:
    """Return the databases whose name or id fits one of the globs, by name; a glob that begins with `!` takes out.

    Raises:
        ConfigError: a glob fits no database at all, which is a slip of the pen.

    """
    known = sorted(databases, key=lambda each: each.name)
    wanted = [glob for glob in globs if not glob.startswith("!")]
    for glob in wanted:
        if not any(_fits(each, glob) for each in known):
            raise ConfigError(f"databases: {glob!r} fits none of the account's {len(known)} databases. Correct it.")
    unwanted = [glob[1:] for glob in globs if glob.startswith("!")]
    return tuple(
        each
        for each in known
        if any(_fits(each, glob) for glob in wanted) and not any(_fits(each, glob) for glob in unwanted)
    )


def _fits(database: DatabaseInfo, glob: str) -> bool:
    return fnmatchcase(database.name, glob) or database.id == glob


def part(databases: Sequence[DatabaseInfo], shard: str | None) -> tuple[DatabaseInfo, ...]:
    """Return the part of the databases that one job of a matrix takes: `3/10` is the third of ten.

    A database stays in its part when others come and go.
    """
    if shard is None:
        return tuple(databases)
    number, parts = map(int, shard.split("/"))
    return tuple(each for each in databases if _bucket(each.id) % parts == number - 1)


def _bucket(identity: str) -> int:
    return int.from_bytes(hashlib.blake2b(identity.encode(), digest_size=8).digest())


def for_each(
    databases: Sequence[DatabaseInfo],
    act: Callable[[DatabaseInfo], _Outcome],
    on_done: Callable[[int, DatabaseInfo], None] = lambda _, __: None,
    *,
    at_once: int = AT_ONCE,
) -> tuple[_Outcome, ...]:
    """Do something with each database, a few at a time, and return what came of it, in their order.

    `on_done` is told how many are done. What `act` raises ends it all; it is to return what is an outcome.
    """
    outcomes: dict[int, _Outcome] = {}
    with ThreadPoolExecutor(at_once) as pool:
        waiting = {pool.submit(act, each): place for place, each in enumerate(databases)}
        try:
            for done in as_completed(waiting):
                outcomes[waiting[done]] = done.result()
                on_done(len(outcomes), databases[waiting[done]])
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return tuple(outcomes[place] for place in range(len(databases)))
