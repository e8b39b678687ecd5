"""A database to the same with rows in its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import apsw

from pulse_ci.analysis.seed.budget import Budget
from pulse_ci.analysis.seed.count import count_rows
from pulse_ci.analysis.seed.table_order import Relations
from pulse_ci.analysis.seed.table_seeder import Filling
from pulse_ci.analysis.seed.value import Seeded, SeededTable, Unseeded
from pulse_ci.analysis.seed.virtual_tables import fill_virtual
from pulse_ci.analysis.seed.where_hints import Hints
from pulse_ci.analysis.seed.writer import why_stopped, writing
from pulse_ci.schema.schema import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.analysis.seed.budget import Part
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.schema.schema import Schema, Table

Outcome = SeededTable | Unseeded
_STOPPED = (apsw.Error, MemoryError)
_TOO_LATE = "The tables before it took all the work that there is for seeding."


def seed(
    database: EmbeddedD1,
    schema: Schema | None = None,
    *,
    rows: int = 2,
    only: Iterable[str] | None = None,
    hints: Hints | None = None,
    budget: Budget | None = None,
) -> Seeded:
    """Insert rows until each table of `schema` (by default: of the database) has at least `rows`.

    `only` names the tables that matter: what they need is filled too, and nothing else. `hints` ask for further rows.
    What is left when the part of the `budget` for one schema is used up gets none.

    The rows satisfy every constraint, and depend on nothing but the schema and the rows that are there, which are
    kept. Children refer to rows of their parents, and to different ones. Each column that may be NULL is so in one
    row and has a value in another, where the constraints permit; primary keys are never NULL. Views are left out.
    """
    relations = Relations(schema or database.schema())
    outcomes = dict[str, Outcome]()
    wanted = relations.tables.keys() if only is None else relations.needed_for(only)
    ordinary = [group for group in relations.groups() if not group[0].virtual and fold(group[0].name) in wanted]
    virtual = [table for name, table in relations.tables.items() if table.virtual and name in wanted]
    with (budget or Budget()).part() as part:
        failed = _fill(database, relations, ordinary, rows, part, outcomes, hints or Hints())
        # What a trigger needs may be in a table that is filled later.
        if failed and relations.triggers:
            _fill(database, relations, failed, rows, part, outcomes, hints or Hints())
        for table in virtual:
            outcomes[fold(table.name)] = _virtual(database, table, rows, part)
    if relations.triggers:
        _recount(database, relations, outcomes)
    found = [outcome for _, outcome in sorted(outcomes.items())]
    return Seeded(
        tuple(each for each in found if isinstance(each, SeededTable)),
        tuple(each for each in found if isinstance(each, Unseeded)),
    )


def _fill(
    database: EmbeddedD1,
    relations: Relations,
    groups: list[tuple[Table, ...]],
    rows: int,
    part: Part,
    outcomes: dict[str, Outcome],
    hints: Hints,
) -> list[tuple[Table, ...]]:
    """Fill groups of tables; return those of which one could not be."""
    failed = []
    for group in groups:
        found = _group(database, relations, group, rows, part, hints)
        outcomes.update((fold(table.name), outcome) for table, outcome in zip(group, found, strict=True))
        if any(isinstance(outcome, Unseeded) for outcome in found):
            failed.append(group)
    return failed


def _group(
    database: EmbeddedD1, relations: Relations, group: tuple[Table, ...], rows: int, part: Part, hints: Hints
) -> list[Outcome]:
    if part.is_used_up:
        return [Unseeded(table.name, _TOO_LATE) for table in group]
    try:
        with writing(database, part) as writer:
            return Filling(writer, relations, group, rows, hints).fill()
    except _STOPPED as error:
        return [Unseeded(table.name, why_stopped(error)) for table in group]


def _virtual(database: EmbeddedD1, table: Table, rows: int, part: Part) -> Outcome:
    try:
        with writing(database, part) as writer:
            return fill_virtual(writer, table, rows)
    except _STOPPED as error:
        return Unseeded(table.name, why_stopped(error))


def _recount(database: EmbeddedD1, relations: Relations, outcomes: dict[str, Outcome]) -> None:
    """Count the rows once more: a trigger of one table may have changed those of another."""
    with database.trusted() as connection:
        for name, outcome in outcomes.items():
            table = relations.tables[name]
            if table.virtual or (isinstance(outcome, Unseeded) and outcome.reason == _TOO_LATE):
                continue
            rows = count_rows(connection, table.name)
            match outcome:
                case SeededTable(rows=before) if rows == 0 < before:
                    outcomes[name] = Unseeded(table.name, "A trigger deletes the rows that are inserted.")
                case SeededTable():
                    outcomes[name] = SeededTable(table.name, rows, outcome.inserted, outcome.shortfall)
                case Unseeded() if rows:
                    outcomes[name] = SeededTable(table.name, rows, 0, outcome.reason)
                case Unseeded():
                    pass
