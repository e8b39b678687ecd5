"""Each of PULSE's migrations has a reverse that holds, and is much like the one that was written by hand."""

from __future__ import annotations

import pytest

from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.migrations.discover import discover
from pulse_ci.migrations.source import read_sources
from pulse_ci.rewrite.verified_reverse import VerifiedReverse, build_verified_reverse
from tests.commands.files import PULSE

REBUILDS = "013"  # where names in between are free
MIGRATIONS = discover(PULSE.name, read_sources(PULSE, PULSE.parent))


@pytest.fixture(scope="module")
def proven() -> dict[str, VerifiedReverse]:
    found, before = {}, EmbeddedD1().take_snapshot()
    for migration in MIGRATIONS.migrations:
        with EmbeddedD1() as database:
            database.restore(before)
            found[migration.name] = build_verified_reverse(database, migration)
            database.restore(before)
            database.run(migration.text)
            before = database.take_snapshot()
    return found


@pytest.mark.parametrize("name", [each.name for each in MIGRATIONS.migrations if each.digits != REBUILDS])
def test_the_written_reverse_drops_what_the_one_by_hand_does(name: str, proven: dict[str, VerifiedReverse]) -> None:
    (by_hand,) = (each for each in MIGRATIONS.reverse_files if each.name == name)
    ours = {" ".join(sql.split()) for sql in proven[name].statements}
    theirs = {" ".join(statement.sql.split()) for statement in by_hand.statements}

    assert ours <= theirs
    # What goes with its table, and may be named or not.
    assert {sql.split()[1] for sql in theirs - ours if sql.startswith("DROP")} <= {"INDEX", "TRIGGER"}


def test_nothing_is_lost_but_what_a_migration_wrote_to_rows(proven: dict[str, VerifiedReverse]) -> None:
    notes = {name[:3]: each.notes for name, each in proven.items() if each.notes}

    assert notes == {"011": ("What the migration did to rows of `sessions` is not undone.",)}
