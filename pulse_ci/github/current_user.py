"""Whose token it is: what we wrote earlier is known by its author."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.errors import Forbidden
from pulse_ci.github.answers import User, parse_answer

if TYPE_CHECKING:
    from pulse_ci.github.client import GitHubClient

_ACTIONS_BOT = "github-actions[bot]"


def get_login(github: GitHubClient) -> str:
    """Return the login that the token writes as."""
    # An App's token may not ask who it is, and the job's own token is one.
    if github.is_installation:
        return _ACTIONS_BOT
    try:
        return parse_answer(User, github.get("/user"), "The user").login
    except Forbidden:
        return _ACTIONS_BOT
