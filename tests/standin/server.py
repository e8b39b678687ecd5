"""The stand-in as a server: a judge before and after every operation, and a log."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.standin.answer import Answer, Request, refuse
from tests.standin.contract import Contract
from tests.standin.faults import KINDS, answer_instead, take
from tests.standin.routes import Routes
from tests.standin.shapes import Shapes
from tests.standin.state import Fault, State

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext
    from types import TracebackType

_GHES_PREFIX = "/api/v3"


@dataclass(frozen=True)
class Logged:
    """A request that came, and the status of its answer; 0 where the connection was dropped."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    status: int


class StandIn:
    """GitHub on loopback; a context manager that listens while it is open.

    `state` may be read and changed at any time, `faults` in it included. `log` has every request, and
    `violations` what GitHub's description does not allow in a request or an answer.
    """

    def __init__(
        self,
        state: State | None = None,
        *,
        contract: Contract | None = None,
        port: int = 0,
        tls: SSLContext | None = None,
    ) -> None:
        self.state = state or State()
        self.log: list[Logged] = []
        self.violations: list[str] = []
        self.after_request: Callable[[StandIn], None] = lambda _: None
        self._contract = contract or Contract()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Handler, self)
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def writes(self) -> list[Logged]:
        """The requests that were not only for reading."""
        return [logged for logged in self.log if logged.method != "GET"]

    def fail(self, kind: str, method: str = "*", path: str = "*", *, times: int = 1, seconds: float = 1) -> None:
        """Make the next `times` requests that match fail; `faults` lists the kinds."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}")
        self.state.faults.append(Fault(kind, method, path, times, seconds))

    def handle(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer | None:
        """Answer a request, or return None where the connection is to be dropped."""
        split = urlsplit(target)
        path, query = (
            split.path.removeprefix(_GHES_PREFIX),
            dict(parse_qsl(split.query, keep_blank_values=True)),
        )
        value = json.loads(body) if body else None
        with self._lock:
            answer, delay = self._judged(method, path, query, value, headers)
            status = answer.status if answer else 0
            self.log.append(Logged(method, unquote(path), query, value, status))
            self.after_request(self)
        time.sleep(delay)
        return answer

    def _judged(
        self, method: str, path: str, query: dict[str, str], body: object, headers: dict[str, str]
    ) -> tuple[Answer | None, float]:
        operation = self._contract.find(method, path)
        if operation is None:
            return self._violation(f"{method} {path}: no such operation in use"), 0
        variables = {name: unquote(value) for name, value in operation.variables.items()}
        request = Request(method, path, operation.template, variables, query, body, self.url)
        problems = self._contract.judge_request(operation, query, body) + _judge_headers(headers)
        if problems:
            return self._violation(f"{method} {path}: {'; '.join(problems)}"), 0
        fault = take(self.state.faults, request)
        if fault and fault.kind == "drop":
            return None, 0
        answer = self._answer(request, fault)
        problems = self._contract.judge_answer(operation, answer.status, answer.body)
        if problems:
            return self._violation(f"answer {answer.status} to {method} {path}: {'; '.join(problems)}"), 0
        if fault and fault.kind == "drop-after":
            return None, 0
        return _conditional(answer, headers), fault.seconds if fault and fault.kind == "slow" else 0

    def _answer(self, request: Request, fault: Fault | None) -> Answer:
        if fault and (instead := answer_instead(fault)):
            return instead
        shapes = Shapes(self._contract, self.state, request.address)
        answer = Routes(self._contract, self.state, shapes).answer(request)
        if fault and fault.kind == "foreign-next":
            answer.headers["link"] = '<https://foreign.example/repos?page=2>; rel="next"'
        return answer

    def _violation(self, problem: str) -> Answer:
        self.violations.append(problem)
        return refuse(500, problem)


def _judge_headers(headers: dict[str, str]) -> list[str]:
    # https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api
    needed = ("accept", "user-agent", "x-github-api-version")
    return [f"no {name} header" for name in needed if not headers.get(name)]


def _conditional(answer: Answer, headers: dict[str, str]) -> Answer:
    if answer.status != 200:
        return answer
    etag = f'W/"{hashlib.sha256(json.dumps(answer.body).encode()).hexdigest()}"'
    unchanged = headers.get("if-none-match") == etag
    return replace(
        answer,
        status=304 if unchanged else 200,
        body=None if unchanged else answer.body,
        headers={**answer.headers, "etag": etag},
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], standin: StandIn) -> None:
        super().__init__(address, handler)
        self.standin = standin


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    wbufsize = -1  # head and body in one packet: two would wait for an acknowledgement in between
    server: _Server

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.standin.handle(self.command, self.path, headers, body)
        if answer is None:
            self.close_connection = True
            return
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        content = b"" if answer.body is None else json.dumps(answer.body).encode()
        limits = {
            "x-ratelimit-limit": "1000",
            "x-ratelimit-remaining": "900",
            "x-ratelimit-reset": "1893456000",
        }
        self.send_response(answer.status)
        for name, value in {**limits, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("content-type", "application/json; charset=utf-8")
        if answer.status not in {204, 304}:
            self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: StandIn.log has it."""
