"""D1 in memory: accepts what D1 accepts, refuses what D1 refuses, in D1's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.errors import D1Refused, SandboxStopped

if TYPE_CHECKING:
    from pulse_ci.engine.access import Access
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.engine.request_modes import RequestMode
    from pulse_ci.sandbox import Sandbox

__all__ = ["Access", "D1Refused", "EmbeddedD1", "RequestMode", "Sandbox", "SandboxStopped"]

_EXPORTS = {
    "Access": "pulse_ci.engine.access",
    "EmbeddedD1": "pulse_ci.engine.connection",
    "RequestMode": "pulse_ci.engine.request_modes",
    "Sandbox": "pulse_ci.sandbox",
}


def __getattr__(name: str) -> object:
    """Import on first use: a command that runs no SQL need not load SQLite."""
    if name not in _EXPORTS:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(_EXPORTS[name]), name)
