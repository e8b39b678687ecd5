"""From prefixes of PULSE's files, with a record and without one, a database ends in the same schema and record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.apply.apply_pending import apply_pending
from pulse_ci.apply.migrations_table import find_unrecorded, mark_applied
from pulse_ci.schema.diff import diff
from tests.d1.histories import pulse
from tests.live.pulse import FILES, executed, recorded

if TYPE_CHECKING:
    from pulse_ci.apply.target import LocalDatabase

# Among them those around the file that rebuilds a table, and behind the one that makes a full-text index.
PREFIXES = (0, 12, 13, 17, 21)


@pytest.mark.parametrize("number", PREFIXES)
def test_from_a_recorded_prefix(local: LocalDatabase, number: int) -> None:
    local.run([recorded(number)])

    ran = [each.name for each in apply_pending(local, pulse(), local.read())]

    assert ran == list(FILES[number:])
    assert is_whole(local)


@pytest.mark.parametrize("number", PREFIXES)
def test_from_a_prefix_that_nothing_recorded(local: LocalDatabase, number: int) -> None:
    local.run([executed(number)] if number else [])
    live = local.read()

    if names := find_unrecorded(live.determine_status(pulse()), through=number):
        mark_applied(local, live, names)
    ran = [each.name for each in apply_pending(local, pulse(), local.read())]

    assert [*names, *ran] == list(FILES)
    assert is_whole(local)


def is_whole(local: LocalDatabase) -> bool:
    live = local.read()
    return [name for _, name in live.records or ()] == list(FILES) and not diff(pulse().schemas[-1], live.schema)
