"""`pulse-ci reverse NNN --apply`: latest first, nothing lost unless told so, and the file is pending again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulse_ci.d1.database_state import read_database_state
from pulse_ci.schema.diff import diff
from tests.cloudflare.clients import client_of
from tests.d1.histories import pulse
from tests.live.pulse import FILES, recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cloudflare.server import Cloudflare
    from tests.commands.conftest import Outcome

    Run = Callable[..., Outcome]

PLANS = "CREATE TABLE IF NOT EXISTS plans (id INTEGER PRIMARY KEY, note TEXT);\n"
RECORD = "INSERT INTO d1_migrations (name) VALUES ('022_plans.sql');"
UNDO = ("reverse", "022", "--apply", "--database", "staging")


@pytest.fixture
def plans(account: Cloudflare) -> Callable[[str], str]:
    """Make 022_plans.sql with its reverse, and staging on which it ran; returns the database's id."""

    def make(reverse: str = "DROP TABLE IF EXISTS plans;\n", more: str = "") -> str:
        Path("migrations/022_plans.sql").write_text(PLANS)
        Path("migrations/reverse/022_plans.sql").write_text(f"-- Reverse migration 022\n\n{reverse}")
        return account.create("staging", recorded() + PLANS + RECORD + more)

    return make


def test_the_last_file_is_undone_and_pending_again(account: Cloudflare, run: Run, plans: Callable[..., str]) -> None:
    database = plans()

    outcome = run(*UNDO)

    with client_of(account) as client:
        live = read_database_state(client, database, "d1_migrations")
    assert (outcome.status, outcome.err) == (0, "")
    assert "wrangler d1 time-travel restore staging --bookmark=" in outcome.out
    assert [name for _, name in live.records or ()] == list(FILES)
    assert diff(pulse().schemas[-1], live.schema) == ()
    assert [each.name for each in live.determine_status(pulse()).pending] == []


def test_files_are_undone_backwards_and_are_pending_again(account: Cloudflare, run: Run) -> None:
    account.create("staging", recorded())

    for name in reversed(FILES[18:]):
        outcome = run("reverse", name[:3], "--apply", "--database", "staging")
        assert (outcome.status, outcome.err) == (0, ""), name

    assert "3 migrations pending" in run("apply", "--database", "staging", "--dry-run").out


def test_a_file_that_others_came_after_is_not_undone(account: Cloudflare, run: Run, plans: Callable[..., str]) -> None:
    plans()

    outcome = run("reverse", "021", "--apply", "--database", "staging")

    assert outcome.status == 2
    assert "Undo those after it first: `022_plans.sql`." in outcome.err
    assert account.writes == []


def test_rows_are_not_lost_unless_it_is_told_so(account: Cloudflare, run: Run, plans: Callable[..., str]) -> None:
    plans(more="INSERT INTO plans (note) VALUES ('a'), ('b');")

    refused = run(*UNDO)
    writes = list(account.writes)
    allowed = run(*UNDO, "--allow", "lost-rows")

    assert refused.status == 2
    assert "rows of `plans` would be lost: 2" in refused.err
    assert writes == []
    assert allowed.status == 0


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("visitor_salts", "rows of `visitor_salts` would be lost: 1"),
        ("accounts", "which rows would be lost is not known: on synthetic rows D1 answers `FOREIGN KEY constraint"),
    ],
)
def test_rows_that_a_reverse_deletes_of_another_table_count_too(
    account: Cloudflare, run: Run, plans: Callable[..., str], table: str, said: str
) -> None:
    plans(reverse=f"DROP TABLE IF EXISTS plans;\nDELETE FROM {table};\n", more=_one_row(table))

    outcome = run(*UNDO)

    assert outcome.status == 2
    assert said in outcome.err


def _one_row(name: str) -> str:
    """An INSERT with a value for each column that needs one."""
    table = pulse().schemas[-1].find_table(name)
    assert table
    needed = [each for each in table.columns if (each.not_null and each.default is None) or each.primary_key_position]
    return f"INSERT INTO {name} ({', '.join(each.name for each in needed)}) VALUES ({', '.join('1' for _ in needed)});"


@pytest.mark.parametrize(
    ("reverse", "said"),
    [
        ("CREATE INDEX IF NOT EXISTS more ON sites (name);\n", "does not bring back the schema from before it"),
        (
            "DROP TABLE nowhere;\n",
            "migrations/reverse/022_plans.sql:3, the reverse of `022_plans.sql`, would be refused",
        ),
        ("", "has no reverse"),
    ],
)
def test_a_reverse_that_does_not_hold_is_not_sent(
    account: Cloudflare, run: Run, plans: Callable[..., str], reverse: str, said: str
) -> None:
    plans(reverse)

    outcome = run(*UNDO)

    assert outcome.status == 2
    assert said in outcome.err
    assert account.writes == []


def test_a_file_that_never_ran_there_has_nothing_to_undo(account: Cloudflare, run: Run) -> None:
    account.create("staging", recorded(20))

    outcome = run("reverse", "021", "--apply", "--database", "staging")

    assert outcome.status == 2
    assert "`021_performance_indexes.sql` is not recorded there" in outcome.err


def test_a_dry_run_writes_nothing(account: Cloudflare, run: Run, plans: Callable[..., str]) -> None:
    plans()

    outcome = run(*UNDO, "--dry-run")

    assert outcome.status == 0
    assert "DROP TABLE IF EXISTS plans;" in outcome.out
    assert account.writes == []


@pytest.mark.parametrize("words", [("--database", "staging"), ("--local", "d1.sqlite"), ("--allow", "drift")])
def test_a_database_without_apply_is_a_slip_of_the_pen(run: Run, words: tuple[str, str]) -> None:
    outcome = run("reverse", "021", *words)

    assert outcome.status == 2
    assert f"{words[0]} is about a database: give --apply too" in outcome.err
