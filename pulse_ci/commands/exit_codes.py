"""The exit codes of the process, and which one a report ends in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulse_ci.report import Report
    from pulse_ci.report.live import LiveReport

OK = 0
"""Nothing was found, or nothing that counts."""
FINDINGS = 1
"""Findings at or above `fail-on`, a drift, or a database on which apply refuses to run."""
COULD_NOT_RUN = 2
"""The command could not run, or not on every database."""


def choose_exit_code(report: Report | LiveReport) -> int:
    """Return the exit code for a report."""
    is_complete = getattr(report, "is_complete", True)
    if not is_complete:
        return COULD_NOT_RUN
    return FINDINGS if report.conclusion == "failure" else OK
