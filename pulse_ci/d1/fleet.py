"""Work on many databases: select them, take a shard, run a few at a time, and share what is alike."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextvars import copy_context
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Generic, TypeVar

from pulse_ci.errors import ConfigError, D1Error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Future

    from pulse_ci.d1.api_responses import DatabaseInfo
    from pulse_ci.d1.database_state import DatabaseState

_Outcome = TypeVar("_Outcome")
_Found = TypeVar("_Found")
MAX_CONCURRENT = 8
_MAX_ENTRIES = 32


def select_by_globs(databases: Iterable[DatabaseInfo], globs: Sequence[str]) -> tuple[DatabaseInfo, ...]:
    """Return the databases whose name or id fits one of the globs, by name; a glob that begins with `!` excludes.

    Raises:
        ConfigError: a glob fits no database at all, so it is probably a typo.

    """
    known = sorted(databases, key=lambda each: each.name)
    wanted = [glob for glob in globs if not glob.startswith("!")]
    for glob in wanted:
        if not any(_matches(each, glob) for each in known):
            raise ConfigError(f"databases: {glob!r} fits none of the account's {len(known)} databases. Correct it.")
    unwanted = [glob[1:] for glob in globs if glob.startswith("!")]
    return tuple(
        each
        for each in known
        if any(_matches(each, glob) for glob in wanted) and not any(_matches(each, glob) for glob in unwanted)
    )


def _matches(database: DatabaseInfo, glob: str) -> bool:
    return fnmatchcase(database.name, glob) or database.id == glob


def select_shard(databases: Sequence[DatabaseInfo], shard: str | None) -> tuple[DatabaseInfo, ...]:
    """Return the databases that one job of a matrix takes: `3/10` is the third of ten parts.

    A database stays in its part when others are added or deleted.
    """
    if shard is None:
        return tuple(databases)
    number, parts = map(int, shard.split("/"))
    return tuple(each for each in databases if _hash_id(each.id) % parts == number - 1)


def _hash_id(identity: str) -> int:
    return int.from_bytes(hashlib.blake2b(identity.encode(), digest_size=8).digest())


class StopSignal:
    """Stops a run: nothing new starts, and what is under way ends. Any thread may use it."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self._interrupted = threading.Event()

    def stop(self, reason: str) -> None:
        """Start nothing new; the first reason is kept."""
        self.reason = self.reason or reason

    def interrupt(self) -> None:
        """Start nothing new, and end all waiting."""
        self.stop("interrupted")
        self._interrupted.set()

    def sleep(self, seconds: float) -> None:
        """Wait as `time.sleep` does; raises D1Error if the run is interrupted, before or meanwhile."""
        if self._interrupted.wait(seconds):
            raise D1Error("The run was interrupted while it waited for Cloudflare. Run it again with --resume.")


def run_concurrently(
    databases: Sequence[DatabaseInfo],
    act: Callable[[DatabaseInfo], _Outcome],
    on_done: Callable[[DatabaseInfo, _Outcome], None],
    stop_signal: StopSignal,
    *,
    max_concurrent: int = MAX_CONCURRENT,
) -> None:
    """Call `act` for each database, a few at a time and in order, and `on_done` with its outcome.

    `on_done` runs in the caller's thread, and may use the stop signal. An exception of `act` ends the run.
    """
    waiting: dict[Future[_Outcome], DatabaseInfo] = {}
    left = iter(databases)
    with ThreadPoolExecutor(max_concurrent) as pool:
        while True:
            while len(waiting) < max_concurrent and not stop_signal.reason and (each := next(left, None)):
                # A thread of its own would not know the sandbox's limits.
                waiting[pool.submit(copy_context().run, act, each)] = each
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                on_done(waiting.pop(future), future.result())


class PerSchemaCache(Generic[_Found]):
    """Calls `find` once for all databases that have the same objects and records.

    Several threads may use it; `find` runs in one of them at a time.
    """

    def __init__(self, find: Callable[[DatabaseState, str], _Found], *, by_name: bool = False) -> None:
        self._find = find
        self._by_name = by_name
        self._cache: OrderedDict[object, _Found] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, live: DatabaseState, name: str = "") -> _Found:
        """Return what `find` returned for a database like this one; the name counts only if `by_name` is set."""
        key = (live.objects, live.recorded, name if self._by_name else None)
        with self._lock:
            if key not in self._cache:
                self._cache[key] = self._find(live, name)
                if len(self._cache) > _MAX_ENTRIES:
                    self._cache.popitem(last=False)
            self._cache.move_to_end(key)
            return self._cache[key]
