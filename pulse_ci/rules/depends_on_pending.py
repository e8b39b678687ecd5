"""depends-on-pending: files that only work together, as shown by what each touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, Review, Rule, RuleMatch
from pulse_ci.model import Severity
from pulse_ci.rules.examples import EXAMPLE_HEADER, make_table_migration

if TYPE_CHECKING:
    from collections.abc import Iterator


def _check(review: Review) -> Iterator[RuleMatch]:
    if not review.is_of_change:
        return
    new = {migration.path for migration in review.new}
    for analysis in review.analyses:
        for dependency in analysis.depends_on:
            if dependency.migration.path in new:
                names = ", ".join(f"`{name}`" for name in dependency.names)
                yield RuleMatch(
                    analysis.migration.locate(),
                    f"`{analysis.migration.name}` needs {names} of `{dependency.migration.name}`, which is not applied "
                    "either: if that one fails or is taken back, this one fails too.",
                    "Put what belongs together into one file, or merge and apply the first file first.",
                )


_INDEX = (
    "CREATE INDEX IF NOT EXISTS idx_goals_id ON goals (goals_id DESC);\n"
    "-- Reverse:\n-- DROP INDEX IF EXISTS idx_goals_id;\n"
)

DEPENDS_ON_PENDING = Rule(
    name="depends-on-pending",
    severity=Severity.WARNING,
    summary="The file needs an object that another file under review makes",
    problem="Migrations are to stand alone: one that needs another new one cannot be applied, or undone, by itself.",
    remedy="Join the two files, or apply the first before the second is merged.",
    bad=Example(
        {
            "migrations/001_sites.sql": make_table_migration("sites"),
            "migrations/002_goals.sql": make_table_migration("goals"),
            "migrations/003_goals_index.sql": (EXAMPLE_HEADER + _INDEX).replace("Example\n", "Example -- expect\n", 1),
        },
        new=frozenset({"migrations/002_goals.sql", "migrations/003_goals_index.sql"}),
    ),
    good=Example(
        {
            "migrations/001_sites.sql": make_table_migration("sites"),
            "migrations/002_goals.sql": make_table_migration("goals") + "",
        },
        new=frozenset({"migrations/002_goals.sql"}),
    ),
    check=_check,
)
