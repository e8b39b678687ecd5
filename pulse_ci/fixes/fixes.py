"""A review's findings to those with a fix; a file to the one that is mended as far as that goes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import thread_time
from typing import TYPE_CHECKING

from pulse_ci.fixes import headers, rebuilds, reverses, statements
from pulse_ci.fixes.candidate import Declined, Proposal
from pulse_ci.fixes.fix_context import Case, case_of, why_not
from pulse_ci.fixes.verify import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pulse_ci.analysis.rule import Review
    from pulse_ci.model import Finding, Fix

# What rewrites most comes first: what is left of the file is then judged as it will be.
PROPOSERS: tuple[Callable[[Case], Iterator[Proposal | Declined]], ...] = (
    statements.propose_no_transaction,
    rebuilds.propose,
    rebuilds.propose_objects,
    statements.propose_no_pragma,
    rebuilds.propose_without_deferral,
    statements.propose_guards,
    statements.propose_ends,
    headers.propose,
    reverses.propose,
)
# Each proposal is a replay: a report on very many files names the command and leaves the rest to it.
MOST_FILES = 20
# Only what is made to be slow comes near it.
_SECONDS = 20.0  # of the processor: a busy machine is offered the same fixes
FIXABLE = frozenset(
    {
        *("explicit-transaction", "not-idempotent", "unterminated-file", "missing-header", "missing-drop"),
        *("reverse-incomplete", "foreign-keys-pragma", "defer-foreign-keys-off", "rebuild-loses-objects"),
        *rebuilds.RULES,
    }
)


@dataclass(frozen=True, slots=True)
class Mended:
    """A file mended: the case at its end, what was done by rule, and why the rest was not."""

    case: Case
    done: tuple[Proposal, ...]
    declined: tuple[Declined, ...]


def offer(review: Review, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings, those that a fix mends with it; each fix was proven alone, on the files as they are.

    Where one mends several, all of them say so, and the first has it.
    """
    found: dict[Finding, tuple[Proposal, Fix | None]] = {}
    tried, end = 0, thread_time() + _SECONDS
    fixable = {finding.path for finding in findings if finding.rule in FIXABLE and not finding.ignored}
    for evidence in review.evidence:
        case = case_of(review, evidence)
        paths = {case.path, *(each.path for each in case.review.reverse_files)}
        if paths & fixable and tried < MOST_FILES and not why_not(case):
            tried += 1
            found = {**dict(_offered(case, end)), **found}
    return tuple(_with_fix(finding, *found[finding]) if finding in found else finding for finding in findings)


def _offered(case: Case, end: float) -> Iterator[tuple[Finding, tuple[Proposal, Fix | None]]]:
    settled: set[Finding] = set()
    for proposal in _proposals(case):
        if thread_time() > end or not set(case.found(proposal.rule)) - settled:
            continue
        if after := judge(case, proposal):
            left = {(each.rule, each.path, each.message) for each in after.findings}
            gone = [each for each in case.findings if (each.rule, each.path, each.message) not in left]
            fix: Fix | None = proposal.as_fix(case.path, case.review.migrations)
            for finding in gone:
                if finding not in settled:
                    yield finding, (proposal, fix)
                    settled.add(finding)
                    fix = None


def _with_fix(finding: Finding, proposal: Proposal, fix: Fix | None) -> Finding:
    stop = "" if finding.remedy.endswith(".") else "."
    return replace(finding, fix=fix, remedy=f"{finding.remedy}{stop} `pulse-ci fix` {proposal.does}.")


def _proposals(case: Case) -> Iterator[Proposal]:
    return (each for propose in PROPOSERS for each in propose(case) if isinstance(each, Proposal))


def mend(case: Case) -> Mended:
    """Apply, one after the other and each on the result of those before it, all fixes that prove themselves."""
    done = list[Proposal]()
    while after := next(_better(case), None):
        done.append(after[0])
        case = after[1]
    declined = tuple(each for propose in PROPOSERS for each in propose(case) if isinstance(each, Declined))
    return Mended(case, tuple(done), declined)


def _better(case: Case) -> Iterator[tuple[Proposal, Case]]:
    for proposal in _proposals(case):
        if after := judge(case, proposal):
            yield proposal, after
