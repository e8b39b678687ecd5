"""Statements folded to table rebuilds: a table made anew under its own name, with the rows of the old one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.analysis.statement_run import mentions
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import Create, Drop, Insert, RenameTable

if TYPE_CHECKING:
    from pulse_ci.analysis.statement_run import StatementRun
    from pulse_ci.engine.access import Access
    from pulse_ci.schema.schema import Schema, Table
    from pulse_ci.sql.split import Statement


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A rebuilt table; `drop` is the statement that drops the old one, `copies` those that carry rows over."""

    before: Table
    after: Table
    drop: Statement
    copies: tuple[Statement, ...]

    @property
    def table(self) -> str:
        """The table's name."""
        return self.after.name


def find_rebuilds(run: StatementRun, before: Schema, after: Schema) -> tuple[Rebuild, ...]:
    """Return the rebuilds in a run, whatever the names of the passing tables and the order of the steps."""
    if not any(isinstance(statement.operation, Drop) for statement, _ in run.executed):
        return ()
    ledger = _RebuildDetector(before)
    for statement, access in run.executed:
        ledger.observe(statement, access)
    found = []
    for table in before.tables:
        rebuilt = after.find_table(table.name)
        drop = ledger.drops.get(fold(table.name))
        if rebuilt and drop and ledger.is_rebuilt(table.name):
            found.append(Rebuild(table, rebuilt, drop, tuple(ledger.copies.get(fold(table.name), ()))))
    return tuple(found)


class _RebuildDetector:
    """Knows of each name, as a file goes on, whose table it is and whose rows it holds."""

    def __init__(self, schema: Schema) -> None:
        self._is = {fold(table.name): fold(table.name) for table in schema.tables}
        self._holds = {name: frozenset({name}) for name in self._is}
        self.drops: dict[str, Statement] = {}
        self.copies: dict[str, list[Statement]] = {}

    def is_rebuilt(self, name: str) -> bool:
        """Whether the table of that name is a new one that holds the old one's rows."""
        folded = fold(name)
        return folded in self._holds.get(folded, ()) and self._is.get(folded) != folded

    def observe(self, statement: Statement, access: Access) -> None:
        """Take the next statement."""
        match statement.operation:
            case Create("table", name) if fold(name) in map(fold, access.creates):
                self._is.pop(fold(name), None)
                self._holds.pop(fold(name), None)
                self._copy(statement, name, access)
            case Insert(name) if fold(name) not in self._is:
                self._copy(statement, name, access)
            case RenameTable(name, to):
                self._rename(fold(name), fold(to))
            case Drop("table", name):
                if original := self._is.pop(fold(name), None):
                    self.drops[original] = statement
                self._holds.pop(fold(name), None)

    def _rename(self, name: str, to: str) -> None:
        if name in self._is:
            self._is[to] = self._is.pop(name)
        if name in self._holds:
            self._holds[to] = self._holds.pop(name)

    def _copy(self, statement: Statement, name: str, access: Access) -> None:
        # An INSERT also reads the parents of its foreign keys, which its text does not name.
        read = [fold(each) for each in access.reads if fold(each) != fold(name) and mentions(statement.sql, each)]
        originals = frozenset[str]().union(*(self._holds.get(each, frozenset()) for each in read))
        if originals:
            self._holds[fold(name)] = self._holds.get(fold(name), frozenset()) | originals
        for original in originals:
            self.copies.setdefault(original, []).append(statement)
