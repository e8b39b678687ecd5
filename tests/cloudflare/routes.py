"""The operations on databases that the stand-in knows, over workerd."""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pulse_ci.sql.split import split_statements
from tests.cloudflare.answer import Answer, refuse, success

if TYPE_CHECKING:
    from tests.cloudflare.answer import Request
    from tests.cloudflare.databases import Databases

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]*")
_ROUTE = re.compile(r"/accounts/(?P<account>[^/]+)/d1/database(?:/(?P<database>[^/]+)(?P<action>/.*)?)?")
_UNKNOWN_ROUTE = "Could not route to {}, perhaps your object identifier is invalid?"
_NO_ACCESS = "The given account is not valid or is not authorized to access this service"


@dataclass
class Database:
    """A database of the account; workerd has its content under its id."""

    uuid: str
    name: str
    created_at: datetime

    def to_json(self) -> dict[str, Any]:
        created = self.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"uuid": self.uuid, "name": self.name, "version": "production", "created_at": created}


class Routes:
    """An account with its databases, and the files that are on their way into them.

    What is done in a database is done in its `twins` as well: they become what it becomes.
    """

    def __init__(self, workerd: Databases, account: str) -> None:
        self.databases: list[Database] = []
        self.now = datetime.now(UTC)
        self.twins: dict[str, list[str]] = {}
        self._workerd = workerd
        self._account = account
        self._files: dict[str, bytes] = {}

    def create(self, name: str) -> Database:
        """Make an empty database."""
        database = Database(str(uuid.uuid4()), name, self.now)
        self.databases.append(database)
        return database

    def find(self, name: str) -> Database | None:
        """Return the database with this id or name."""
        return next((each for each in self.databases if name in (each.uuid, each.name)), None)

    def answer(self, request: Request) -> Answer:
        """Do what a request asks for."""
        if request.method == "PUT" and request.path.startswith("/upload/"):
            return self._upload(request)
        route = _ROUTE.fullmatch(request.path)
        if route is None:
            return refuse(404, 7003, _UNKNOWN_ROUTE.format(request.path))
        if route["account"] != self._account:
            return refuse(403, 7403, _NO_ACCESS)
        if route["database"] is None:
            return self._on_all(request)
        name = unquote(route["database"])
        database = self.find(name)
        if database is None:
            return refuse(404, 7404, f"The database {name} could not be found")
        if name != database.uuid and (request.method, route["action"]) != ("GET", None):
            return refuse(400, 7400, "The request is malformed: failed to decode id")
        return self._on_one(request, database, route["action"] or "")

    def _on_all(self, request: Request) -> Answer:
        if request.method == "POST":
            return self._create(request)
        wanted = [each for each in self.databases if request.query.get("name", "") in each.name]
        page, size = int(request.query.get("page", "1")), int(request.query.get("per_page", "100"))
        shown = [each.to_json() for each in wanted[(page - 1) * size : page * size]]
        counts = {"page": page, "per_page": size, "count": len(shown), "total_count": len(wanted)}
        return success(shown, result_info=counts)

    def _create(self, request: Request) -> Answer:
        name = str(request.body.get("name"))
        if not _NAME.fullmatch(name):
            return refuse(400, 7400, "The request is malformed: invalid database name")
        if any(each.name == name for each in self.databases):
            return refuse(400, 7502, f"A database with the name {name} already exists")
        return success(self.create(name).to_json())

    def _on_one(self, request: Request, database: Database, action: str) -> Answer:
        match request.method, action:
            case "GET", "":
                return success(database.to_json())
            case "DELETE", "":
                self.databases.remove(database)
                self._workerd.forget(database.uuid)
                return success(None)
            case "POST", "/query" | "/raw":
                return self._query(request, database, raw=action == "/raw")
            case "POST", "/import":
                return self._import(request, database)
            case "GET", "/time_travel/bookmark":
                return success({"bookmark": self._workerd.ask(database.uuid, "bookmark")["bookmark"]})
            case _:
                return refuse(405, 10405, "Method not allowed for this authentication scheme")

    def _query(self, request: Request, database: Database, *, raw: bool) -> Answer:
        body = request.body
        if "batch" in body:
            statements = [{"sql": each["sql"], "params": each.get("params", [])} for each in body["batch"]]
        else:
            statements = [{"sql": each.sql} for each in split_statements(body.get("sql", ""))]
            params = body.get("params", [])
            if params is None:
                message = "Invalid property: params => Expected array, received null"
                return refuse(400, 7400, f"The request is malformed: {message}")
            if params and len(statements) > 1:
                return refuse(400, 7400, "The request is malformed: params with multiple statements is not supported")
            statements = [each | {"params": params} for each in statements]
        if not statements:
            return refuse(400, 7500, "No SQL statements detected.")
        outcome = self._do(database, "transact", statements=statements)
        if outcome["error"]:
            return refuse(400, 7500, outcome["error"])
        answer = success([_result(each, outcome["wrote"], raw=raw) for each in outcome["results"]])
        answer.wrote = outcome["wrote"]
        return answer

    def _import(self, request: Request, database: Database) -> Answer:
        body = request.body
        match body.get("action"):
            case "init":
                filename = f"{database.uuid}.{body['etag']}.sql"
                url = f"{request.address}/upload/{filename}"
                return success({"success": True, "type": "import", "filename": filename, "upload_url": url})
            case "ingest":
                return self._ingest(self._files.pop(body["filename"]), database)
            case "poll":
                return success({"success": True, "type": "import", "error": "Not currently importing anything."})
            case _:
                return refuse(400, 7400, "The request is malformed: action")

    def _upload(self, request: Request) -> Answer:
        etag = hashlib.md5(request.content).hexdigest()  # noqa: S324 - what the API asks for
        self._files[request.path.rpartition("/")[2]] = request.content
        return Answer(200, b"", {"etag": f'"{etag}"'})

    def _ingest(self, content: bytes, database: Database) -> Answer:
        outcome = self._do(database, "import", sql=content.decode())
        at = {"success": True, "type": "import", "at_bookmark": "00000001", "messages": []}
        if outcome["error"]:
            return success(at | {"status": "error", "error": outcome["error"], "errors": [outcome["error"]]})
        meta = {"duration": 1.0, "served_by": "v3-prod", "rows_read": 0, "rows_written": 0, "size_after": 0}
        result = {"final_bookmark": "00000002", "num_queries": len(split_statements(content.decode())), "meta": meta}
        answer = success(at | {"status": "complete", "result": result})
        answer.wrote = outcome["wrote"]
        return answer

    def _do(self, database: Database, action: str, **request: object) -> dict[str, Any]:
        for twin in self.twins.get(database.uuid, ()):
            self._workerd.ask(twin, action, **request)
        return self._workerd.ask(database.uuid, action, **request)


def _result(each: dict[str, Any], wrote: bool, *, raw: bool) -> dict[str, Any]:
    columns, rows = each["columns"], each["rows"]
    results = {"columns": columns, "rows": rows} if raw else [dict(zip(columns, row, strict=True)) for row in rows]
    counted = ("rows_read", "rows_written", "changes", "last_row_id")
    meta = {
        "served_by": "v3-prod",
        "served_by_region": "WEUR",
        "served_by_primary": True,
        "timings": {"sql_duration_ms": 0.5},
        "duration": 0.5,
        "changed_db": wrote,
        "size_after": 8192,
        **{name: each[name] for name in counted},
    }
    return {"results": results, "success": True, "meta": meta}
