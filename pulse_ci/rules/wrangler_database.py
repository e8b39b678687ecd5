"""wrangler-database: an entry of `d1_databases` that leads to another database than one thinks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, Review, Rule, RuleMatch
from pulse_ci.migrations.parse import Location
from pulse_ci.model import Severity
from pulse_ci.rules.examples import EXAMPLE_PATH, make_table_migration

if TYPE_CHECKING:
    from collections.abc import Iterator


def _check(review: Review) -> Iterator[RuleMatch]:
    database = review.database
    if database is None:
        return
    location, name = Location(review.config, database.line, database.line), database.binding or database.name or "?"
    if database.id and database.preview_id == database.id:
        yield RuleMatch(
            location,
            f"`preview_database_id` of `{name}` is its `database_id`: `wrangler dev --remote` and "
            "`wrangler d1 execute --preview` write to the very database that they are to spare.",
            f"Make another (`wrangler d1 create {database.name or 'NAME'}-preview`) and put its id there.",
        )
    if not database.id:
        yield RuleMatch(
            location,
            f"`{name}` has no `database_id`: wrangler takes the database of that name in whatever account the token "
            "belongs to, or makes one.",
            f"Write its id there (`wrangler d1 info {database.name or 'NAME'}`).",
            Severity.NOTICE,
        )


def _make_config(*lines: str) -> str:
    return "\n".join(("[[d1_databases]]", *lines, ""))


_NAMES = ('binding = "DB"', 'database_name = "pulse_analytics"')

WRANGLER_DATABASE = Rule(
    name="wrangler-database",
    severity=Severity.WARNING,
    summary="wrangler's configuration gives a database the same id for preview, or no id",
    problem=(
        "What is tried with `--preview` or `wrangler dev --remote` is meant to spare the real rows. Without an id, a "
        "database is found by its name, which another account may have too."
    ),
    remedy="Give each its own id.",
    bad=Example(
        {
            EXAMPLE_PATH: make_table_migration("sites"),
            "wrangler.toml": _make_config(
                *_NAMES, 'database_id = "1f2e3d4c" # -- expect', 'preview_database_id = "1f2e3d4c"'
            ),
        }
    ),
    good=Example(
        {
            EXAMPLE_PATH: make_table_migration("sites"),
            "wrangler.toml": _make_config(*_NAMES, 'database_id = "1f2e3d4c"', 'preview_database_id = "9a8b7c6d"'),
        }
    ),
    check=_check,
)
