"""edited-migration: a file that databases have run already is not the same any more."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, Review, Rule, RuleMatch
from pulse_ci.migrations.parse import Location
from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_table_migration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.migrations.base_diff import BaseDiff, FileEdit


def _check(review: Review) -> Iterator[RuleMatch]:
    if review.base is None:
        return
    for edit in review.base.edits:
        if review.migrations.is_migration_path(edit.previous_path or edit.path):
            yield _build_match(edit, review.base)


def _build_match(edit: FileEdit, base: BaseDiff) -> RuleMatch:
    before = edit.previous_path or edit.path
    restore = f"Restore the file as {base.label} has it"
    if base.ref:
        restore = f"git checkout {quote(base.ref)} -- {quote(before)}"
    match edit.action:
        case "modified":
            change, remedy = "was changed", f"{restore}, and put the change into a new migration"
        case "renamed":
            change = f"was renamed to `{edit.path}`"
            remedy = f"git mv {quote(edit.path)} {quote(before)}"
        case "deleted":
            change, remedy = "was deleted", f"{restore}; undo it with a new migration"
    return RuleMatch(
        Location(edit.path),
        f"`{before}` {change}, though {base.label} has it: a database that has run it never sees the difference, "
        "a new one never has what came before.",
        remedy,
    )


EDITED_MIGRATION = Rule(
    name="edited-migration",
    severity=Severity.ERROR,
    summary="A merged migration was changed, renamed or deleted",
    problem=(
        "A database that has run a file does not run it again: it keeps the old effect for ever, while every new "
        "database gets the new one. A renamed file does run again, as if it were new."
    ),
    remedy="Leave merged files as they are, and write a new migration.",
    bad=Example(
        {
            "migrations/001_sites.sql": "-- Migration: Example -- expect\n"
            + make_table_migration("sites").split("\n", 1)[1]
        },
        new=frozenset(),
        edits=("migrations/001_sites.sql",),
    ),
    good=Example(
        {
            "migrations/001_sites.sql": make_table_migration("sites"),
            "migrations/002_goals.sql": make_table_migration("goals"),
        },
        new=frozenset({"migrations/002_goals.sql"}),
    ),
    check=_check,
)
