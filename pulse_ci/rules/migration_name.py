"""migration-name: a file whose name hides its place in the order."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from shlex import quote
from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Example, Review, Rule, RuleMatch
from pulse_ci.migrations.discover import DEFAULT_NUMBER_WIDTH
from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_table_migration
from pulse_ci.rules.migration_number import find_next_free_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.migrations.parse import Migration

_FEW = 3
_DESCRIPTION = re.compile(r"[_. -]*[A-Za-z0-9][A-Za-z0-9_. -]*")


@dataclass(frozen=True, slots=True)
class NameForm:
    """How a name begins: so many digits, and the character that follows them."""

    width: int
    separator: str


PULSE_FORM = NameForm(DEFAULT_NUMBER_WIDTH, "_")


def read_form(migration: Migration) -> NameForm | None:
    """Return the form of a name, or None where it begins with no number."""
    if migration.digits is None:
        return None
    numbered = next(part for part in reversed(migration.name.split("/")) if part.startswith(migration.digits))
    separator = numbered[len(migration.digits) :][:1]
    description = numbered[len(migration.digits) + 1 :].removesuffix(".sql")
    return NameForm(len(migration.digits), separator) if _DESCRIPTION.fullmatch(description) else None


def find_usual_forms(migrations: Iterable[Migration]) -> tuple[NameForm | None, ...]:
    """Return the form that most files have, and any other that is a quarter of them and not a slip."""
    counts = Counter(read_form(each) for each in migrations)
    first, *others = [form for form, _ in counts.most_common()] or [PULSE_FORM]
    return (first, *(form for form in others if counts[form] >= max(_FEW, counts.total() / 4)))


def _check(review: Review) -> Iterator[RuleMatch]:
    new = frozenset(review.new)
    merged = [each for each in review.migrations.migrations if each not in new]
    usual = find_usual_forms(merged or review.migrations.migrations)
    form = next(iter(usual), None) or PULSE_FORM
    for migration in review.new:
        own = read_form(migration)
        if own not in usual or (own is None and len(merged) < _FEW):
            yield _build_remark(review, migration, own, form)


def _build_remark(review: Review, migration: Migration, own: NameForm | None, form: NameForm) -> RuleMatch:
    if own is None:
        problem = "does not begin with a number and a description"
    elif own.width != form.width:
        problem = f"has {own.width} digits where its neighbours have {form.width}"
    else:
        problem = f"has `{own.separator}` after its number where its neighbours have `{form.separator}`"
    source, target = _propose_path(review, migration, form)
    return RuleMatch(
        migration.locate(),
        f"`{migration.name}` {problem}: tools disagree on when it runs.",
        f"git mv {quote(source)} {quote(target)}",
    )


def _propose_path(review: Review, migration: Migration, form: NameForm) -> tuple[str, str]:
    path = PurePosixPath(migration.path)
    named = path.parent if path.name == "migration.sql" else path
    stem, suffix = (named.name, "") if named != path else (named.name[: -len(".sql")], ".sql")
    digits = re.match(r"[0-9]*", stem)
    number = digits[0].lstrip("0") if digits and digits[0] else "N" * form.width
    if len(number) > form.width:
        number = str(find_next_free_number(review))
    words = re.sub(r"[^A-Za-z0-9]+", form.separator or "_", stem.lstrip("0123456789")).strip("_.- ").lower()
    name = f"{number.zfill(form.width)}{form.separator or '_'}{words or 'description'}{suffix}"
    return str(named), str(named.with_name(name))


MIGRATION_NAME = Rule(
    name="migration-name",
    severity=Severity.ERROR,
    summary="A file is not named as its neighbours are",
    problem=(
        "The number is the order in which files run. A file without one, or with another width than its neighbours, "
        "runs first with one tool and last with another."
    ),
    remedy="Rename the file: as many digits as its neighbours have, the same separator, a description, `.sql`.",
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
    is_convention=True,
)
