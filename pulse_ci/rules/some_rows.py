"""What to say of a statement that D1 rejects on some rows, and runs on others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import RuleMatch
from pulse_ci.model import Severity

if TYPE_CHECKING:
    from pulse_ci.analysis.rule import MigrationAnalysis
    from pulse_ci.analysis.statement_run import Rejection


def depends_on_rows(analysis: MigrationAnalysis, rejection: Rejection) -> bool:
    """Return whether a statement that was rejected on some seeded rows ran on others."""
    return rejection in analysis.seeded_run.conditional


def remark_on_some_rows(analysis: MigrationAnalysis, rejection: Rejection) -> RuleMatch:
    """Return the warning with the query that lists the rows in a live database."""
    found = analysis.seeded_run.conditional.get(rejection)
    of_table = f" of `{found.table}`" if found else ""
    remedy = "Check the rows that it reads, and correct them first."
    if found:
        listed = f"`{found.query}` lists" if found.probe else f"Look at them with `{found.query}`, which shows"
        remedy = f"{listed} such rows; correct them first, or let the statement pass over them."
    return RuleMatch(
        analysis.migration.locate(rejection.statement),
        f"D1 rejects this statement if certain rows{of_table} exist: `{rejection.message}`. "
        "It depends on existing rows.",
        remedy,
        Severity.WARNING,
        probe=found.probe if found else None,
        unproven=True,
    )
