"""Exit statuses: the one place that decides them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report.models import Conclusion

if TYPE_CHECKING:
    from pulse_ci.report.live import LiveReport

_OK, _FOUND, _COULD_NOT_RUN = 0, 1, 2


def exit_status(report: LiveReport) -> int:
    """Return 2 where a database could not be read, or was not come to; else 1 for drift and what was refused; else 0.

    `status` only tells.
    """
    if not report.is_complete:
        return _COULD_NOT_RUN
    return _FOUND if report.conclusion is Conclusion.FAILURE else _OK
