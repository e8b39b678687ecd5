"""A Review to what its files will cost on the rows that a live database has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.cost.cost import Cost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.analysis.cost.estimate import StatementCost
    from pulse_ci.analysis.cost.observed_changes import StatementEffect
    from pulse_ci.analysis.replay import ReplayedMigration
    from pulse_ci.analysis.rule import Review
    from pulse_ci.model import Probe, ProbeCounts
    from pulse_ci.schema.schema import Schema
    from pulse_ci.sql.split import Statement


def observe_migration_effects(replayed: ReplayedMigration) -> tuple[StatementEffect, ...]:
    """Return what each statement of a migration does to a few rows, or to none where rows stop it."""
    from pulse_ci.analysis.cost.observed_changes import observe_effects
    from pulse_ci.analysis.seed import seed
    from pulse_ci.analysis.touched_tables import list_touched_tables
    from pulse_ci.engine.connection import EmbeddedD1

    if replayed.was_stopped or not replayed.ran_without_transactions:
        return ()
    with EmbeddedD1() as database:
        database.restore(replayed.content_before)
        seed(database, replayed.before, only=list_touched_tables(replayed))
        on_rows = observe_effects(database, replayed.migration.statements)
        if len(on_rows) == len(replayed.run.executed):
            return on_rows
        database.restore(replayed.content_before)
        return observe_effects(database, replayed.migration.statements)


def estimate_review_costs(review: Review) -> dict[str, tuple[StatementCost, ...]]:
    """Return the costs of each file's statements, by path; none where no live database told how many rows it has."""
    if review.rows is None:
        return {}
    from pulse_ci.analysis.cost.estimate import estimate

    effects = [effect for each in review.analyses for effect in each.effects]
    found = iter(estimate(effects, review.rows, review.matched_rows))
    return {each.migration.path: tuple(next(found) for _ in each.effects) for each in review.analyses}


def sum_costs(statements: tuple[StatementCost, ...]) -> Cost | None:
    """Return the cost of a file; None where that of a statement is not known."""
    known = [each.cost for each in statements if each.cost]
    return sum(known, Cost()) if known and len(known) == len(statements) else None


def build_review_probes(review: Review, schema: Schema) -> dict[Statement, Probe]:
    """Return what to ask a database with this schema, to know how many rows the statements reach."""
    if review.rows is None:
        return {}
    from pulse_ci.analysis.cost.row_probes import build_row_probes

    return build_row_probes((effect for each in review.analyses for effect in each.effects), schema)


def add_matched_rows(review: Review, asked: Mapping[Statement, Probe], answers: Mapping[Probe, ProbeCounts]) -> Review:
    """Return the review with how many rows statements reach."""
    from pulse_ci.analysis.cost.row_probes import extrapolate_counts

    found = {
        statement: (probe, answers[probe].found, answers[probe].rows_scanned)
        for statement, probe in asked.items()
        if probe in answers
    }
    return replace(review, matched_rows=extrapolate_counts(found, review.rows or {}))
