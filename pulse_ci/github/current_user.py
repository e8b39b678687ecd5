"""Whose token it is: what we wrote earlier is known by its author."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.github.failures import Forbidden
from pulse_ci.github.fields import Fields

if TYPE_CHECKING:
    from pulse_ci.github.client import GitHub

_ACTIONS_BOT = "github-actions[bot]"


def login_of(github: GitHub) -> str:
    """Return the login that the token writes as."""
    # An App's token may not ask who it is, and the job's own token is one.
    if github.is_installation:
        return _ACTIONS_BOT
    try:
        return Fields(github.get("/user"), "The user").text("login")
    except Forbidden:
        return _ACTIONS_BOT
