"""migration-name: a file whose name hides its place in the order."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from shlex import quote
from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, Remark, Review, Rule
from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_table_migration
from pulse_ci.rules.migration_number import find_next_free_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.migrations.parse import Migration


def _check(review: Review) -> Iterator[Remark]:
    width = review.migrations.number_width
    for migration in review.new:
        if migration.digits is None:
            yield _build_match(review, migration, "has no number, an underscore and a description")
        elif len(migration.digits) != width:
            yield _build_match(
                review, migration, f"has {len(migration.digits)} digits where its neighbours have {width}"
            )


def _build_match(review: Review, migration: Migration, problem: str) -> Remark:
    new_path = PurePosixPath(migration.path).with_name(_propose_name(migration.name, review))
    return Remark(
        migration.locate(),
        f"`{migration.name}` {problem}: tools disagree on when it runs.",
        f"git mv {quote(migration.path)} {quote(str(new_path))}",
    )


def _propose_name(name: str, review: Review) -> str:
    stem, width = name[: -len(".sql")], review.migrations.number_width
    digits = re.match(r"[0-9]*", stem)
    number = digits[0].lstrip("0") if digits and digits[0] else "N" * width
    if len(number) > width:
        number = str(find_next_free_number(review))
    words = re.sub(r"[^A-Za-z0-9]+", "_", stem.lstrip("0123456789")).strip("_").lower() or "description"
    return f"{number.zfill(width)}_{words}.sql"


MIGRATION_NAME = Rule(
    name="migration-name",
    severity=Severity.ERROR,
    summary="A file is not named `NNN_description.sql`",
    problem=(
        "The number is the order in which files run. A file without one, or with another width than its neighbours, "
        "runs first with one tool and last with another."
    ),
    remedy="Rename the file: as many digits as its neighbours have, an underscore, a description, `.sql`.",
    bad=Example(
        {
            "migrations/001_sites.sql": make_table_migration("sites"),
            "migrations/2_goals.sql": "-- Migration: Example -- expect\n"
            + make_table_migration("goals").split("\n", 1)[1],
            "migrations/003_events.sql": make_table_migration("events"),
        }
    ),
    good=Example(
        {
            "migrations/001_sites.sql": make_table_migration("sites"),
            "migrations/002_goals.sql": make_table_migration("goals"),
        }
    ),
    check=_check,
)
