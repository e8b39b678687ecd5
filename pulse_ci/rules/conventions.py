"""PULSE's conventions: each is required where a repository's merged files keep it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pulse_ci.errors import ConfigError
from pulse_ci.layout import FOLDER_PATTERN
from pulse_ci.sql.operations import AddColumn, Create, DropColumn, RenameColumn, RenameTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pulse_ci.migrations.discover import MigrationSet
    from pulse_ci.migrations.parse import Migration

AUTO, ALL, NONE = "auto", "all", "none"
_FEW = 3  # merged files, too few to tell a habit
_NEWEST = 40  # a habit is what was done lately
_BREAKPOINT = "--> statement-breakpoint"
_WITHOUT_GUARD = (AddColumn, DropColumn, RenameColumn, RenameTable)


@dataclass(frozen=True, slots=True)
class Convention:
    """A convention, its rules, and whether a file keeps it; None where the file cannot tell."""

    name: str
    rules: tuple[str, ...]
    keeps: Callable[[Migration, MigrationSet], bool | None]


def _has_header(migration: Migration, _: MigrationSet) -> bool:
    header = migration.header
    return header.date is not None and (header.title is not None or header.reversed_number is not None)


def _is_idempotent(migration: Migration, _: MigrationSet) -> bool | None:
    operations = [statement.operation for statement in migration.statements]
    if any(isinstance(each, _WITHOUT_GUARD) for each in operations):
        return None
    creates = [each for each in operations if isinstance(each, Create)]
    return all(each.if_exists_position is None for each in creates) if creates else None


def _has_predecessor(migration: Migration, migrations: MigrationSet) -> bool | None:
    number = migration.number
    if number is None or migrations.uses_timestamps:
        return None
    return number <= 1 or number - 1 in migrations.numbers


CONVENTIONS = (
    Convention("names", ("migration-name",), lambda each, _: each.digits is not None),
    Convention("numbers", ("migration-number-gap",), _has_predecessor),
    Convention("header", ("missing-header", "header-date"), _has_header),
    Convention("reason", ("missing-reason",), lambda each, _: each.header.reason is not None),
    Convention(
        "reverse",
        ("missing-drop", "reverse-incomplete"),
        lambda each, migrations: migrations.find_reverse(each) is not None,
    ),
    Convention("idempotent", ("not-idempotent",), _is_idempotent),
)
_BY_NAME = {each.name: each for each in CONVENTIONS} | {rule: each for each in CONVENTIONS for rule in each.rules}


@dataclass(frozen=True, slots=True)
class Choice:
    """The rules that are skipped as no habit, and the line that says so; "" where nothing was taken from the files."""

    skipped: frozenset[str] = frozenset()
    sentence: str = ""


def require_convention_names(names: Sequence[str]) -> None:
    """Raise ConfigError unless these are auto, all, none, or names of conventions or of their rules."""
    for name in names:
        if name not in _BY_NAME and (name not in (AUTO, ALL, NONE) or len(names) > 1):
            close = get_close_matches(name, [AUTO, ALL, NONE, *_BY_NAME], n=1)
            raise ConfigError(
                f"conventions: {name!r} is not one.{f' Did you mean {close[0]}?' if close else ''} "
                f"Write auto, all, none, or some of {', '.join(each.name for each in CONVENTIONS)}."
            )


def choose_conventions(
    names: Sequence[str], migrations: MigrationSet, reviewed: Iterable[Migration], *, has_journal: bool = False
) -> Choice:
    """Return which conventions do not apply: those not named, or for `auto` those that merged files do without.

    Where all files are under review, they are the history too. `has_journal` says that a generator keeps a journal.
    """
    if tuple(names) != (AUTO,):
        wanted = CONVENTIONS if ALL in names else tuple(_BY_NAME[name] for name in names if name != NONE)
        return Choice(frozenset(rule for each in CONVENTIONS if each not in wanted for rule in each.rules))
    new = {each.path for each in reviewed}
    merged = [each for each in migrations.migrations if each.path not in new]
    history = (merged if merged or len(new) < _FEW else list(migrations.migrations))[-_NEWEST:]
    is_generated = has_journal or any(map(_is_generated, migrations.migrations[-_NEWEST:]))
    if len(history) < _FEW:
        return _describe(CONVENTIONS, "where a generator writes the files") if is_generated else Choice()
    off = tuple(each for each in CONVENTIONS if not _is_habit(each, history, migrations))
    return _describe(off, f"as in the last {len(history)} {'merged ' if merged else ''}files")


def _is_generated(migration: Migration) -> bool:
    is_folder = migration.name.endswith(FOLDER_PATTERN.removeprefix("*"))
    return is_folder or _BREAKPOINT in migration.text or migration.header.is_generated


def _is_habit(convention: Convention, history: Sequence[Migration], migrations: MigrationSet) -> bool:
    votes = [vote for each in history if (vote := convention.keeps(each, migrations)) is not None]
    return sum(votes) * 2 > len(votes)


def _describe(off: Sequence[Convention], why: str) -> Choice:
    on = [each.name for each in CONVENTIONS if each not in off]
    skipped = frozenset(rule for each in off for rule in each.rules)
    parts = [f"required {', '.join(on)}" if on else "", f"not required {', '.join(each.name for each in off)}"]
    sentence = f"Conventions, {why}: {'; '.join(part for part in parts if part)} (set with --conventions)"
    return Choice(skipped, sentence if off else "")
