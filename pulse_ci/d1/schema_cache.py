"""What is found out about one database, kept for those that are like it: a fleet is mostly of a kind."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.d1.database_state import DatabaseState

_Found = TypeVar("_Found")
_MAX_ENTRIES = 32


class PerSchemaCache(Generic[_Found]):
    """Finds something out about databases, once for all that have the same objects and records.

    It may be used by several threads; `find` runs in one of them at a time.
    """

    def __init__(self, find: Callable[[DatabaseState, str], _Found], *, by_name: bool = False) -> None:
        self._find = find
        self._by_name = by_name
        self._cache: OrderedDict[object, _Found] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, live: DatabaseState, name: str = "") -> _Found:
        """Return what is found out about a database; its name counts only where databases are told apart by it."""
        key = (live.objects, live.recorded, name if self._by_name else None)
        with self._lock:
            if key not in self._cache:
                self._cache[key] = self._find(live, name)
                if len(self._cache) > _MAX_ENTRIES:
                    self._cache.popitem(last=False)
            self._cache.move_to_end(key)
            return self._cache[key]
