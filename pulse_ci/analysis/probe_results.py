"""Findings and what real rows say of them: the severity follows the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.model import ProbeResult, Severity
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.analysis.rule import Review
    from pulse_ci.model import Finding, Probe, ProbeCounts

_EXACT_COUNT = 1_000


def apply_probe_results(
    findings: tuple[Finding, ...], answers: Mapping[Probe, ProbeCounts], review: Review, database: str
) -> tuple[Finding, ...]:
    """Return the findings with their answers: an error where rows are in the way, else a notice.

    Where not all rows were looked at, or the files themselves write to the table before, the severity stays.
    """
    return tuple(
        _apply_result(each, each.probe, answers[each.probe], review, database)
        if each.probe and each.probe in answers
        else each
        for each in findings
    )


def _apply_result(finding: Finding, probe: Probe, answer: ProbeCounts, review: Review, database: str) -> Finding:
    will_change = _is_written_before(finding, probe.table, review)
    severity = finding.severity if will_change else _choose_severity(answer, finding.severity)
    when = f" now, before these files write to `{probe.table}`" if will_change else ""
    said = f"`{database}` has {describe_counts(probe, answer)}{when}."
    found, scanned = round_count(answer.found), round_count(answer.rows_scanned)
    return replace(finding, severity=severity, answer=ProbeResult(database, found, scanned, said))


def _choose_severity(answer: ProbeCounts, unknown: Severity) -> Severity:
    if answer.found:
        return Severity.ERROR
    return Severity.NOTICE if answer.is_complete else unknown


def describe_counts(probe: Probe, answer: ProbeCounts) -> str:
    """Return "3 duplicates of `url` in 12,431 rows", or "… in the first 100,000 rows"."""
    noun, _, rest = probe.noun_phrase.partition(" ")
    counted = f"{_format_count(answer.found)} {noun.removesuffix('s') if answer.found == 1 else noun} {rest}".strip()
    if not answer.is_complete:
        return f"{counted} in the first {answer.rows_scanned:,} rows"
    return f"{counted} in {_format_count(answer.rows_scanned)} row{'' if answer.rows_scanned == 1 else 's'}"


def round_count(count: int) -> int:
    """Return a count with two digits that say something above 1,000: an exact one could carry a value out."""
    return count if count <= _EXACT_COUNT else round(count, 2 - len(str(count)))


def _format_count(count: int) -> str:
    return f"{'about ' if count > _EXACT_COUNT else ''}{round_count(count):,}"


def _is_written_before(finding: Finding, table: str, review: Review) -> bool:
    """Whether an earlier statement of the files under review writes to the table, so that the rows will be others."""
    for evidence in review.analyses:
        for statement, access in evidence.replayed.run.executed:
            if evidence.migration.path == finding.path and statement.line >= finding.line:
                return False
            if fold(table) in map(fold, access.writes | access.drops):
                return True
        if evidence.migration.path == finding.path:
            return False
    return False
