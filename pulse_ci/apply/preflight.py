"""What keeps apply from running anything, unless it is told by name to go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.d1.migration_status import Standing
from pulse_ci.drift.compare import compare
from pulse_ci.errors import ConfigError, MigrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from pulse_ci.d1.migration_status import State
    from pulse_ci.drift.allowlist import Allowance
    from pulse_ci.model import Change

# The names under which obstacles are allowed.
NAMES = ("drift", "edited", "missing", "findings", "lost-rows")
_BY_STANDING = {Standing.EDITED: "edited", Standing.MISSING: "missing", Standing.NOT_THERE: "drift"}


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A reason to run nothing, and the name under which it can be allowed; None where it cannot."""

    name: str | None
    sentence: str


def obstacles(state: State, allowance: Callable[[Change], Allowance | None] = lambda _: None) -> Iterator[Obstacle]:
    """Yield what in the state of a database speaks against running its pending files."""
    if unrecorded := _unrecorded(state):
        yield Obstacle(None, unrecorded)
    for each in state.files:
        if name := _BY_STANDING.get(each.standing):
            yield Obstacle(name, f"`{each.name}` is {each.standing.value}: {each.note}")
    if found := [each.sentence for each in compare(state.expected, state.live, allowance).open]:
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        yield Obstacle("drift", f"the database has drifted: {', '.join(found[:5])}{more}; see `pulse-ci drift`")


def _unrecorded(state: State) -> str | None:
    if state.recorded is None:
        ran = [each.name for each in state.files if each.ran]
        if ran:
            return (
                f"nothing records what ran on it, and its schema is that of `{ran[0]}` to `{ran[-1]}`: "
                "record them with --adopt, then apply the rest"
            )
    names = [each.name for each in state.files if each.standing is Standing.NOT_RECORDED]
    if state.recorded is not None and names:
        listed = ", ".join(f"`{name}`" for name in names)
        return f"what {listed} makes is there, and not recorded: record it with --adopt"
    return None


def refuse(database: str, found: Iterable[Obstacle], allowed: Collection[str]) -> None:
    """Raise what is not allowed, all of it in one message.

    Raises:
        ConfigError: a name in `allowed` is none of NAMES.
        MigrationError: there is an obstacle that is not allowed.

    """
    check_names(allowed)
    if left := [each for each in found if each.name not in allowed]:
        listed = "".join(f"\n  {each.sentence}" for each in left)
        told = f"\nTo go on all the same: {words}" if (words := allowing(left)) else ""
        raise MigrationError(f"Nothing was run on {database}:{listed}{told}")


def check_names(allowed: Iterable[str]) -> None:
    """Raise ConfigError where a name is none of NAMES."""
    for name in allowed:
        if name not in NAMES:
            raise ConfigError(f"--allow {name}: there is no such obstacle. Name one of {', '.join(NAMES)}.")


def allowing(found: Iterable[Obstacle]) -> str:
    """Return the flags that allow these obstacles, as far as they can be."""
    return " ".join(f"--allow {name}" for name in sorted({each.name for each in found if each.name}))
