"""What the steps found out to one Report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.row_effects import estimate_review_costs, sum_costs
from pulse_ci.model import ChangeAction
from pulse_ci.report.models import (
    Conclusion,
    Database,
    FailOn,
    MigrationResult,
    Report,
    RowCost,
    Schemas,
    Staging,
    conclude,
)
from pulse_ci.report.queries import list_queries
from pulse_ci.report.rows import count_rows, find_unrestored_tables, find_unseeded_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pulse_ci.analysis.cost.cost import Cost
    from pulse_ci.analysis.proofs import ReversibilityResult
    from pulse_ci.analysis.rule import MigrationAnalysis, Review
    from pulse_ci.analysis.statement_run import Rejection
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.model import Change, Finding
    from pulse_ci.schema.schema import Schema


def build_report(
    command: str,
    review: Review,
    findings: tuple[Finding, ...],
    changes: tuple[Change, ...],
    *,
    fail_on: FailOn,
    database: Database,
    staging: Staging,
    timings_ms: Mapping[str, float],
    applied: Callable[[Migration], bool | None] = lambda _: None,
    after: Schema | None = None,
) -> Report:
    """Put the values together; the conclusion follows from the findings and `fail_on`.

    `applied` tells whether a file has run on the live database that the preview stands on, as far as that is known.
    """
    analyses = {each.migration.path: each for each in review.analyses}
    costs_by_path = estimate_review_costs(review)
    rejections = {each.migration.path: each.rejection for each in review.failed}
    unseeded = find_unseeded_tables(review.analyses)
    results = tuple(
        _build_result(
            migration,
            analyses.get(migration.path),
            rejections.get(migration.path),
            applied=applied(migration),
            skipped=review.skipped_rules,
            cost=sum_costs(costs_by_path.get(migration.path, ())),
        )
        for migration in review.migrations.migrations
    )
    rejected = any(each.under_review and each.replay == "failed" for each in results)
    return Report(
        command=command,
        conclusion=conclude(findings, fail_on, rejected=rejected, unproven=bool(unseeded))
        if results
        else Conclusion.NEUTRAL,
        database=database,
        staging=staging,
        migrations=results,
        findings=findings,
        changes=changes,
        rows=count_rows(review),
        queries=list_queries(review.worker) if review.worker else (),
        unseeded=unseeded,
        unrestored=find_unrestored_tables(review.analyses),
        skipped=review.skipped_rules,
        timings_ms=timings_ms,
        schemas=Schemas(review.before, after) if after else None,
    )


def _build_result(
    migration: Migration,
    analysis: MigrationAnalysis | None,
    rejection_of_merged_file: Rejection | None,
    *,
    applied: bool | None,
    skipped: Sequence[str],
    cost: Cost | None,
) -> MigrationResult:
    rejection = None if migration.problem else rejection_of_merged_file or _find_first_rejection(analysis)
    error = rejection.message if rejection else migration.problem
    analysis_of_run = analysis if analysis and analysis.took_effect and not migration.problem else None
    return MigrationResult(
        number=migration.number,
        name=migration.name,
        path=migration.path,
        under_review=analysis is not None,
        applied=applied,
        depends_on=_list_dependency_numbers(analysis),
        replay="failed" if error else "ok",
        error=error,
        idempotent=analysis_of_run.idempotency.holds if analysis_of_run and "not-idempotent" not in skipped else None,
        reversible=_is_reversible(analysis_of_run.reversibility, skipped) if analysis_of_run else None,
        cost=RowCost(cost.rows_read, cost.rows_written, cost.at_most) if cost else None,
        refused_by=rejection.rejected_by if rejection else None,
    )


def _is_reversible(undone: ReversibilityResult, skipped: Sequence[str]) -> bool | None:
    """Return whether a migration is undone; None where it has no reverse, and none is asked for."""
    if undone.reverse or undone.holds:
        return undone.holds
    reporting_rules = {
        "missing-drop" if change.action is ChangeAction.ADDED else "reverse-incomplete" for change in undone.changes
    }
    return None if reporting_rules <= set(skipped) else False


def _find_first_rejection(analysis: MigrationAnalysis | None) -> Rejection | None:
    return next(iter(analysis.replayed.run.rejections), None) if analysis else None


def _list_dependency_numbers(analysis: MigrationAnalysis | None) -> tuple[int, ...]:
    needed = {each.migration.number for each in analysis.depends_on} if analysis else set()
    return tuple(sorted(number for number in needed if number is not None))
