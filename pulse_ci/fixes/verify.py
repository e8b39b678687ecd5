"""Whether a proposal does what it says: it is tried, with rows, beside the file as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.errors import D1Refused
from pulse_ci.model import ObjectKind
from pulse_ci.schema.diff import diff
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from pulse_ci.analysis.rule import Evidence
    from pulse_ci.fixes.candidate import FixCandidate
    from pulse_ci.fixes.fix_context import FixContext
    from pulse_ci.model import Change


def verify_fix(context: FixContext, candidate: FixCandidate) -> FixContext | None:
    """Return the case as the proposal makes it, None where that is not better in every way.

    It must lead to the same schema, but for what it is to restore; have fewer findings of its rule and no more of any
    other; and lose no row that the file kept.
    """
    try:
        fixed = context.with_texts(candidate.texts)
    except D1Refused:
        return None
    had, has = context.count_findings(), fixed.count_findings()
    fewer = sum(has[key] for key in has if key[0] == candidate.rule) < len(context.find_findings(candidate.rule))
    return (
        fixed
        if fewer and has <= had and _has_same_schema(context, fixed, candidate) and _keeps_rows(context, fixed)
        else None
    )


def _has_same_schema(context: FixContext, fixed: FixContext, candidate: FixCandidate) -> bool:
    before, now = context.analysis.replayed.after, fixed.analysis.replayed.after
    return all(_is_restored(fixed.analysis, change, candidate) for change in diff(before, now))


def _is_restored(analysis: Evidence, change: Change, candidate: FixCandidate) -> bool:
    kind, name = (ObjectKind.TABLE, change.table) if change.kind is ObjectKind.COLUMN else (change.kind, change.name)
    replayed = analysis.replayed
    return fold(name) in candidate.restored_names and replayed.before.find(kind, name) == replayed.after.find(
        kind, name
    )


def _keeps_rows(context: FixContext, fixed: FixContext) -> bool:
    had = {fold(loss.table): loss for loss in context.analysis.on_rows.losses}
    losses = ((loss, had.get(fold(loss.table))) for loss in fixed.analysis.on_rows.losses)
    return all(old and new.lost <= old.lost and new.altered <= old.altered for new, old in losses)
