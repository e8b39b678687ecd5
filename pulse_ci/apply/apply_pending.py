"""Run and record the pending files of one database, one request each, and compare the schema after each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pulse_ci.apply.plan import plan_steps
from pulse_ci.errors import AmbiguousWrite, D1Error, D1Refused, MigrationError
from pulse_ci.schema.diff import diff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulse_ci.analysis.schema_history import SchemaHistory
    from pulse_ci.apply.plan import ApplyStep
    from pulse_ci.apply.target import TargetDatabase
    from pulse_ci.d1.database_state import DatabaseState

# How often a request whose fate was not known, and which turned out not to be done, is sent again.
_ATTEMPTS = 3


class AppliedBy(StrEnum):
    """How a file came to be applied."""

    THIS_RUN = "ran"
    ANOTHER_RUN = "another run applied it meanwhile"


@dataclass(frozen=True, slots=True)
class AppliedFile:
    """A file that is applied now, and how that came about."""

    name: str
    applied_by: AppliedBy


class _ConcurrentApply(Exception):
    """Another run has recorded something since the database was read; has the database as it is now."""

    def __init__(self, live: DatabaseState) -> None:
        super().__init__()
        self.live = live


def apply_pending(
    target: TargetDatabase,
    history: SchemaHistory,
    live: DatabaseState,
    plan: Callable[[DatabaseState], tuple[ApplyStep, ...]] | None = None,
) -> Iterator[AppliedFile]:
    """Run what is pending, in order, and yield each file when it is applied.

    Where another run is at it too, each file is run by one of the two. `plan` says what is to run on a database as it
    is, where that is known without trying it.

    Raises:
        MigrationError: D1 refuses a file; nothing of it was done, and those before it are applied.
        D1Error: what a file made is not what the preview showed, or it cannot be known.

    """
    known_names = live.recorded_names
    plan = plan or (lambda live: plan_steps(history, live, live.determine_status(history).pending))
    while steps := plan(live):
        try:
            for step in steps:
                live = _run_step(target, step, live)
                known_names.add(step.migration.name)
                yield AppliedFile(step.migration.name, AppliedBy.THIS_RUN)
                if live.recorded_names - known_names:
                    raise _ConcurrentApply(live)
            return
        except _ConcurrentApply as overtaken:
            live = overtaken.live
            for name in sorted(live.recorded_names - known_names):
                known_names.add(name)
                yield AppliedFile(name, AppliedBy.ANOTHER_RUN)


def _run_step(target: TargetDatabase, step: ApplyStep, live: DatabaseState) -> DatabaseState:
    """Run one file and return the database as it is then."""
    request = step.build_request(live)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            target.run(request)
        except AmbiguousWrite as error:
            now = target.read()
            if _is_recorded(now, live.last_id + 1, step.migration.name):
                return _require_expected_schema(target, step, now)
            if now.records != live.records:
                raise _ConcurrentApply(now) from None
            if attempt == _ATTEMPTS:
                raise _make_not_recorded_error(target, step, error) from error
        except D1Refused as refused:
            now = target.read()
            # The answer to an earlier attempt may have been lost, and that attempt done since.
            if attempt > 1 and _is_recorded(now, live.last_id + 1, step.migration.name):
                return _require_expected_schema(target, step, now)
            if now.records != live.records:
                raise _ConcurrentApply(now) from None
            raise _make_rejected_error(target, step, refused) from refused
        else:
            return _require_expected_schema(target, step, target.read())
    raise AssertionError


def _is_recorded(live: DatabaseState, number: int, name: str) -> bool:
    return (number, name) in (live.records or ())


def _require_expected_schema(target: TargetDatabase, step: ApplyStep, live: DatabaseState) -> DatabaseState:
    changes = diff(step.after, live.schema)
    if changes and live.records and live.records[-1][1] == step.migration.name:
        names = ", ".join(f"{each.kind} `{each.name}`" for each in changes[:5])
        raise D1Error(
            f"`{step.migration.name}` ran on {target.name} and is recorded, but its schema is not what the preview "
            f"showed: {names} came out otherwise. Nothing more was run. `pulse-ci drift` tells what differs."
        )
    return live


def _make_not_recorded_error(target: TargetDatabase, step: ApplyStep, error: AmbiguousWrite) -> D1Error:
    return D1Error(
        f"`{step.migration.name}` was sent to {target.name} {_ATTEMPTS} times and is not recorded there: {error} "
        "Nothing of it was done. Run it again later: it goes on where it stopped."
    )


def _make_rejected_error(target: TargetDatabase, step: ApplyStep, refused: D1Refused) -> MigrationError:
    return MigrationError(
        f"{target.name} refuses `{step.migration.name}`: `{refused}`. Nothing of it was done; the files before it are "
        "applied and recorded. Correct the file, or the rows that it fails on, and run it again."
    )
