"""Pre-flight checks: what blocks a database; `--allow NAME` overrides one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pulse_ci.d1.migration_status import MigrationStatus
from pulse_ci.drift.compare import compare
from pulse_ci.errors import ConfigError, MigrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from pulse_ci.apply.expected_losses import ExpectedLoss
    from pulse_ci.apply.target import TargetDatabase
    from pulse_ci.d1.database_state import DatabaseState
    from pulse_ci.d1.migration_status import DatabaseMigrations
    from pulse_ci.drift.allowlist import AllowedDifference
    from pulse_ci.model import Change

# What `--allow` can name, besides rules.
BLOCKER_NAMES = ("drift", "edited", "missing", "lost-rows")
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


class Checks(Protocol):
    """The checks before files run on a database."""

    allowed: tuple[str, ...]

    @property
    def depends_on_name(self) -> bool:
        """Whether databases that are alike may be blocked differently."""

    def find_in_state(self, state: DatabaseMigrations, name: str) -> Iterator[Blocker]:
        """Yield what in the records and the schema of a database blocks it."""

    def find_in_files(self, target: TargetDatabase, live: DatabaseState) -> Iterator[Blocker]:
        """Yield what in the pending files blocks the database."""

    def count_losses(self, target: TargetDatabase, live: DatabaseState) -> list[tuple[ExpectedLoss, int]]:
        """Return what the pending files delete, with how much of it the database has."""


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
    """Raise a MigrationError that lists the blockers that are not allowed, if there are any."""
    if remaining := [each for each in blockers if each.name not in allowed]:
        listed = "".join(f"\n  {each.message}" for each in remaining)
        advice = f"\nTo continue anyway: {flags}" if (flags := format_allow_flags(remaining)) else ""
        raise MigrationError(f"Nothing was run on {database}:{listed}{advice}")


def require_blocker_names(allowed: Iterable[str], rules: Collection[str] = ()) -> None:
    """Raise ConfigError for a name that is neither one of BLOCKER_NAMES nor a rule."""
    for name in allowed:
        if name not in BLOCKER_NAMES and name not in rules:
            known = f"{', '.join(BLOCKER_NAMES)}{', or a rule' if rules else ''}"
            raise ConfigError(f"--allow {name}: there is no such obstacle. Name one of {known}.")


def format_allow_flags(blockers: Iterable[Blocker]) -> str:
    """Return the flags that allow these blockers, as far as they can be."""
    return " ".join(f"--allow {name}" for name in sorted({each.name for each in blockers if each.name}))
