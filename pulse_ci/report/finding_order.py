"""Findings in the order in which a reader in a hurry should meet them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.model import Finding

# Of equal severity, what loses rows and what D1 refuses come before what is only untidy.
_MOST_SEVERE_RULES = (
    "rebuild-cascades",
    "rows-lost",
    "drop-table",
    "drop-column",
    "replay-fails",
    "explicit-transaction",
    "rebuild-fails-with-rows",
    "rebuild-self-reference",
    "rebuild-renames-references",
    "rebuild-loses-objects",
    "foreign-key-violation",
    "not-idempotent",
)


def sort_by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings by severity, then by what is at stake, then as they stand in the files."""
    return sorted(findings, key=_sort_key)


def _sort_key(finding: Finding) -> tuple[int, int, str, int, str]:
    position = _MOST_SEVERE_RULES.index(finding.rule) if finding.rule in _MOST_SEVERE_RULES else len(_MOST_SEVERE_RULES)
    return finding.severity.rank, position, finding.path, finding.line, finding.rule
