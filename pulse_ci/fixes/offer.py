"""A review's findings to those with a fix; a file to the one that is mended as far as that goes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulse_ci.fixes import headers, rebuilds, reverses, statements
from pulse_ci.fixes.case import Case, case_of, why_not
from pulse_ci.fixes.judge import judge
from pulse_ci.fixes.proposal import Declined, Proposal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pulse_ci.model import Finding, Fix
    from pulse_ci.rules.rule import Review

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


@dataclass(frozen=True, slots=True)
class Mended:
    """A file mended: the case at its end, what was done by rule, and why the rest was not."""

    case: Case
    done: tuple[Proposal, ...]
    declined: tuple[Declined, ...]


def offer(review: Review, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings, those that a fix mends with it; each fix was proven alone, on the files as they are."""
    fixes: dict[Finding, Fix] = {}
    tried = 0
    paths = {finding.path for finding in findings if not finding.ignored}
    for evidence in review.evidence:
        touched = {evidence.migration.path, *(each.path for each in review.reverse_files)} & paths
        case = case_of(review, evidence)
        if touched and tried < MOST_FILES and not why_not(case):
            offered = dict(_offered(case))
            tried += bool(offered)
            fixes = {**offered, **fixes}
    return tuple(_with_fix(finding, fixes.get(finding)) for finding in findings)


def _offered(case: Case) -> Iterator[tuple[Finding, Fix]]:
    settled: set[Finding] = set()
    for proposal in _proposals(case):
        aimed = {finding for finding in case.found(proposal.rule) if finding not in settled}
        after = judge(case, proposal) if aimed else None
        if after:
            gone = [each for each in case.findings if each not in settled and _is_gone(each, after)]
            settled |= set(gone)
            fix = proposal.as_fix(case.path, case.review.migrations)
            yield from ((finding, fix) for finding in gone)


def _is_gone(finding: Finding, after: Case) -> bool:
    key = (finding.rule, finding.path, finding.message)
    return all((each.rule, each.path, each.message) != key for each in after.findings)


def _with_fix(finding: Finding, fix: Fix | None) -> Finding:
    if fix is None:
        return finding
    stop = "" if finding.remedy.endswith(".") else "."
    return replace(finding, fix=fix, remedy=f"{finding.remedy}{stop} `pulse-ci fix` {fix.does}.")


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
