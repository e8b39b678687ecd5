"""Fixes of a review's findings, each verified by replay before it is offered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import thread_time
from typing import TYPE_CHECKING

from pulse_ci.errors import D1Refused
from pulse_ci.fixes import headers, rebuilds, reverses, statements
from pulse_ci.fixes.fix_context import FixCandidate, FixContext, SkippedFix, build_context, explain_not_fixable
from pulse_ci.fixes.text_edits import apply_line_edits
from pulse_ci.model import ObjectKind
from pulse_ci.schema.diff import diff
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pulse_ci.analysis.rule import MigrationAnalysis, Review
    from pulse_ci.model import Change, Finding, Fix

# The largest rewrites come first, so that the others are verified on what remains of the file.
PROPOSERS: tuple[Callable[[FixContext], Iterator[FixCandidate | SkippedFix]], ...] = (
    statements.propose_removing_transactions,
    rebuilds.propose,
    rebuilds.propose_lost_objects,
    statements.propose_removing_pragmas,
    rebuilds.propose_without_deferral,
    statements.propose_guards,
    statements.propose_semicolons,
    headers.propose,
    reverses.propose,
)
# Each candidate costs a replay: a report on very many files leaves the rest to the command.
MAX_FILES = 20
# Only input that is made to be slow comes near it.
_MAX_SECONDS = 20.0  # of the processor: a busy machine is offered the same fixes
FIXABLE_RULES = frozenset(
    {
        *("explicit-transaction", "not-idempotent", "unterminated-file", "missing-header", "missing-drop"),
        *("reverse-incomplete", "foreign-keys-pragma", "defer-foreign-keys-off", "rebuild-loses-objects"),
        *rebuilds.RULES,
    }
)


@dataclass(frozen=True, slots=True)
class FixedMigration:
    """A fixed file: its context after the fixes, the fixes, and why the rest was skipped."""

    context: FixContext
    applied: tuple[FixCandidate, ...]
    skipped: tuple[SkippedFix, ...]


def attach_fixes(review: Review, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings, with a fix where there is one that was verified alone, on the files as they are.

    Where a fix resolves several findings, all remedies name it, and the first finding has it.
    """
    found: dict[Finding, tuple[FixCandidate, Fix | None]] = {}
    checked_files, end = 0, thread_time() + _MAX_SECONDS
    fixable = {finding.path for finding in findings if finding.rule in FIXABLE_RULES and not finding.ignored}
    for analysis in review.analyses:
        context = build_context(review, analysis)
        paths = {context.path, *(each.path for each in context.review.reverse_files)}
        if paths & fixable and checked_files < MAX_FILES and not explain_not_fixable(context):
            checked_files += 1
            found = {**dict(_find_fixes(context, end)), **found}
    return tuple(_attach_fix(finding, *found[finding]) if finding in found else finding for finding in findings)


def _find_fixes(context: FixContext, end: float) -> Iterator[tuple[Finding, tuple[FixCandidate, Fix | None]]]:
    fixed: set[Finding] = set()
    for candidate in _list_candidates(context):
        if thread_time() > end or not set(context.find_findings(candidate.rule)) - fixed:
            continue
        if after := verify_fix(context, candidate):
            left = {(each.rule, each.path, each.message) for each in after.findings}
            resolved = [each for each in context.findings if (each.rule, each.path, each.message) not in left]
            fix: Fix | None = candidate.to_fix(context.path, context.review.migrations)
            for finding in resolved:
                if finding not in fixed:
                    yield finding, (candidate, fix)
                    fixed.add(finding)
                    fix = None


def _attach_fix(finding: Finding, candidate: FixCandidate, fix: Fix | None) -> Finding:
    stop = "" if finding.remedy.endswith(".") else "."
    return replace(finding, fix=fix, remedy=f"{finding.remedy}{stop} `pulse-ci fix` {candidate.summary}.")


def fix_rebuilt_files(review: Review, findings: Sequence[Finding]) -> dict[str, str]:
    """Return the text of each file whose rebuild has a proven fix, by path, with that fix alone."""
    fixes: dict[str, Fix] = {}
    for each in findings:
        if each.fix and each.fix.rule in rebuilds.RULES and not each.ignored:
            fixes.setdefault(each.path, each.fix)
    texts = {each.migration.path: each.migration.text for each in review.analyses}
    edits = {path: [edit for edit in fix.edits if edit.path == path] for path, fix in fixes.items()}
    return {path: apply_line_edits(texts[path], own) for path, own in edits.items() if path in texts}


def _list_candidates(context: FixContext) -> Iterator[FixCandidate]:
    return (each for propose in PROPOSERS for each in propose(context) if isinstance(each, FixCandidate))


def apply_fixes(context: FixContext) -> FixedMigration:
    """Apply all fixes that can be verified, each on the result of those before it."""
    applied = list[FixCandidate]()
    while after := next(_find_verified(context), None):
        applied.append(after[0])
        context = after[1]
    skipped = tuple(each for propose in PROPOSERS for each in propose(context) if isinstance(each, SkippedFix))
    return FixedMigration(context, tuple(applied), skipped)


def _find_verified(context: FixContext) -> Iterator[tuple[FixCandidate, FixContext]]:
    for candidate in _list_candidates(context):
        if after := verify_fix(context, candidate):
            yield candidate, after


def verify_fix(context: FixContext, candidate: FixCandidate) -> FixContext | None:
    """Return the context with the candidate's texts, None where it is not better in every way.

    It must lead to the same schema, except for the objects that it restores; have fewer findings of its rule and no
    more of any other; and lose no row that the file kept.
    """
    try:
        fixed = context.with_texts(candidate.texts)
    except D1Refused:
        return None
    had, has = context.count_findings(), fixed.count_findings()
    fewer = sum(has[key] for key in has if key[0] == candidate.rule) < len(context.find_findings(candidate.rule))
    is_better = fewer and has <= had and _has_same_schema(context, fixed, candidate)
    return fixed if is_better and _keeps_rows(context, fixed) else None


def _has_same_schema(context: FixContext, fixed: FixContext, candidate: FixCandidate) -> bool:
    before, now = context.analysis.replayed.after, fixed.analysis.replayed.after
    return all(_is_restored(fixed.analysis, change, candidate) for change in diff(before, now))


def _is_restored(analysis: MigrationAnalysis, change: Change, candidate: FixCandidate) -> bool:
    kind, name = (ObjectKind.TABLE, change.table) if change.kind is ObjectKind.COLUMN else (change.kind, change.name)
    before, after = analysis.replayed.before.find(kind, name), analysis.replayed.after.find(kind, name)
    return fold(name) in candidate.restored_names and before == after


def _keeps_rows(context: FixContext, fixed: FixContext) -> bool:
    had = {fold(loss.table): loss for loss in context.analysis.seeded_run.losses}
    losses = ((loss, had.get(fold(loss.table))) for loss in fixed.analysis.seeded_run.losses)
    return all(old and new.lost <= old.lost and new.altered <= old.altered for new, old in losses)
