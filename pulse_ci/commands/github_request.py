"""What arrived at GitHub, to the request to check it: what is new, and the files of the commit that is meant."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pulse_ci.commands.request import read_request, request_for
from pulse_ci.errors import ConfigError
from pulse_ci.github.compare_commits import compare
from pulse_ci.github.pull_request_files import read_base
from pulse_ci.github.repository_files import read_files

if TYPE_CHECKING:
    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.github.check_target import Arrival
    from pulse_ci.github.client import GitHub
    from pulse_ci.migrations.base_diff import Base
    from pulse_ci.settings import Settings

_ON_STAGING = "the change comes from a fork"
_ON_SCRATCH = "the change comes from a fork, whose SQL `preview: scratch` would run on your account"


def request_for_arrival(settings: Settings, arrival: Arrival, github: GitHub, command: str) -> CheckRequest:
    """Return the request to check what arrived.

    The files are the checkout's where it is that of the change and holds all that is new, else they are asked of
    GitHub: a job needs no checkout, and what it checked out by mistake is not taken for the change.

    Raises:
        PulseError: GitHub, git or wrangler's configuration does not say what is needed.

    """
    if settings.base and not arrival.is_checked_out:
        raise ConfigError(
            "base: on this event the job's checkout is the base branch, in which git does not see the change. "
            "Leave it out: what is new is learned from GitHub."
        )
    shown = request_for(settings.migrations_dir).shown
    base = None if settings.base else _base(github, arrival, shown)
    if arrival.pull_request and arrival.pull_request.is_fork:
        request = _request_for_fork(settings, command, base)
    else:
        request = read_request(settings, command, base)
    if not arrival.head or _is_checked_out(request, arrival):
        return request
    return replace(request, sources=read_files(github, arrival.repository, shown, arrival.head, request.root))


def _request_for_fork(settings: Settings, command: str, base: Base | None) -> CheckRequest:
    """Return the request without what a stranger's change must not have, unless staging was asked for by name.

    Its wrangler configuration may name any database of the account, whose schema it would then be told; and on real D1
    its SQL runs at the account's cost, beyond the reach of the sandbox.
    """
    asked = settings.preview
    request = read_request(replace(settings, preview=None) if asked == "scratch" else settings, command, base)
    if command == "lint" or request.insists or not (request.live or asked == "scratch"):
        return request
    return replace(request, live=None, staging_skipped=_ON_SCRATCH if asked else _ON_STAGING, staging_missed=True)


def _base(github: GitHub, arrival: Arrival, directory: str) -> Base | None:
    if arrival.pull_request:
        return read_base(github, arrival.pull_request, directory)
    if arrival.before:
        return compare(github, arrival.repository, directory, arrival.before, arrival.head)
    return None


def _is_checked_out(request: CheckRequest, arrival: Arrival) -> bool:
    if not arrival.is_checked_out or not request.directory.is_dir():
        return False
    added = request.base.added if request.base else frozenset[str]()
    new = (path for path in added if PurePosixPath(path).is_relative_to(request.shown))
    return all(os.path.lexists(request.root / path) for path in new)
