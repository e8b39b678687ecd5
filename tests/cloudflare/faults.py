"""The ways in which the stand-in fails when it is told to.

too-many      429 with Retry-After, the rate limit of the API
overloaded    429, the database has too many requests in its queue
internal      500, an internal error of D1
reset         400 with the code of a SQL error, an internal error all the same
gateway       502 with a page of HTML
timeout       504 with a page of HTML, the request was done
importing     400, the database takes no query while a file is imported
drop          closes the connection, with nothing done
drop-after    does what it was asked, then closes the connection
slow          answers after `seconds`
garbled       200 with a page of HTML, as a proxy's login form
redirect      302 to another host
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tests.cloudflare.answer import Answer, html, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cloudflare.answer import Request

KINDS = frozenset(line.split()[0] for line in (__doc__ or "").splitlines()[2:])
DONE_FIRST = frozenset({"timeout", "drop-after", "slow"})
OVERLOADED = "D1 DB is overloaded. Too many requests queued."
INTERNAL = "internal error; reference = e_7f3a"
RESET = "Internal error in D1 DB storage caused object to be reset."
IMPORTING = "Currently processing a long-running import."


@dataclass
class Fault:
    """What the next `times` requests that match are to meet, after `skip` others.

    `meanwhile` is called where nothing or all of a request is done, and before it is answered.
    """

    kind: str
    method: str = "*"
    path: str = "*"
    times: int = 1
    seconds: float = 1
    skip: int = 0
    meanwhile: Callable[[], object] = lambda: None


def take(faults: list[Fault], request: Request) -> Fault | None:
    """Return the first fault that a request meets, and count it."""
    for fault in faults:
        if not (fnmatchcase(request.method, fault.method) and fnmatchcase(request.path, fault.path)):
            continue
        if fault.skip > 0:
            fault.skip -= 1
        elif fault.times > 0:
            fault.times -= 1
            return fault
    return None


def answer_instead(fault: Fault) -> Answer | None:
    """Return what a fault answers in place of what was asked, or None where the connection is dropped."""
    match fault.kind:
        case "too-many":
            return refuse(429, 971, "Please wait and consider throttling", retry_after=str(int(fault.seconds)))
        case "overloaded":
            return refuse(429, 7500, OVERLOADED)
        case "internal":
            return refuse(500, 7500, INTERNAL)
        case "reset":
            return refuse(400, 7500, RESET)
        case "gateway":
            return html(502, "Bad Gateway")
        case "timeout":
            return html(504, "Gateway Time-out")
        case "importing":
            return refuse(400, 7500, IMPORTING)
        case "garbled":
            return html(200, "Sign in")
        case "redirect":
            return Answer(302, b"", {"location": "https://foreign.example/client/v4/"})
        case "drop" | "drop-after":
            return None
        case _:
            raise ValueError(f"unknown fault {fault.kind!r}")
