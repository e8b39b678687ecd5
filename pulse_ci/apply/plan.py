"""Plan what apply runs on a live database, on its own schema, and estimate what each file costs there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.analysis.cost.cost import Cost
from pulse_ci.analysis.cost.estimate import estimate
from pulse_ci.analysis.cost.observed_changes import observe_effects
from pulse_ci.analysis.schema_history import fingerprint_objects
from pulse_ci.analysis.seed import seed
from pulse_ci.apply.migrations_table import create_table, insert_record
from pulse_ci.d1.load_schema import load_into_engine
from pulse_ci.engine import D1Refused, EmbeddedD1
from pulse_ci.errors import MigrationError
from pulse_ci.rewrite.ddl_statements import format_for_d1
from pulse_ci.rewrite.script_builder import build_schema_script
from pulse_ci.schema.introspect import introspect
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pulse_ci.analysis.cost.observed_changes import StatementEffect
    from pulse_ci.analysis.schema_history import ObjectKey, SchemaHistory
    from pulse_ci.d1.database_state import DatabaseState
    from pulse_ci.engine.request import Request
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement

_ROW_KEYWORDS = frozenset({"INSERT", "REPLACE", "UPDATE", "DELETE", "WITH", "SELECT", "VALUES"})


@dataclass(frozen=True, slots=True)
class ApplyStep:
    """One file: the statements to send, those that are left out because what they do is there, and what comes of it."""

    migration: Migration
    statements: tuple[str, ...]
    skipped: tuple[Statement, ...]
    after: Schema

    def build_request(self, live: DatabaseState) -> tuple[str, ...]:
        """Return the whole request: the record, under the id that must still be free, and the statements."""
        table = [] if live.records is not None else [create_table(live.migrations_table)]
        return (*table, insert_record(live.migrations_table, live.last_id + 1, self.migration.name), *self.statements)


def plan_steps(history: SchemaHistory, live: DatabaseState, pending: Iterable[Migration]) -> tuple[ApplyStep, ...]:
    """Try the pending files one after the other on the live schema, without rows.

    A statement that D1 would refuse, such as ADD COLUMN, is left out where all that it does is there already.

    Raises:
        MigrationError: a file would be refused.
        D1Error: the live schema is not one that D1 would make today.

    """
    with EmbeddedD1() as database:
        database.restore(load_into_engine(live.snapshot))
        return tuple(_plan_each(database, history, live, pending))


def _plan_each(
    database: EmbeddedD1, history: SchemaHistory, live: DatabaseState, pending: Iterable[Migration]
) -> Iterator[ApplyStep]:
    for migration in pending:
        kept, skipped = _try_statements(database, history, live.migrations_table, migration)
        yield ApplyStep(migration, kept, skipped, read_schema_without_records(database, live.migrations_table))


def _try_statements(
    database: EmbeddedD1, history: SchemaHistory, table: str, migration: Migration
) -> tuple[tuple[str, ...], tuple[Statement, ...]]:
    kept, skipped, effects = list[str](), list["Statement"](), None
    try:
        with database.open_request() as request:
            for statement in migration.statements:
                sql = format_for_d1(statement.sql)
                try:
                    try_statement(request, sql)
                    kept.append(sql)
                except D1Refused as refused:
                    effects = _observe_effects(history, migration) if effects is None else effects
                    if not _is_already_in_effect(
                        effects.get(statement), fingerprint_objects(read_schema_without_records(database, table))
                    ):
                        raise _make_rejected_error(migration, statement, refused) from refused
                    skipped.append(statement)
    except D1Refused as refused:
        raise _make_rejected_error(migration, None, refused) from refused
    return tuple(kept), tuple(skipped)


def try_statement(request: Request, sql: str) -> None:
    """Run a statement that changes the schema; of one on rows, which are not here, see that D1 understands it."""
    first = next((token.keyword for token in tokenize_code(sql)), "")
    request.execute(f"EXPLAIN {sql}" if first in _ROW_KEYWORDS else sql)


def _make_rejected_error(migration: Migration, statement: Statement | None, refused: D1Refused) -> MigrationError:
    place = migration.locate(statement)
    return MigrationError(
        f"{place.path}:{place.line} would be refused on this database: `{refused}`. Nothing of it was sent. "
        "Compare the database with its files (`pulse-ci drift`), and correct the migration or the database."
    )


_SchemaEffect = dict["ObjectKey", "str | None"]


def _observe_effects(history: SchemaHistory, migration: Migration) -> dict[Statement, _SchemaEffect]:
    """Return what each statement makes of the schema where the file runs as it was meant to."""
    before = history.schemas[history.migrations.index(migration)]
    effects: dict[Statement, _SchemaEffect] = {}
    with EmbeddedD1() as database:
        database.run("\n".join(build_schema_script(before)) or ";")
        was = fingerprint_objects(before)
        try:
            with database.open_request() as request:
                for statement in migration.statements:
                    try_statement(request, statement.sql)
                    now = fingerprint_objects(read_schema_without_records(database, ""))
                    effects[statement] = {
                        each: now.get(each) for each in was.keys() | now.keys() if was.get(each) != now.get(each)
                    }
                    was = now
        except D1Refused:
            return effects
    return effects


def _is_already_in_effect(effect: _SchemaEffect | None, live: dict[ObjectKey, str]) -> bool:
    return bool(effect) and all(live.get(facet) == meaning for facet, meaning in (effect or {}).items())


def read_schema_without_records(database: EmbeddedD1, table: str) -> Schema:
    """Return the schema, less the migrations table."""
    with database.open_unrestricted() as connection:
        return introspect(connection, frozenset({table}))


def estimate_costs(live: DatabaseState, steps: Sequence[ApplyStep], rows: Mapping[str, int]) -> tuple[Cost | None, ...]:
    """Return what each file will cost where the tables have so many `rows`, by folded name; None where unknown.

    The files are run on synthetic rows, to see what each statement touches; one that does not run there costs what is
    not known, and so do those after it.
    """
    observed = tuple(_observe_steps(live, steps))
    every = [effect for effects in observed for effect in effects or ()]
    known = {each.statement: each.cost for each in estimate(every, rows, {})}
    return tuple(_sum_costs(effects, known) for effects in observed)


def _observe_steps(live: DatabaseState, steps: Sequence[ApplyStep]) -> list[tuple[StatementEffect, ...] | None]:
    found: list[tuple[StatementEffect, ...] | None] = []
    with EmbeddedD1() as database:
        database.restore(load_into_engine(live.snapshot))
        seed(database)
        try:
            for step in steps:
                statements = [each for each in step.migration.statements if each not in step.skipped]
                effects = observe_effects(database, statements)
                database.run("\n".join(step.statements) or ";")
                found.append(effects)
        except D1Refused:
            pass
    return [*found, *[None] * (len(steps) - len(found))]


def _sum_costs(effects: tuple[StatementEffect, ...] | None, known: Mapping[Statement, Cost | None]) -> Cost | None:
    if effects is None:
        return None
    total = Cost()
    for effect in effects:
        cost = known.get(effect.statement)
        if cost is None:
            return None
        total += cost
    return total
