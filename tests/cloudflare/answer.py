"""A request as the stand-in reads it, and an answer before it is sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

_TYPES = {"json": "application/json", "html": "text/html; charset=UTF-8"}


@dataclass(frozen=True)
class Request:
    """A request; `path` is what follows the address of the API, `address` where the stand-in was reached."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    content: bytes
    address: str

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object that was sent; of none, an empty one."""
        value = json.loads(self.content) if self.content else {}
        return value if isinstance(value, dict) else {}


@dataclass
class Answer:
    """An answer, ready to be sent; `wrote` tells whether a database was changed on the way."""

    status: int
    content: bytes
    headers: dict[str, str] = field(default_factory=dict)
    wrote: bool = False


def success(result: object, **more: object) -> Answer:
    """Return Cloudflare's envelope around a result."""
    return _json(200, {"result": result, "success": True, "errors": [], "messages": [], **more})


def refuse(status: int, code: int, message: str, **headers: str) -> Answer:
    """Return Cloudflare's envelope around one error."""
    errors = [{"code": code, "message": message}]
    answer = _json(status, {"errors": errors, "success": False, "messages": [], "result": None})
    answer.headers |= {name.replace("_", "-"): value for name, value in headers.items()}
    return answer


def html(status: int, title: str) -> Answer:
    """Return the page that a proxy answers with."""
    page = f"<html>\n<head><title>{status} {title}</title></head>\n<body><h1>{status} {title}</h1></body>\n</html>\n"
    return Answer(status, page.encode(), {"content-type": _TYPES["html"]})


def _json(status: int, value: object) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"content-type": _TYPES["json"]})
