"""A request as the stand-in reads it, and an answer before it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

_DOCS = "https://docs.github.com/rest"


@dataclass(frozen=True)
class Request:
    """A request for the operation at `template`; `address` is where the stand-in was reached."""

    method: str
    path: str
    template: str
    variables: dict[str, str]
    query: dict[str, str]
    body: Any
    address: str


@dataclass
class Answer:
    """An answer; a body of None is an empty one."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def refuse(status: int, message: str, **headers: str) -> Answer:
    """Return GitHub's basic error."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"message": message, "documentation_url": _DOCS, "status": str(status)}, named)


def invalid(field_name: str, message: str) -> Answer:
    """Return GitHub's validation error."""
    error = {"resource": "IssueComment", "code": "unprocessable", "field": field_name, "message": message}
    return Answer(422, {"message": "Validation Failed", "documentation_url": _DOCS, "errors": [error]})


def page(items: list[Any], request: Request) -> Answer:
    """Return one page of a list, with links to the others."""
    size, number = int(request.query.get("per_page", "30")), int(request.query.get("page", "1"))
    last = max(1, -(-len(items) // size))
    targets = {"prev": number - 1, "next": number + 1, "first": 1, "last": last}
    links = [_link(request, name, target) for name, target in targets.items() if 1 <= target <= last]
    answer = Answer(200, items[(number - 1) * size : number * size])
    if last > 1:
        answer.headers["link"] = ", ".join(links)
    return answer


def _link(request: Request, name: str, number: int) -> str:
    query = urlencode({**request.query, "page": number})
    return f'<{request.address}{request.path}?{query}>; rel="{name}"'
