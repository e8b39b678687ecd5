"""An account with very many databases and a rate limit, without a network: what it holds, real SQLite has told."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import httpx

from pulse_ci.d1.account import Account
from pulse_ci.d1.client import D1Client
from pulse_ci.d1.snapshot import OBJECTS_QUERY
from pulse_ci.engine import D1Refused, EmbeddedD1

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW = 300.0


@lru_cache(16)
def answers(sql: str) -> dict[str, tuple[list[str], list[list[Any]]]]:
    """What a database that this SQL made answers to the two questions that drift asks."""
    with EmbeddedD1() as database:
        database.run(sql)
        objects = [list(row) for row in database.query(OBJECTS_QUERY.sql)]
        records = [list(row) for row in database.query("SELECT id, name FROM d1_migrations ORDER BY id")]
    return {"sqlite_master": (["type", "name", "tbl_name", "sql"], objects), "d1_migrations": (["id", "name"], records)}


@lru_cache(32)
def asked(sql: str, query: str) -> tuple[list[str], list[list[Any]]]:
    """What a database that this SQL made answers to any other question."""
    with EmbeddedD1() as database:
        database.run(sql)
        rows = [list(row) for row in database.query(query)]
    return [str(number) for number in range(len(rows[0]) if rows else 0)], rows


@lru_cache(64)
def refusal(sql: str) -> str | None:
    """D1's message where it does not run this SQL, which makes a database and then changes it."""
    with EmbeddedD1() as database:
        try:
            database.run(sql)
        except D1Refused as refused:
            return str(refused)
    return None


@dataclass
class Fleet:
    """Databases by name, each with the SQL that made it; `now` goes on as those who wait want it to.

    What asks a `broken` one meets a proxy's page. `on_request` is told of each request's path before it is answered.
    """

    databases: dict[str, str]
    broken: frozenset[str] = frozenset()
    limit: int = 1200
    now: float = 0.0
    asked: list[str] = field(default_factory=list)
    refused: int = 0
    writes: list[str] = field(default_factory=list)
    on_request: Callable[[str], None] = lambda _: None
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
            self.on_request(path)
            if path and self._name(path) in self.broken:
                return httpx.Response(200, headers=headers, text="<html>Sign in</html>")
            result = self._result(path, request)
            return httpx.Response(200 if result["success"] else 400, headers=headers, json=result)

    def _name(self, path: str) -> str:
        return path.split("/")[1].removeprefix("id-")

    def _result(self, path: str, request: httpx.Request) -> dict[str, Any]:
        if not path:
            names = sorted(self.databases)
            page, size = (int(request.url.params[name]) for name in ("page", "per_page"))
            shown = [{"uuid": f"id-{name}", "name": name} for name in names[(page - 1) * size : page * size]]
            return {"success": True, "errors": [], "result": shown, "result_info": {"total_count": len(names)}}
        if path.endswith("/time_travel/bookmark"):
            return {"success": True, "errors": [], "result": {"bookmark": f"before-{len(self.writes)}"}}
        name, sent = self._name(path), [each["sql"] for each in json.loads(request.content)["batch"]]
        if not all(sql.startswith("SELECT") for sql in sent):
            return self._write(name, sent)
        results = [
            {"results": {"columns": columns, "rows": rows}, "success": True, "meta": {"rows_read": len(rows)}}
            for columns, rows in (self._read(name, sql) for sql in sent)
        ]
        return {"success": True, "errors": [], "result": results}

    def _read(self, name: str, sql: str) -> tuple[list[str], list[list[Any]]]:
        if "FROM sqlite_master" in sql and "WHERE sql IS NOT NULL" in sql:
            return answers(self.databases[name])["sqlite_master"]
        if "FROM d1_migrations WHERE applied_at" in sql:
            return answers(self.databases[name])["d1_migrations"]
        return asked(self.databases[name], sql)

    def _write(self, name: str, sent: list[str]) -> dict[str, Any]:
        self.writes.append(name)
        changed = "\n".join([self.databases[name], *sent])
        if message := refusal(changed):
            return {"success": False, "errors": [{"code": 7500, "message": message}], "result": []}
        self.databases[name] = changed
        done = {"results": {"columns": [], "rows": []}, "success": True}
        return {"success": True, "errors": [], "result": [done] * len(sent)}
