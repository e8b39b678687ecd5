"""migrations-pattern: what wrangler would run is not what this directory means."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, Review, Rule, RuleMatch
from pulse_ci.layout import FLAT_PATTERN, FOLDER_PATTERN, Layout, suggest_pattern
from pulse_ci.migrations.parse import Location
from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_table_migration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.migrations.parse import Migration


def _check(review: Review) -> Iterator[RuleMatch]:
    migrations = review.migrations
    for reverse in migrations.reverse_files:
        name = migrations.find_name(reverse.path)
        if name is not None and migrations.layout.matches(name):
            yield RuleMatch(
                reverse.locate(),
                f"wrangler's `migrations_pattern` takes `{reverse.path}` for a migration: "
                "`wrangler d1 migrations apply` would run it and undo what it has just done.",
                f'Set `migrations_pattern` to "{migrations.directory}/*.sql"',
            )
    folders_are_unknown = migrations.layout == Layout(FOLDER_PATTERN) and review.database is not None
    if folders_are_unknown and review.new:
        yield _build_unknown_layout_remark(review, review.new[0])
    for path in migrations.unmatched:
        if review.is_of_change and review.is_new(path):
            yield _build_unmatched_remark(path, migrations)


def _build_unknown_layout_remark(review: Review, migration: Migration) -> RuleMatch:
    directory = review.migrations.directory
    return RuleMatch(
        migration.locate(),
        f"`wrangler d1 migrations apply` runs no file of `{directory}`: without `migrations_pattern` it takes "
        f"`{FLAT_PATTERN}` there, and the migrations lie in folders.",
        f'If you apply with wrangler, set `"migrations_pattern": "{directory}/{FOLDER_PATTERN}"` in {review.config}',
        Severity.WARNING,
    )


def _build_unmatched_remark(path: str, migrations: MigrationSet) -> RuleMatch:
    name = migrations.find_name(path) or path
    pattern, pattern_for_all = migrations.layout.pattern, suggest_pattern([name])
    looks_meant = "/" not in name or PurePosixPath(name).name == "migration.sql"
    remedy = f"Move the file out of `{migrations.directory}`, or name it so that `{pattern}` matches it"
    if migrations.layout.is_configured and pattern_for_all:
        remedy = f'Set `migrations_pattern` to "{migrations.directory}/{pattern_for_all}", or move the file'
    return RuleMatch(
        Location(path),
        f"wrangler never runs `{path}`: it takes `{pattern}` below `{migrations.directory}` for migrations.",
        remedy,
        None if looks_meant else Severity.NOTICE,
    )


MIGRATIONS_PATTERN = Rule(
    name="migrations-pattern",
    severity=Severity.ERROR,
    summary="wrangler runs the reverse files too, or never runs a new file",
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
