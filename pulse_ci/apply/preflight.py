"""What keeps apply from running anything, unless it is told by name to go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.d1.migration_status import MigrationStatus
from pulse_ci.drift.compare import compare
from pulse_ci.errors import ConfigError, MigrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from pulse_ci.d1.migration_status import DatabaseMigrations
    from pulse_ci.drift.allowlist import AllowedDifference
    from pulse_ci.model import Change

# The names under which obstacles are allowed.
BLOCKER_NAMES = ("drift", "edited", "missing", "findings", "lost-rows")
_BLOCKER_BY_STATUS = {
    MigrationStatus.EDITED: "edited",
    MigrationStatus.FILE_MISSING: "missing",
    MigrationStatus.NOT_IN_SCHEMA: "drift",
}


@dataclass(frozen=True, slots=True)
class Blocker:
    """A reason to run nothing, and the name under which it can be allowed; None where it cannot."""

    name: str | None
    message: str


def find_blockers(
    state: DatabaseMigrations, find_allowed: Callable[[Change], AllowedDifference | None] = lambda _: None
) -> Iterator[Blocker]:
    """Yield what in the state of a database speaks against running its pending files."""
    if unrecorded := _describe_unrecorded(state):
        yield Blocker(None, unrecorded)
    for each in state.files:
        if name := _BLOCKER_BY_STATUS.get(each.status):
            yield Blocker(name, f"`{each.name}` is {each.status.value}: {each.detail}")
    if found := [each.sentence for each in compare(state.expected, state.actual, find_allowed).unallowed]:
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        yield Blocker("drift", f"the database has drifted: {', '.join(found[:5])}{more}; see `pulse-ci drift`")


def _describe_unrecorded(state: DatabaseMigrations) -> str | None:
    if state.recorded is None:
        ran = [each.name for each in state.files if each.has_run]
        if ran:
            return (
                f"nothing records what ran on it, and its schema is that of `{ran[0]}` to `{ran[-1]}`: "
                "record them with --adopt, then apply the rest"
            )
    names = [each.name for each in state.files if each.status is MigrationStatus.NOT_RECORDED]
    if state.recorded is not None and names:
        listed = ", ".join(f"`{name}`" for name in names)
        return f"what {listed} makes is there, and not recorded: record it with --adopt"
    return None


def require_no_blockers(database: str, blockers: Iterable[Blocker], allowed: Collection[str]) -> None:
    """Raise what is not allowed, all of it in one message.

    Raises:
        ConfigError: a name in `allowed` is none of NAMES.
        MigrationError: there is an obstacle that is not allowed.

    """
    require_blocker_names(allowed)
    if remaining := [each for each in blockers if each.name not in allowed]:
        listed = "".join(f"\n  {each.message}" for each in remaining)
        told = f"\nTo go on all the same: {words}" if (words := format_allow_flags(remaining)) else ""
        raise MigrationError(f"Nothing was run on {database}:{listed}{told}")


def require_blocker_names(allowed: Iterable[str]) -> None:
    """Raise ConfigError where a name is none of NAMES."""
    for name in allowed:
        if name not in BLOCKER_NAMES:
            raise ConfigError(f"--allow {name}: there is no such obstacle. Name one of {', '.join(BLOCKER_NAMES)}.")


def format_allow_flags(blockers: Iterable[Blocker]) -> str:
    """Return the flags that allow these obstacles, as far as they can be."""
    return " ".join(f"--allow {name}" for name in sorted({each.name for each in blockers if each.name}))
