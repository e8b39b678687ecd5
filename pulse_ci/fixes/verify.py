"""Whether a proposal does what it says: it is tried, with rows, beside the file as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.errors import D1Refused
from pulse_ci.model import Kind
from pulse_ci.schema.diff import diff
from pulse_ci.schema.schema import fold

if TYPE_CHECKING:
    from pulse_ci.analysis.rule import Evidence
    from pulse_ci.fixes.candidate import Proposal
    from pulse_ci.fixes.fix_context import Case
    from pulse_ci.model import Change


def judge(case: Case, proposal: Proposal) -> Case | None:
    """Return the case as the proposal makes it, None where that is not better in every way.

    It must lead to the same schema, but for what it is to restore; have fewer findings of its rule and no more of any
    other; and lose no row that the file kept.
    """
    try:
        tried = case.with_texts(proposal.texts)
    except D1Refused:
        return None
    had, has = case.tally(), tried.tally()
    fewer = sum(has[key] for key in has if key[0] == proposal.rule) < len(case.found(proposal.rule))
    return tried if fewer and has <= had and _same_schema(case, tried, proposal) and _keeps_rows(case, tried) else None


def _same_schema(case: Case, tried: Case, proposal: Proposal) -> bool:
    before, now = case.evidence.replayed.after, tried.evidence.replayed.after
    return all(_is_restored(tried.evidence, change, proposal) for change in diff(before, now))


def _is_restored(evidence: Evidence, change: Change, proposal: Proposal) -> bool:
    kind, name = (Kind.TABLE, change.table) if change.kind is Kind.COLUMN else (change.kind, change.name)
    replayed = evidence.replayed
    return fold(name) in proposal.restores and replayed.before.find(kind, name) == replayed.after.find(kind, name)


def _keeps_rows(case: Case, tried: Case) -> bool:
    had = {fold(loss.table): loss for loss in case.evidence.on_rows.losses}
    losses = ((loss, had.get(fold(loss.table))) for loss in tried.evidence.on_rows.losses)
    return all(old and new.lost <= old.lost and new.altered <= old.altered for new, old in losses)
