"""The errors of the check in pending files, as obstacles to running them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.apply.preflight import Blocker
from pulse_ci.commands.check import check
from pulse_ci.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.commands.request import CheckRequest
    from pulse_ci.migrations.parse import Migration


class CheckBlockers:
    """Checks the files from the first that is pending anywhere: once, for databases that lack as many or fewer."""

    def __init__(self, request: CheckRequest) -> None:
        self._request = request
        self._first_number: int | None = None
        self._errors: tuple[tuple[str, Blocker], ...] = ()

    def __call__(self, pending: Sequence[Migration]) -> tuple[Blocker, ...]:
        """Return the errors in the files that would run."""
        if not pending:
            return ()
        first = min((each.number for each in pending if each.number is not None), default=1)
        if self._first_number is None or first < self._first_number:
            self._first_number, self._errors = first, tuple(self._find_errors(first))
        paths = {each.path for each in pending}
        return tuple(obstacle for path, obstacle in self._errors if path in paths)

    def _find_errors(self, first: int) -> Iterator[tuple[str, Blocker]]:
        for each in check(replace(self._request, baseline=max(first - 1, 0))).findings:
            if each.severity is Severity.ERROR and not each.ignored:
                yield each.path, Blocker("findings", f"{each.path}:{each.line} {each.rule}: {each.full_message}")
