"""What arrived at GitHub, to the request to check it: what is new, and the files of the commit that is meant."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pulse_ci.commands.request import build_request, read_request
from pulse_ci.config_file import CONFIG_FILE, NO_CONFIG, ConfigFile, parse_config, parse_toml
from pulse_ci.errors import ConfigError
from pulse_ci.github.compare_commits import compare_commits
from pulse_ci.github.pull_request_files import read_pull_request_diff
from pulse_ci.github.repository_files import read_files, read_text_file
from pulse_ci.github.source_files import read_other_side
from pulse_ci.migrations.source import find_repository_root
from pulse_ci.settings import list_variables
from pulse_ci.worker.source_files import matters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.github.check_target import CheckTarget
    from pulse_ci.github.client import GitHubClient
    from pulse_ci.github.pull_request import PullRequest
    from pulse_ci.migrations.base_diff import BaseDiff
    from pulse_ci.settings import Settings

_STAGING_SKIP_REASON = "the change comes from a fork"
_SCRATCH_SKIP_REASON = "the change comes from a fork, whose SQL `preview: scratch` would run on your account"


def read_request_for_target(
    settings: Settings, target: CheckTarget, github: GitHubClient, command: str
) -> CheckRequest:
    """Return the request to check what arrived.

    The files are the checkout's where it is that of the change and holds all that is new, else they are asked of
    GitHub: a job needs no checkout, and what it checked out by mistake is not taken for the change.

    Raises:
        PulseError: GitHub, git or wrangler's configuration does not say what is needed.

    """
    if settings.base and not target.is_checked_out:
        raise ConfigError(
            "base: on this event the job's checkout is the base branch, in which git does not see the change. "
            "Leave it out: what is new is learned from GitHub."
        )
    display_dir = build_request(settings.migrations_dir).display_dir
    base = None if settings.base else _find_base(github, target, display_dir)
    if target.pull_request and target.pull_request.is_fork:
        request = _read_fork_request(settings, command, base)
    else:
        request = read_request(settings, command, base)
    is_checked_out = not target.head or _is_checked_out(request, target)
    request = replace(request, base_sources=_read_other_sources(github, target, base, is_base=is_checked_out))
    if is_checked_out:
        return request
    sources = read_files(github, target.repository, display_dir, target.head, request.root, request.pattern)
    return replace(request, sources=sources)


def _read_other_sources(
    github: GitHubClient, target: CheckTarget, base: BaseDiff | None, *, is_base: bool
) -> Mapping[str, bytes | None] | None:
    """Return the Worker's files that the checkout has otherwise: the base's, or the change's where it is the base."""
    if base is None or target.pull_request is None:
        return None
    ref = target.pull_request.base_ref if is_base else target.head
    return read_other_side(github, target.repository, ref, base, matters, is_base=is_base)


def read_base_config(github: GitHubClient, pull_request: PullRequest) -> ConfigFile:
    """Return pulse-ci.toml as the base branch has it; raises ConfigError where it is wrong."""
    text = read_text_file(github, pull_request.base_repo, CONFIG_FILE, pull_request.base_ref)
    if text is None:
        return NO_CONFIG
    name = f"{CONFIG_FILE} on {pull_request.base_ref}"
    return parse_config(parse_toml(text, name), name, find_repository_root(Path.cwd()), list_variables())


def _read_fork_request(settings: Settings, command: str, base: BaseDiff | None) -> CheckRequest:
    """Return the request without what a stranger's change must not have, unless staging was asked for by name.

    Its wrangler configuration may name any database of the account, whose schema it would then be told; and on real D1
    its SQL runs at the account's cost, beyond the reach of the sandbox.
    """
    preview = settings.preview
    request = read_request(replace(settings, preview=None) if preview == "scratch" else settings, command, base)
    if command == "lint" or request.staging_required or not (request.staging_database or preview == "scratch"):
        return request
    return replace(
        request,
        staging_database=None,
        staging_skip_reason=_SCRATCH_SKIP_REASON if preview else _STAGING_SKIP_REASON,
        staging_unavailable=True,
    )


def _find_base(github: GitHubClient, target: CheckTarget, directory: str) -> BaseDiff | None:
    if target.pull_request:
        return read_pull_request_diff(github, target.pull_request, directory)
    if target.base:
        return compare_commits(github, target.repository, directory, target.base, target.head)
    return None


def _is_checked_out(request: CheckRequest, target: CheckTarget) -> bool:
    if not target.is_checked_out or not request.directory.is_dir():
        return False
    added = request.base.added if request.base else frozenset[str]()
    new = (path for path in added if PurePosixPath(path).is_relative_to(request.display_dir))
    return all(os.path.lexists(request.root / path) for path in new)
