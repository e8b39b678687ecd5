"""migration-number-gap, -duplicate and -order: numbers that do not follow one another."""

from __future__ import annotations

from pathlib import PurePosixPath
from shlex import quote
from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, Review, Rule, RuleMatch
from pulse_ci.layout import make_sort_key
from pulse_ci.migrations.parse import parse_number
from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_table_migration

if TYPE_CHECKING:
    from collections.abc import Iterator

from pulse_ci.migrations.parse import Migration


def _read_base_numbers(review: Review) -> dict[int, str]:
    """Numbers that the base branch has by now, without those of the checkout's own new files."""
    if review.base is None:
        return {}
    migrations, paths = review.migrations, review.base.files_at_tip - review.base.added
    known = {
        path: parse_number(migrations.find_name(path) or "") for path in paths if migrations.is_migration_path(path)
    }
    return {number: path for path, number in sorted(known.items(), reverse=True) if number is not None}


def find_next_free_number(review: Review) -> int:
    """Return one above the highest number, here or at the base branch's tip, that is spelled as most are."""
    width = review.migrations.number_width
    return max(
        [review.migrations.next_number, *(number + 1 for number in _read_base_numbers(review) if number < 10**width)]
    )


def _format_rename_command(review: Review, migration: Migration, number: int) -> str:
    new = f"{number:0{review.migrations.number_width}}"
    source, target = replace_digits(migration, new)
    return f"git mv {quote(source)} {quote(target)}"


def replace_digits(migration: Migration, digits: str) -> tuple[str, str]:
    """Return the path of the file or folder that has the number, and what it is with other digits."""
    path, old = PurePosixPath(migration.path), migration.digits or ""
    numbered = path if path.name.startswith(old) else path.parent
    return str(numbered), str(numbered.with_name(f"{digits}{numbered.name.removeprefix(old)}"))


def _check_gap(review: Review) -> Iterator[RuleMatch]:
    known = review.migrations.numbers | _read_base_numbers(review).keys()
    for migration in () if review.migrations.uses_timestamps else review.new:
        number, digits = migration.number, migration.digits or ""
        if number is None or number <= 1 or number - 1 in known or number - 1 <= review.baseline:
            continue
        if len(digits) != review.migrations.number_width:
            continue
        previous = max((each for each in known if each < number), default=review.baseline)
        yield RuleMatch(
            migration.locate(),
            f"{migration.digits} {_describe_predecessor(review, previous)}: {_describe_missing(previous, number)}.",
            f"{_format_rename_command(review, migration, previous + 1)}  (or commit the missing file)",
        )


def _describe_predecessor(review: Review, previous: int) -> str:
    return f"follows {previous:0{review.migrations.number_width}}" if previous else "is the first"


def _describe_missing(previous: int, number: int) -> str:
    first, last = previous + 1, number - 1
    return f"number {first} is missing" if first == last else f"numbers {first} to {last} are missing"


def _check_duplicate(review: Review) -> Iterator[RuleMatch]:
    new = {migration.path for migration in review.new}
    merged = dict[int, str]()
    for migration in review.migrations.migrations:
        if migration.number is not None and migration.path not in new:
            merged.setdefault(migration.number, migration.path)
    for number, path in _read_base_numbers(review).items():
        merged.setdefault(number, f"{path} on {review.base.label if review.base else 'the base branch'}")
    for analysis in review.analyses:
        migration = analysis.migration
        if migration.number is None:
            continue
        other = merged.setdefault(migration.number, migration.path)
        if other != migration.path:
            first = min(migration.path, other, key=lambda path: make_sort_key(path.rpartition("/")[2]))
            needs_other = any(each.migration.number == migration.number for each in analysis.depends_on)
            yield RuleMatch(
                migration.locate(),
                f"{migration.digits} is also the number of {other}: wrangler runs `{first}` first, by its name"
                f"{', and the other one needs it' if needs_other else ''}.",
                _format_rename_command(review, migration, find_next_free_number(review)),
                Severity.ERROR if needs_other else None,
            )


def _check_order(review: Review) -> Iterator[RuleMatch]:
    base_numbers, label = _read_base_numbers(review), review.base.label if review.base else "it"
    for migration in review.new:
        number = migration.number
        if number is not None and number not in base_numbers and number < max(base_numbers, default=0):
            yield RuleMatch(
                migration.locate(),
                f"{migration.digits} comes before {max(base_numbers):0{review.migrations.number_width}}, "
                f"which {label} already has: "
                "a database that is up to date would run it out of order.",
                _format_rename_command(review, migration, find_next_free_number(review)),
            )


MIGRATION_NUMBER_GAP = Rule(
    name="migration-number-gap",
    severity=Severity.ERROR,
    summary="A number is missing before this one",
    problem="A gap is a file that was forgotten, or a number that somebody else will take and run out of order.",
    remedy="Number the file one above the highest, or commit the file that is missing.",
    bad=Example(
        {
            "migrations/001_sites.sql": make_table_migration("sites"),
            "migrations/003_goals.sql": "-- Migration: Example -- expect\n"
            + make_table_migration("goals").split("\n", 1)[1],
        }
    ),
    good=Example(
        {
            "migrations/001_sites.sql": make_table_migration("sites"),
            "migrations/002_goals.sql": make_table_migration("goals"),
        }
    ),
    check=_check_gap,
    is_convention=True,
)

MIGRATION_NUMBER_DUPLICATE = Rule(
    name="migration-number-duplicate",
    severity=Severity.WARNING,
    summary="Two files share a number",
    problem=(
        "Two branches took the same next number. wrangler runs the files by number and then by name, which may not be "
        "the order in which they were written and tested."
    ),
    remedy="Give the file that is not merged yet the next free number.",
    bad=Example(
        {
            "migrations/001_goals.sql": make_table_migration("goals"),
            "migrations/001_sites.sql": "-- Migration: Example -- expect\n"
            + make_table_migration("sites").split("\n", 1)[1],
        }
    ),
    good=Example(
        {
            "migrations/001_goals.sql": make_table_migration("goals"),
            "migrations/002_sites.sql": make_table_migration("sites"),
        }
    ),
    check=_check_duplicate,
)

MIGRATION_NUMBER_ORDER = Rule(
    name="migration-number-order",
    severity=Severity.ERROR,
    summary="A new number is below one that is merged already",
    problem="Databases that have run the higher number run this file after it: not the order that was tested.",
    remedy="Give the file the next free number.",
    bad=Example(
        {
            "migrations/001_sites.sql": make_table_migration("sites"),
            "migrations/002_goals.sql": "-- Migration: Example -- expect\n"
            + make_table_migration("goals").split("\n", 1)[1],
            "migrations/003_events.sql": make_table_migration("events"),
        },
        new=frozenset({"migrations/002_goals.sql"}),
    ),
    good=Example(
        {
            "migrations/001_sites.sql": make_table_migration("sites"),
            "migrations/002_events.sql": make_table_migration("events"),
            "migrations/003_goals.sql": make_table_migration("goals"),
        },
        new=frozenset({"migrations/003_goals.sql"}),
    ),
    check=_check_order,
)
