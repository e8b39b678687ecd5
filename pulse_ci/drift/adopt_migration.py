"""Build the migration that adopts a drift: a numbered file and its reverse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.rewrite.ddl_statements import escape_unprintable

if TYPE_CHECKING:
    from datetime import date

    from pulse_ci.drift.value import Drift, FixPlan


@dataclass(frozen=True, slots=True)
class AdoptMigration:
    """The two files, which have one name, as texts."""

    name: str
    forward: str
    reverse: str


def build_adopt_migration(drift: Drift, database: str, digits: str, today: date) -> AdoptMigration | None:
    """Return the migration that gives the files' schema what the database has, or None if there is none.

    On that database itself it is recorded, and not run.
    """
    if drift.adopt.problem or not drift.adopt.statements:
        return None
    title = f"Adopt what {escape_unprintable(database)} has"
    words = re.sub(r"[^a-z0-9]+", "_", f"adopt_{database.lower()}").strip("_")
    head = [
        f"Migration: {title}",
        f"Created: {today}",
        "Reason: It was changed by hand there; with this file every database has it.",
        "Where it is there already, record it and do not run it: pulse-ci apply --adopt",
    ]
    reverse_head = [f"Reverse migration {digits}", f"Created: {today}", f"Undoes: {title}"]
    return AdoptMigration(
        name=f"{digits}_{words}.sql",
        forward=_format_file([*head, *drift.adopt.deletes, *drift.adopt.conditions], drift.adopt),
        reverse=_format_file(
            [*reverse_head, *drift.repair.deletes, *drift.repair.losses, *drift.repair.conditions], drift.repair
        ),
    )


def _format_file(comments: list[str], plan: FixPlan) -> str:
    return "".join([*(f"-- {each}\n" for each in comments), *(f"\n{each}\n" for each in plan.statements)])
