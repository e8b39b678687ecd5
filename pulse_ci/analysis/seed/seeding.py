"""A database to the same with rows in its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import apsw

from pulse_ci.analysis.seed.budget import Budget
from pulse_ci.analysis.seed.count import count_rows
from pulse_ci.analysis.seed.table_order import TableGraph
from pulse_ci.analysis.seed.table_seeder import TableSeeder
from pulse_ci.analysis.seed.value import SeededTable, SeedFailure, SeedResult
from pulse_ci.analysis.seed.virtual_tables import fill_virtual_table
from pulse_ci.analysis.seed.where_hints import WhereHints
from pulse_ci.analysis.seed.writer import describe_stop, open_writer
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.analysis.seed.budget import Allotment
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.schema.schema import Schema, Table

TableOutcome = SeededTable | SeedFailure
_STOP_ERRORS = (apsw.Error, MemoryError)
_BUDGET_USED_UP = "The tables before it took all the work that there is for seeding."


def seed(
    database: EmbeddedD1,
    schema: Schema | None = None,
    *,
    rows: int = 2,
    only: Iterable[str] | None = None,
    hints: WhereHints | None = None,
    budget: Budget | None = None,
) -> SeedResult:
    """Insert rows until each table of `schema` (by default: of the database) has at least `rows`.

    `only` names the tables that matter: what they need is filled too, and nothing else. `hints` ask for further rows.
    What is left when the part of the `budget` for one schema is used up gets none.

    The rows satisfy every constraint, and depend on nothing but the schema and the rows that are there, which are
    kept. Children refer to rows of their parents, and to different ones. Each column that may be NULL is so in one
    row and has a value in another, where the constraints permit; primary keys are never NULL. Views are left out.
    """
    graph = TableGraph(schema or database.schema())
    outcomes = dict[str, TableOutcome]()
    wanted = graph.tables.keys() if only is None else graph.find_required_tables(only)
    regular_groups = [
        group for group in graph.order_groups() if not group[0].is_virtual and fold(group[0].name) in wanted
    ]
    virtual_tables = [table for name, table in graph.tables.items() if table.is_virtual and name in wanted]
    with (budget or Budget()).allot() as allotment:
        failed = _fill_groups(database, graph, regular_groups, rows, allotment, outcomes, hints or WhereHints())
        # What a trigger needs may be in a table that is filled later.
        if failed and graph.triggers:
            _fill_groups(database, graph, failed, rows, allotment, outcomes, hints or WhereHints())
        for table in virtual_tables:
            outcomes[fold(table.name)] = _seed_virtual_table(database, table, rows, allotment)
    if graph.triggers:
        _recount_rows(database, graph, outcomes)
    found = [outcome for _, outcome in sorted(outcomes.items())]
    return SeedResult(
        tuple(each for each in found if isinstance(each, SeededTable)),
        tuple(each for each in found if isinstance(each, SeedFailure)),
    )


def _fill_groups(
    database: EmbeddedD1,
    graph: TableGraph,
    groups: list[tuple[Table, ...]],
    rows: int,
    allotment: Allotment,
    outcomes: dict[str, TableOutcome],
    hints: WhereHints,
) -> list[tuple[Table, ...]]:
    """Fill groups of tables; return those of which one could not be."""
    failed = []
    for group in groups:
        found = _fill_group(database, graph, group, rows, allotment, hints)
        outcomes.update((fold(table.name), outcome) for table, outcome in zip(group, found, strict=True))
        if any(isinstance(outcome, SeedFailure) for outcome in found):
            failed.append(group)
    return failed


def _fill_group(
    database: EmbeddedD1,
    graph: TableGraph,
    group: tuple[Table, ...],
    rows: int,
    allotment: Allotment,
    hints: WhereHints,
) -> list[TableOutcome]:
    if allotment.is_used_up:
        return [SeedFailure(table.name, _BUDGET_USED_UP) for table in group]
    try:
        with open_writer(database, allotment) as writer:
            return TableSeeder(writer, graph, group, rows, hints).fill()
    except _STOP_ERRORS as error:
        return [SeedFailure(table.name, describe_stop(error)) for table in group]


def _seed_virtual_table(database: EmbeddedD1, table: Table, rows: int, allotment: Allotment) -> TableOutcome:
    try:
        with open_writer(database, allotment) as writer:
            return fill_virtual_table(writer, table, rows)
    except _STOP_ERRORS as error:
        return SeedFailure(table.name, describe_stop(error))


def _recount_rows(database: EmbeddedD1, graph: TableGraph, outcomes: dict[str, TableOutcome]) -> None:
    """Count the rows once more: a trigger of one table may have changed those of another."""
    with database.open_unrestricted() as connection:
        for name, outcome in outcomes.items():
            table = graph.tables[name]
            if table.is_virtual or (isinstance(outcome, SeedFailure) and outcome.reason == _BUDGET_USED_UP):
                continue
            rows = count_rows(connection, table.name)
            match outcome:
                case SeededTable(rows=before) if rows == 0 < before:
                    outcomes[name] = SeedFailure(table.name, "A trigger deletes the rows that are inserted.")
                case SeededTable():
                    outcomes[name] = SeededTable(table.name, rows, outcome.inserted, outcome.shortfall)
                case SeedFailure() if rows:
                    outcomes[name] = SeededTable(table.name, rows, 0, outcome.reason)
                case SeedFailure():
                    pass
