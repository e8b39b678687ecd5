"""Databases of real workerd that stay, each under a name."""

from __future__ import annotations

import json
import threading
from typing import Any

from tests.workerd.rig import Rig

PREFIX = "D1_ERROR: "


class Databases(Rig):
    """A workerd with any number of databases; a name that is new is an empty one."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._met: set[str] = set()

    def ask(self, database: str, action: str, **request: object) -> dict[str, Any]:
        """Run one request; `error` in the answer is D1's message or None."""
        line = json.dumps({"database": database, "action": action, **request})
        with self._lock:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline())
        self._met.add(database)
        assert isinstance(answer, dict)
        return answer | {"error": answer["error"] and answer["error"].removeprefix(PREFIX)}

    def forget(self, database: str) -> None:
        """Free what a database holds, if anything was ever asked of it."""
        if database in self._met:
            self.ask(database, "delete")
            self._met.discard(database)
