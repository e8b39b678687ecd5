"""An account with very many databases and a rate limit, without a network: what it holds, real SQLite has told."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import httpx

from pulse_ci.d1.account import Account
from pulse_ci.d1.client import D1Client
from pulse_ci.engine import EmbeddedD1
from pulse_ci.engine.introspect import QUERY

WINDOW = 300.0


@lru_cache(16)
def answers(sql: str) -> dict[str, tuple[list[str], list[list[Any]]]]:
    """What a database that this SQL made answers to the two questions that drift asks."""
    with EmbeddedD1() as database:
        database.run(sql)
        objects = [list(row) for row in database.query(QUERY)]
        records = [list(row) for row in database.query("SELECT id, name FROM d1_migrations ORDER BY id")]
    return {"sqlite_master": (["type", "name", "tbl_name", "sql"], objects), "d1_migrations": (["id", "name"], records)}


@dataclass
class Fleet:
    """Databases by name, each with the SQL that made it; `now` goes on as those who wait want it to.

    What asks a `broken` one meets a proxy's page.
    """

    databases: dict[str, str]
    broken: frozenset[str] = frozenset()
    limit: int = 1200
    now: float = 0.0
    asked: list[str] = field(default_factory=list)
    refused: int = 0
    _recent: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self, account: Account | None = None) -> D1Client:
        transport = httpx.MockTransport(self._answer)
        return D1Client(account or Account("a" * 32, "token"), transport=transport, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def _answer(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self._recent = [at for at in self._recent if at > self.now - WINDOW]
            left = self.limit - len(self._recent) - 1
            headers = {"ratelimit": f'"default";r={max(left, 0)};t={int(WINDOW)}'}
            if left < 0:
                self.refused += 1
                return httpx.Response(429, headers=headers | {"retry-after": str(int(WINDOW))}, json={})
            self._recent.append(self.now)
            path = request.url.path.partition("/d1/database")[2]
            self.asked.append(path)
            if path and self._name(path) in self.broken:
                return httpx.Response(200, headers=headers, text="<html>Sign in</html>")
            return httpx.Response(200, headers=headers, json=self._result(path, request))

    def _name(self, path: str) -> str:
        return path.split("/")[1].removeprefix("id-")

    def _result(self, path: str, request: httpx.Request) -> dict[str, Any]:
        if not path:
            names = sorted(self.databases)
            page, size = (int(request.url.params[name]) for name in ("page", "per_page"))
            shown = [{"uuid": f"id-{name}", "name": name} for name in names[(page - 1) * size : page * size]]
            return {"success": True, "errors": [], "result": shown, "result_info": {"total_count": len(names)}}
        known = answers(self.databases[self._name(path)])
        sent = [each["sql"] for each in json.loads(request.content)["batch"]]
        found = [known["sqlite_master" if "sqlite_master" in sql else "d1_migrations"] for sql in sent]
        results = [{"results": {"columns": columns, "rows": rows}, "success": True} for columns, rows in found]
        return {"success": True, "errors": [], "result": results}
