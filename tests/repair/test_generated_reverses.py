"""Of 200 generated migrations each has a reverse that restores the schema, or is truly said to have none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pytest

from pulse_ci.analysis.seed import seed
from pulse_ci.analysis.statement_run import run_statements
from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.errors import D1Refused, MigrationError
from pulse_ci.migrations.parse import Migration
from pulse_ci.rewrite.reverse import ReversePlan, plan_reverse
from pulse_ci.rewrite.undo_renames import find_explicit_renames
from pulse_ci.rewrite.verified_reverse import (
    VerifiedReverse,
    build_reverse_header,
    build_verified_reverse,
    find_unexplained,
)
from pulse_ci.rewrite.verify_script import compare_rows
from pulse_ci.schema.diff import diff
from pulse_ci.sql.names import fold
from tests.repair.migrations import generated

if TYPE_CHECKING:
    from pulse_ci.rewrite.restore_plan import ReverseLoss
    from pulse_ci.rewrite.verify_script import ChangedRows
    from pulse_ci.schema.schema import Schema

NUMBERS = range(200)
FEWEST_REVERSED = 195


@dataclass(frozen=True)
class Undone:
    """A migration run on rows and taken back by the file that was written for it, or the refusal to write one."""

    migration: Migration
    before: Schema
    start: bytes
    proven: VerifiedReverse | None
    refusal: str
    after: Schema
    end: bytes

    @property
    def changed(self) -> tuple[ChangedRows, ...]:
        return compare_rows(self.start, self.end)


@pytest.fixture(scope="module")
def outcomes() -> list[Undone]:
    return [_undone(number) for number in NUMBERS]


def _undone(number: int) -> Undone:
    case = generated(number)
    migration = Migration("migrations/001_generated.sql", "\n".join(case.migration))
    with EmbeddedD1() as database:
        database.run("\n".join(case.before))
        before, empty = database.schema(), database.take_snapshot()
        proven, refusal = _written(database, migration)
        start = _run_on_rows(database, migration, empty)
        if proven:
            database.run(proven.render_file(build_reverse_header(migration, date(2026, 9, 28))))
        return Undone(migration, before, start, proven, refusal, database.schema(), database.take_snapshot())


def _written(database: EmbeddedD1, migration: Migration) -> tuple[VerifiedReverse | None, str]:
    try:
        return build_verified_reverse(database, migration), ""
    except MigrationError as error:
        return None, str(error)


def _run_on_rows(database: EmbeddedD1, migration: Migration, empty: bytes) -> bytes:
    """Run the migration on seeded tables, or on empty ones where rows keep it from running; return them."""
    database.restore(empty)
    seed(database)
    start = database.take_snapshot()
    if run_statements(database, migration.statements).rejections:
        database.restore(empty)
        start = empty
        database.run(migration.text)
    return start


def test_the_file_restores_the_schema_and_nearly_every_migration_has_one(outcomes: list[Undone]) -> None:
    written = [each for each in outcomes if each.proven]

    assert [diff(each.before, each.after) for each in written] == [()] * len(written)
    assert len(written) >= FEWEST_REVERSED


def test_no_row_is_other_than_before_unless_the_file_says_so(outcomes: list[Undone]) -> None:
    for each in outcomes:
        left = find_unexplained(each.changed, each.proven.plan.losses) if each.proven else []

        for changed in left:
            sentence = f"What the migration did to rows of `{changed.table}` is not undone."
            assert each.proven is None or sentence in each.proven.notes, each.migration.text


def test_what_the_file_says_it_cannot_restore_is_lost(outcomes: list[Undone]) -> None:
    checked = 0
    for each in outcomes:
        for loss in each.proven.plan.losses if each.proven else ():
            if "cannot be restored" in loss.sentence and _was_there(each, loss):
                assert _is_gone(each, loss), f"{loss.sentence}\n{each.migration.text}"
                checked += 1

    assert checked >= 50


def _was_there(undone: Undone, loss: ReverseLoss) -> bool:
    table = undone.before.find_table(loss.table)
    column = table.find_column(loss.column) if table and loss.column else None
    if table is None or table.is_virtual:
        return False
    with EmbeddedD1() as database:
        database.restore(undone.start)
        counted = f'count("{column.name}")' if column else "count(*)"
        return database.query(f'SELECT {counted} FROM "{table.name}"') != [(0,)]


def _is_gone(undone: Undone, loss: ReverseLoss) -> bool:
    changed = next((each for each in undone.changed if fold(each.table) == loss.table), None)
    return changed is not None and (loss.column is None or loss.column in map(fold, changed.columns))


def test_a_refusal_quotes_what_d1_answers_to_the_reverse_that_was_tried(outcomes: list[Undone]) -> None:
    for each in outcomes:
        if each.proven is None:
            plan = _tried(each)
            assert plan.problem in each.refusal if plan.problem else _answer(each, plan) in each.refusal


def _tried(undone: Undone) -> ReversePlan:
    renames = find_explicit_renames(undone.migration.statements, undone.before)
    return plan_reverse(undone.before, undone.after, renames)


def _answer(undone: Undone, plan: ReversePlan) -> str:
    with EmbeddedD1() as database:
        database.restore(undone.end)
        try:
            database.run("\n".join(plan.statements))
        except D1Refused as refused:
            return str(refused)
    return "it runs"
