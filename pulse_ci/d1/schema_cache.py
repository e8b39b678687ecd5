"""What is found out about one database, kept for those that are like it: a fleet is mostly of a kind."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.d1.database_state import Live

_Found = TypeVar("_Found")
_MOST_KINDS = 32


class Alike(Generic[_Found]):
    """Finds something out about databases, once for all that have the same objects and records.

    It may be used by several threads; `find` runs in one of them at a time.
    """

    def __init__(self, find: Callable[[Live, str], _Found], *, by_name: bool = False) -> None:
        self._find = find
        self._by_name = by_name
        self._known: OrderedDict[object, _Found] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, live: Live, name: str = "") -> _Found:
        """Return what is found out about a database; its name counts only where databases are told apart by it."""
        key = (live.objects, live.recorded, name if self._by_name else None)
        with self._lock:
            if key not in self._known:
                self._known[key] = self._find(live, name)
                if len(self._known) > _MOST_KINDS:
                    self._known.popitem(last=False)
            self._known.move_to_end(key)
            return self._known[key]
