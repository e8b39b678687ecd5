"""Makes a Cloudflare D1 migration safe to merge."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulse_ci.report import Report

__version__ = "1.0.0"
__all__ = ["__version__", "check_directory"]


def check_directory(directory: str = "migrations") -> Report:
    """Check every migration in `directory` on the embedded engine, with no network.

    Raises:
        ConfigError: the directory is not there.

    """
    from pulse_ci.commands.check import check_embedded

    return check_embedded(directory)
