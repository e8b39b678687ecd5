"""preview: scratch: the pending files on real D1, beside what the embedded engine made of them."""

from __future__ import annotations

import os
import secrets
import signal
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from pulse_ci.analysis.rule import OnD1
from pulse_ci.errors import PulseError
from pulse_ci.schema.diff import diff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.commands.staging import Staged
    from pulse_ci.schema.schema import Schema

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(PulseError):
    """The run was ended from outside."""


def run_on_scratch(request: CheckRequest, staged: Staged, embedded: Schema) -> tuple[Staged, OnD1]:
    """Run what is pending on a D1 database made for it; `embedded` is the schema that the engine ends with.

    Raises:
        D1Error: the database could not be made, read or deleted.
        Interrupted: the run was interrupted; the database is deleted.

    """
    from pulse_ci.d1.scratch import remove_leftovers, try_on_scratch

    with _deleting_when_interrupted(), request.connect(staged.live.account) as client:
        remove_leftovers(client)
        tried = try_on_scratch(client, _name(), staged.snapshot, staged.start.pending)
        spent = client.spent
    return replace(staged, staging=staged.staging.with_spent(spent)), OnD1(tried.refusals, diff(embedded, tried.schema))


def _name() -> str:
    from pulse_ci.d1.scratch import PREFIX

    run = os.environ.get("GITHUB_RUN_ID", "")
    return f"{PREFIX}{f'{run}-' if run.isascii() and run.isdecimal() else ''}{secrets.token_hex(4)}"


@contextmanager
def _deleting_when_interrupted() -> Iterator[None]:
    """Turn the first Ctrl-C or SIGTERM into an exception, and ignore the rest while the database is deleted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, _interrupt) for each in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _interrupt(*_: object) -> NoReturn:
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise Interrupted("The run was interrupted. Its scratch database is deleted.")
