"""migration-name: a file whose name hides its place in the order."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from shlex import quote
from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, Remark, Review, Rule
from pulse_ci.model import Severity
from pulse_ci.rules.examples import table
from pulse_ci.rules.migration_number import next_free

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.migrations.parse import Migration


def _check(review: Review) -> Iterator[Remark]:
    width = review.migrations.number_width
    for migration in review.new:
        if migration.digits is None:
            yield _remark(review, migration, "has no number, an underscore and a description")
        elif len(migration.digits) != width:
            yield _remark(review, migration, f"has {len(migration.digits)} digits where its neighbours have {width}")


def _remark(review: Review, migration: Migration, what: str) -> Remark:
    proposal = PurePosixPath(migration.path).with_name(_proposal(migration.name, review))
    return Remark(
        migration.locate(),
        f"`{migration.name}` {what}: tools disagree on when it runs.",
        f"git mv {quote(migration.path)} {quote(str(proposal))}",
    )


def _proposal(name: str, review: Review) -> str:
    stem, width = name[: -len(".sql")], review.migrations.number_width
    digits = re.match(r"[0-9]*", stem)
    number = digits[0].lstrip("0") if digits and digits[0] else "N" * width
    if len(number) > width:
        number = str(next_free(review))
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
            "migrations/001_sites.sql": table("sites"),
            "migrations/2_goals.sql": "-- Migration: Example -- expect\n" + table("goals").split("\n", 1)[1],
            "migrations/003_events.sql": table("events"),
        }
    ),
    good=Example({"migrations/001_sites.sql": table("sites"), "migrations/002_goals.sql": table("goals")}),
    check=_check,
)
