"""The stand-in as a server: a token that is checked, faults, and a log."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.cloudflare.answer import Answer, Request, refuse
from tests.cloudflare.faults import DONE_FIRST, KINDS, Fault, answer_instead, take
from tests.cloudflare.limit import RateLimit
from tests.cloudflare.routes import Routes

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from tests.cloudflare.databases import Databases

ACCOUNT = "0123456789abcdef0123456789abcdef"
TOKEN = "cf-token-that-nobody-may-see"
_PREFIX = "/client/v4"


@dataclass(frozen=True)
class Logged:
    """A request that came; `status` is 0 where the connection was dropped, `wrote` whether a database changed."""

    method: str
    path: str
    sql: str
    status: int
    wrote: bool


class Cloudflare:
    """Cloudflare's API on loopback, with one account; a context manager that listens while it is open."""

    def __init__(self, workerd: Databases) -> None:
        self.log: list[Logged] = []
        self.account, self.token = ACCOUNT, TOKEN
        self.faults: list[Fault] = []
        self.limit = RateLimit(requests=1_000_000)
        self.after_request: Callable[[Logged], None] = lambda _: None
        self.routes = Routes(workerd, ACCOUNT)
        self._workerd = workerd
        self._server = _Server(("127.0.0.1", 0), _Handler, self)
        self._lock = threading.Lock()
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self.url = f"{self.address}{_PREFIX}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        for database in self.routes.databases:
            self._workerd.forget(database.uuid)

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which wrangler, and we, find this API."""
        return {
            "CLOUDFLARE_API_BASE_URL": self.url,
            "CLOUDFLARE_API_TOKEN": self.token,
            "CLOUDFLARE_ACCOUNT_ID": self.account,
        }

    @property
    def writes(self) -> list[Logged]:
        """The requests that changed a database, or which databases there are."""
        return [each for each in self.log if each.wrote]

    def fail(self, kind: str, method: str = "*", path: str = "*", **more: Any) -> Fault:
        """Make requests that match fail: `times` of them (1), after `skip` others; `faults` lists the kinds."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}")
        fault = Fault(kind, method, path, **more)
        self.faults.append(fault)
        return fault

    def create(self, name: str, sql: str = "") -> str:
        """Make a database, run `sql` in it, and return its id; nothing of it is logged."""
        database = self.routes.create(name)
        if sql:
            self.run(database.uuid, sql)
        return database.uuid

    def run(self, database: str, sql: str) -> list[list[Any]]:
        """Run SQL in a database behind everybody's back, and return the rows of its last statement."""
        from pulse_ci.sql.split import split_statements

        statements = [{"sql": each.sql} for each in split_statements(sql)]
        outcome = self._workerd.ask(database, "transact", statements=statements)
        assert not outcome["error"], outcome["error"]
        rows: list[list[Any]] = outcome["results"][-1]["rows"]
        return rows

    def handle(self, request: Request) -> Answer | None:
        """Answer a request, or return None where the connection is to be dropped."""
        with self._lock:
            fault = take(self.faults, request)
            answer = None if fault and fault.kind not in DONE_FIRST else self.limit.refuse() or self._answer(request)
            if fault:
                fault.meanwhile()
            sent = answer_instead(fault) if fault and fault.kind != "slow" else answer
            if sent:
                sent.headers = self.limit.headers | sent.headers
            logged = _logged(request, sent, wrote=answer is not None and answer.wrote)
            self.log.append(logged)
        self.after_request(logged)
        if fault and fault.kind == "slow":
            time.sleep(fault.seconds)
        return sent

    def _answer(self, request: Request) -> Answer:
        is_upload = request.path.startswith("/upload/")
        if not is_upload and request.headers.get("authorization") != f"Bearer {self.token}":
            return refuse(403, 10000, "Authentication error")
        known = len(self.routes.databases)
        answer = self.routes.answer(request)
        answer.wrote = answer.wrote or len(self.routes.databases) != known
        return answer


def _logged(request: Request, answer: Answer | None, *, wrote: bool) -> Logged:
    body = request.body if "/d1/database" in request.path else {}
    batch = body.get("batch") or ()
    sql = body.get("sql") or "\n".join(str(each.get("sql")) for each in batch)
    return Logged(request.method, request.path, sql, answer.status if answer else 0, wrote)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], cloud: Cloudflare) -> None:
        super().__init__(address, handler)
        self.cloud = cloud

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that has gone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    wbufsize = -1  # head and body in one packet: two would wait for an acknowledgement in between
    server: _Server

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length", "0")))
        split = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query, cloud = dict(parse_qsl(split.query)), self.server.cloud
        path = split.path.removeprefix(_PREFIX)
        answer = cloud.handle(Request(self.command, path, query, headers, content, cloud.address))
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in {**answer.headers, "content-length": str(len(answer.content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: Cloudflare.log has it."""
