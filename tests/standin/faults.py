"""The ways in which the stand-in fails when it is told to.

read-only       403, as a token answers that may not write
not-found       404
gone            410, issues switched off
invalid         422, the body is too long
too-many        429 with Retry-After
secondary       403 with Retry-After, the secondary rate limit
exhausted       403, no request left until a moment `seconds` from now
error           500
unavailable     503
slow            answers after `seconds`
drop            closes the connection, with nothing done
drop-after      does what it was asked, then closes the connection
foreign-next    answers, and says that the next page is at another host
"""

from __future__ import annotations

import time
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tests.standin.answer import Answer, Request, invalid, refuse

if TYPE_CHECKING:
    from tests.standin.state import Fault

TOO_LONG = "body is too long (maximum is 65536 characters)"
READ_ONLY = "Resource not accessible by integration"
KINDS = frozenset(line.split()[0] for line in (__doc__ or "").splitlines()[2:])


def take(faults: list[Fault], request: Request) -> Fault | None:
    """Return the first fault that a request meets, and count it."""
    for fault in faults:
        meant = fnmatchcase(request.method, fault.method) and fnmatchcase(request.path, fault.path)
        if meant and fault.times > 0:
            fault.times -= 1
            return fault
    return None


def answer_instead(fault: Fault) -> Answer | None:
    """Return what a fault answers in place of what was asked, or None where that is done."""
    seconds = str(int(fault.seconds))
    match fault.kind:
        case "read-only":
            return refuse(403, READ_ONLY)
        case "not-found":
            return refuse(404, "Not Found")
        case "gone":
            return refuse(410, "Issues are disabled for this repo")
        case "invalid":
            return invalid("body", TOO_LONG)
        case "too-many":
            return refuse(429, "Too many requests", retry_after=seconds)
        case "secondary":
            return refuse(403, "You have exceeded a secondary rate limit.", retry_after=seconds)
        case "exhausted":
            reset = str(int(time.time() + fault.seconds))
            return refuse(403, "API rate limit exceeded", x_ratelimit_remaining="0", x_ratelimit_reset=reset)
        case "error":
            return refuse(500, "Server Error")
        case "unavailable":
            return refuse(503, "Service unavailable")
        case "slow" | "drop-after" | "foreign-next":
            return None
        case _:
            raise ValueError(f"unknown fault {fault.kind!r}")
