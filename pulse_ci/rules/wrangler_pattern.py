"""migrations-pattern: what wrangler would run is not what this directory means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, Remark, Review, Rule
from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_table_migration

if TYPE_CHECKING:
    from collections.abc import Iterator


def _check(review: Review) -> Iterator[Remark]:
    is_run_by_wrangler = review.run_by_wrangler
    if is_run_by_wrangler is None:
        return
    for reverse in review.migrations.reverse_files:
        if is_run_by_wrangler(reverse.path):
            yield Remark(
                reverse.locate(),
                f"wrangler's `migrations_pattern` takes `{reverse.path}` for a migration: "
                "`wrangler d1 migrations apply` would run it and undo what it has just done.",
                f'Set `migrations_pattern` to "{review.migrations.directory}/*.sql"',
            )
    for migration in review.new:
        if not is_run_by_wrangler(migration.path):
            yield Remark(
                migration.locate(),
                f"wrangler's `migrations_pattern` leaves out `{migration.path}`: "
                "`wrangler d1 migrations apply` would never run it.",
                f'Set `migrations_pattern` to "{review.migrations.directory}/*.sql"',
            )


MIGRATIONS_PATTERN = Rule(
    name="migrations-pattern",
    severity=Severity.ERROR,
    summary="wrangler's `migrations_pattern` takes the reverse files too, or leaves out a migration",
    problem=(
        "A pattern such as `migrations/**/*.sql` also matches `migrations/reverse/`: the reverse of each migration "
        "would then run as a migration of its own."
    ),
    remedy="Let the pattern match the migrations directory itself and not the folders in it.",
    bad=Example(
        {
            "migrations/001_sites.sql": make_table_migration("sites"),
            "migrations/reverse/001_sites.sql": (
                "-- Reverse migration 001 -- expect\n-- Created: 2024-03-05\nDROP TABLE IF EXISTS sites;\n"
            ),
        },
        pattern="migrations/**/*.sql",
    ),
    good=Example({"migrations/001_sites.sql": make_table_migration("sites")}, pattern="migrations/*.sql"),
    check=_check,
)
