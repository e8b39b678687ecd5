"""`pulse-ci apply` on real D1: the same schema and the same record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from pulse_ci.d1.database_state import read_database_state
from pulse_ci.schema.diff import diff
from tests.cloudflare.clients import client_of
from tests.d1.histories import pulse
from tests.live.pulse import FILES, executed, recorded
from tests.live.test_drift import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cloudflare.server import Cloudflare
    from tests.commands.conftest import Outcome

    Run = Callable[..., Outcome]

ADOPT = ("apply", "--database", "staging", "--adopt", "--through")


def is_whole(account: Cloudflare, database: str) -> bool:
    """Whether every file is recorded once, in order, and the schema is theirs."""
    with client_of(account) as client:
        live = read_database_state(client, database, "d1_migrations")
    return [name for _, name in live.records or ()] == list(FILES) and not diff(pulse().schemas[-1], live.schema)


@pytest.mark.parametrize("number", [0, 13])
def test_what_is_recorded_is_not_run_and_the_rest_is(account: Cloudflare, run: Run, number: int) -> None:
    database = account.create("staging", recorded(number))

    outcome = run("apply", "--database", "staging")

    assert (outcome.status, outcome.err) == (0, "")
    assert [line.split()[1] for line in outcome.out.splitlines() if line.endswith("  ran")] == list(FILES[number:])
    assert is_whole(account, database)


@pytest.mark.parametrize("number", [13])
def test_what_was_executed_without_a_record_is_adopted_first(account: Cloudflare, run: Run, number: int) -> None:
    database = account.create("staging", executed(number))

    refused = run("apply", "--database", "staging")
    adopted = run(*ADOPT, str(number))
    outcome = run("apply", "--database", "staging")

    assert refused.status == 2
    assert "record them with --adopt" in refused.err
    assert (adopted.status, outcome.status) == (0, 0)
    assert is_whole(account, database)


def test_a_dry_run_shows_the_plan_and_writes_nothing(account: Cloudflare, run: Run) -> None:
    account.create("staging", recorded(19))

    outcome = run("apply", "--database", "staging", "--dry-run")

    assert outcome.status == 0
    assert outcome.out.splitlines()[0] == "2 migrations pending on staging:"
    assert account.writes == []


def test_the_way_back_is_told_before_the_first_file_runs(account: Cloudflare, run: Run) -> None:
    account.create("staging", recorded(20))

    outcome = run("apply", "--database", "staging")

    lines = outcome.out.splitlines()
    way_back = next(
        place for place, line in enumerate(lines) if "wrangler d1 time-travel restore staging --book" in line
    )
    assert way_back < lines.index("  ✓ 021_performance_indexes.sql  ran")


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("CREATE INDEX hotfix ON sites (name);", "index `hotfix` is in no migration"),
        ("INSERT INTO d1_migrations (name) VALUES ('099_later.sql');", "`099_later.sql` is missing"),
    ],
)
def test_nothing_is_run_on_a_database_that_is_not_what_it_should_be(
    account: Cloudflare, run: Run, sql: str, told: str
) -> None:
    account.create("staging", recorded(20) + sql)

    outcome = run("apply", "--database", "staging")

    assert outcome.status == 2
    assert told in outcome.err
    assert account.writes == []


def test_an_error_of_the_check_is_in_the_way_unless_its_rule_is_allowed(account: Cloudflare, run: Run) -> None:
    database = account.create("staging", recorded())
    orphan = "CREATE TABLE orphan (id INTEGER PRIMARY KEY, parent REFERENCES nowhere (id));\n"
    Path("migrations/022_orphan.sql").write_text(orphan)

    refused = run("apply", "--database", "staging")
    allowed = run("apply", "--database", "staging", "--allow", "foreign-key-parent")

    assert refused.status == 2
    assert "migrations/022_orphan.sql:1 foreign-key-parent" in refused.err
    assert "--allow foreign-key-parent" in refused.err
    assert "missing-header" not in refused.err
    assert allowed.status == 0
    assert account.run(database, "SELECT count(*) FROM d1_migrations") == [[22]]


def test_conventions_are_not_in_the_way(account: Cloudflare, run: Run) -> None:
    database = account.create("staging", recorded())
    Path("migrations/022_plans.sql").write_text("CREATE TABLE plans (id INTEGER PRIMARY KEY);\n")

    assert run("apply", "--database", "staging").status == 0
    assert account.run(database, "SELECT count(*) FROM d1_migrations") == [[22]]


def test_rules_that_are_left_out_are_named_in_the_plan_and_in_the_report(account: Cloudflare, run: Run) -> None:
    account.create("staging", recorded())
    Path("migrations/022_plans.sql").write_text("CREATE TABLE plans (id INTEGER PRIMARY KEY);\n")
    asked = ("apply", "--database", "staging", "--skip", "missing-header,missing-reason,missing-drop,not-idempotent")

    planned = run(*asked, "--dry-run")
    applied = run(*asked, "--format", "json")

    assert "checked without the rules missing-drop, missing-header, missing-reason and not-idempotent" in planned.out
    assert applied.status == 0
    assert applied.report["skipped"] == ["missing-drop", "missing-header", "missing-reason", "not-idempotent"]


@pytest.mark.parametrize(("words", "applied"), [((), True), (("--dry-run",), False)])
def test_programs_get_which_files_are_applied(
    account: Cloudflare, run: Run, words: tuple[str, ...], applied: bool
) -> None:
    account.create("staging", recorded(20))

    outcome = run("apply", "--database", "staging", "--format", "json", *words)

    jsonschema.validate(outcome.report, SCHEMA)
    found = [(each["name"], each["under_review"], each["applied"]) for each in outcome.report["migrations"]]
    assert found == [(name, False, True) for name in FILES[:20]] + [(FILES[20], True, applied)]
    assert "1 migration pending on staging" in outcome.err


def test_the_token_is_never_shown(account: Cloudflare, run: Run) -> None:
    account.create("staging", recorded(20))

    outcomes = [run("apply", "--database", name) for name in ("staging", "nowhere")]

    assert [each.status for each in outcomes] == [0, 2]
    assert not any(account.token in each.out + each.err for each in outcomes)


def test_through_without_adopt_is_a_slip_of_the_pen(account: Cloudflare, run: Run) -> None:
    outcome = run("apply", "--database", "staging", "--through", "21")

    assert outcome.status == 2
    assert "give both, or neither" in outcome.err
    assert account.log == []
