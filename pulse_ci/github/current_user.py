"""Whose token it is: what we wrote earlier is known by its author."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.github.failures import Forbidden
from pulse_ci.github.fields import JsonObject

if TYPE_CHECKING:
    from pulse_ci.github.client import GitHubClient

_ACTIONS_BOT = "github-actions[bot]"


def get_login(github: GitHubClient) -> str:
    """Return the login that the token writes as."""
    # An App's token may not ask who it is, and the job's own token is one.
    if github.is_installation:
        return _ACTIONS_BOT
    try:
        return JsonObject(github.get("/user"), "The user").get_text("login")
    except Forbidden:
        return _ACTIONS_BOT
