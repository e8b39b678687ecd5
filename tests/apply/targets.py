"""A database in a file as a target, and one that fails when it is told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulse_ci.errors import AmbiguousWrite, D1Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pulse_ci.analysis.schema_history import SchemaHistory
    from pulse_ci.apply.target import TargetDatabase
    from pulse_ci.d1.database_state import DatabaseState


class Killed(BaseException):
    """The process ended here."""


@dataclass
class Failing:
    """Does what a target does; `faults` has, for the next requests in turn, what goes wrong, None for nothing.

    before   the answer is lost, and so was the request
    after    the answer is lost, and the request was done
    killed   the process ends before the request is sent; killed-after: when it was done
    """

    target: TargetDatabase
    faults: list[str | None] = field(default_factory=list)
    sent: list[tuple[str, ...]] = field(default_factory=list)
    meanwhile: list[Callable[[], None]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.target.name

    def read(self) -> DatabaseState:
        self._meet(lambda: None)
        return self.target.read()

    def run(self, statements: Sequence[str]) -> None:
        if self.meanwhile:
            self.meanwhile.pop(0)()
        self._meet(lambda: self._run(statements), writes=True)

    def count(self, selects: Sequence[str]) -> tuple[int, ...]:
        return self.target.count(selects)

    def count_rows(self, history: SchemaHistory) -> Mapping[str, int]:
        return self.target.count_rows(history)

    def find_restore_command(self) -> str | None:
        return self.target.find_restore_command()

    def _run(self, statements: Sequence[str]) -> None:
        self.target.run(statements)
        self.sent.append(tuple(statements))

    def _meet(self, act: Callable[[], None], *, writes: bool = False) -> None:
        fault = self.faults.pop(0) if self.faults else None
        if fault == "killed":
            raise Killed
        if fault != "before":
            act()
        if fault == "killed-after":
            raise Killed
        if fault is not None:
            lost = D1Unavailable("POST /raw", "no answer")
            raise AmbiguousWrite(lost) if writes else lost
