"""What PULSE's migrations will cost, said beforehand and then counted by real workerd over the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import apsw
import pytest

from pulse_ci.analysis.cost.cost import Cost
from pulse_ci.analysis.cost.estimate import StatementCost, estimate
from pulse_ci.analysis.cost.observed_changes import observe_effects
from pulse_ci.analysis.cost.row_probes import build_row_probes, extrapolate_counts
from pulse_ci.analysis.seed import seed
from pulse_ci.analysis.seed.count import count_rows
from pulse_ci.engine import EmbeddedD1
from pulse_ci.sql.names import fold, quote
from pulse_ci.sql.split import split_statements
from tests.d1.histories import pulse

if TYPE_CHECKING:
    from pulse_ci.analysis.cost.observed_changes import StatementEffect
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.schema.schema import Table
    from pulse_ci.sql.split import Statement
    from tests.cloudflare.databases import Databases

ROWS = 150


@dataclass(frozen=True)
class Costed:
    """What a file was said to cost and what workerd counted, statement by statement."""

    said: tuple[StatementCost, ...]
    counted: list[tuple[int, int]]


def total(costed: Costed) -> tuple[Cost, Cost]:
    """What was said and what was counted of a whole file."""
    said = sum((each.cost for each in costed.said if each.cost), Cost())
    return said, sum((Cost(*each) for each in costed.counted), Cost())


def rows_of(database: EmbeddedD1) -> dict[str, int]:
    with database.open_unrestricted() as connection:
        return {
            fold(table.name): count_rows(connection, table.name)
            for table in database.schema().tables
            if not table.is_virtual
        }


def stored(database: EmbeddedD1, table: Table) -> list[tuple[object, ...]]:
    columns = ", ".join(quote(column.name) for column in table.columns if not column.generated)
    with database.open_unrestricted() as connection:
        return connection.execute(f"SELECT {columns} FROM {quote(table.name)}").fetchall()


def insert(table: Table, rows: list[tuple[object, ...]]) -> str:
    columns = ", ".join(quote(column.name) for column in table.columns if not column.generated)
    lines = [f"({', '.join(map(apsw.format_sql_value, row))})" for row in rows]
    step = f"INSERT INTO {quote(table.name)} ({columns}) VALUES "
    return "".join(f"{step}{', '.join(lines[start : start + 50])};\n" for start in range(0, len(lines), 50))


def fill(database: EmbeddedD1, effects: tuple[StatementEffect, ...]) -> str:
    """Give the tables rows that statements reach; return the request that does the same elsewhere."""
    tables = [table for table in database.schema().tables if not table.is_virtual]
    before = {table.name: set(stored(database, table)) for table in tables}
    seed(database, rows=ROWS, only={name for effect in effects for name in effect.rows_before})
    new = {table: [row for row in stored(database, table) if row not in before[table.name]] for table in tables}
    return "PRAGMA defer_foreign_keys = ON;\n" + "".join(insert(table, rows) for table, rows in new.items())


def effects_of(migration: Migration, snapshot: bytes) -> tuple[StatementEffect, ...]:
    with EmbeddedD1() as few:
        few.restore(snapshot)
        seed(few)
        return observe_effects(few, migration.statements)


def ask(database: EmbeddedD1, effects: tuple[StatementEffect, ...], rows: dict[str, int]) -> dict[Statement, int]:
    """The answers that the database itself gives."""
    answers = {}
    for statement, probe in build_row_probes(effects, database.schema()).items():
        ((found, looked_at),) = database.query(probe.sql)
        answers[statement] = (probe, int(str(found)), int(str(looked_at)))
    return extrapolate_counts(answers, rows)


def run(databases: Databases, sql: str) -> list[tuple[int, int]]:
    """What workerd counts of each statement of a request."""
    answer = databases.ask("costs", "transact", statements=[{"sql": each.sql} for each in split_statements(sql)])
    assert not answer["error"], answer["error"]
    return [(result["rows_read"], result["rows_written"]) for result in answer["results"]]


@pytest.fixture(scope="module")
def costed(databases: Databases) -> dict[str, Costed]:
    found = {}
    with EmbeddedD1() as bare, EmbeddedD1() as full:
        for migration in pulse().migrations:
            effects = effects_of(migration, bare.take_snapshot())
            run(databases, fill(full, effects))
            rows = rows_of(full)
            said = estimate(effects, rows, ask(full, effects, rows))
            found[migration.name] = Costed(said, run(databases, migration.text))
            bare.run(migration.text)
            full.run(migration.text)
    databases.forget("costs")
    return found


@pytest.mark.parametrize("name", [migration.name for migration in pulse().migrations])
def test_what_a_migration_of_pulse_costs_is_known_within_a_tenth(costed: dict[str, Costed], name: str) -> None:
    said, counted = total(costed[name])

    assert said.rows_written == pytest.approx(counted.rows_written, rel=0.1)
    assert said.rows_read == pytest.approx(counted.rows_read, rel=0.1)
    assert not said.at_most
