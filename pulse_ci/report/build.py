"""What the steps found out to one Report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.row_effects import costs, whole_cost
from pulse_ci.model import ChangeAction
from pulse_ci.report.models import Database, FailOn, MigrationResult, Report, RowCost, Schemas, Staging, conclude
from pulse_ci.report.rows import count_rows, unrestored_tables, unseeded_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pulse_ci.analysis.cost.cost import Cost
    from pulse_ci.analysis.proofs import Undone
    from pulse_ci.analysis.rule import Evidence, Review
    from pulse_ci.analysis.statement_run import Refusal
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
    evidence = {each.migration.path: each for each in review.evidence}
    costed = costs(review)
    broken = {each.migration.path: each.refusal for each in review.broken}
    return Report(
        command=command,
        conclusion=conclude(findings, fail_on),
        database=database,
        staging=staging,
        migrations=tuple(
            _result(
                migration,
                evidence.get(migration.path),
                broken.get(migration.path),
                applied=applied(migration),
                skipped=review.skipped,
                cost=whole_cost(costed.get(migration.path, ())),
            )
            for migration in review.migrations.migrations
        ),
        findings=findings,
        changes=changes,
        rows=count_rows(review),
        unseeded=unseeded_tables(review.evidence),
        unrestored=unrestored_tables(review.evidence),
        skipped=review.skipped,
        timings_ms=timings_ms,
        schemas=Schemas(review.before, after) if after else None,
    )


def _result(
    migration: Migration,
    evidence: Evidence | None,
    broken: Refusal | None,
    *,
    applied: bool | None,
    skipped: Sequence[str],
    cost: Cost | None,
) -> MigrationResult:
    refusal = None if migration.problem else broken or _first(evidence)
    error = refusal.message if refusal else migration.problem
    judged = evidence if evidence and evidence.runs and not migration.problem else None
    return MigrationResult(
        number=migration.number,
        name=migration.name,
        path=migration.path,
        under_review=evidence is not None,
        applied=applied,
        depends_on=_numbers(evidence),
        replay="failed" if error else "ok",
        error=error,
        idempotent=judged.repeated.holds if judged and "not-idempotent" not in skipped else None,
        reversible=_is_reversible(judged.undone, skipped) if judged else None,
        cost=RowCost(cost.rows_read, cost.rows_written, cost.at_most) if cost else None,
        refused_by=refusal.by if refusal else None,
    )


def _is_reversible(undone: Undone, skipped: Sequence[str]) -> bool | None:
    """Return whether a migration is undone; None where it has no reverse, and none is asked for."""
    if undone.reverse or undone.holds:
        return undone.holds
    asking = {
        "missing-drop" if change.action is ChangeAction.ADDED else "reverse-incomplete" for change in undone.changes
    }
    return None if asking <= set(skipped) else False


def _first(evidence: Evidence | None) -> Refusal | None:
    return next(iter(evidence.replayed.run.refusals), None) if evidence else None


def _numbers(evidence: Evidence | None) -> tuple[int, ...]:
    needed = {each.migration.number for each in evidence.depends_on} if evidence else set()
    return tuple(sorted(number for number in needed if number is not None))
