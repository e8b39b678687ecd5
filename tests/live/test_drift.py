"""`pulse-ci drift` on real D1: ok, drift and error are three things, and nothing is ever written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

import pulse_ci.report
from pulse_ci.commands.drift import check_drift as drift_command
from pulse_ci.errors import D1Error
from pulse_ci.settings import read_settings
from tests.cloudflare.clients import client_of
from tests.cloudflare.wrangler import configure
from tests.live.pulse import FILES, executed, recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cloudflare.server import Cloudflare
    from tests.commands.conftest import Outcome

    Run = Callable[..., Outcome]

SCHEMA = json.loads(Path(pulse_ci.report.__file__).with_name("schema.json").read_text(encoding="utf-8"))
HOTFIX = "CREATE INDEX hotfix ON sites (name);"
ALLOWED = """
[[allow]]
kind = "index"
name = "hotfix"
reason = "made in the outage"
until = {}
"""


@pytest.fixture
def drift(account: Cloudflare, run: Run) -> Run:
    """Run `drift` on the account's only database, with the report as JSON."""

    def run_drift(*words: str) -> Outcome:
        outcome = run("drift", "--database", "staging", "--format", "json", *words)
        assert account.writes == []
        assert account.token not in outcome.out + outcome.err
        if outcome.out:
            jsonschema.validate(outcome.report, SCHEMA)
        return outcome

    return run_drift


def found(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(each["action"], each["kind"], each["name"]) for each in outcome.report["drift"]]


@pytest.mark.parametrize("sql", [recorded(), recorded(13), executed(), executed(13), ""])
def test_what_the_files_explain_is_no_drift(account: Cloudflare, drift: Run, sql: str) -> None:
    account.create("staging", sql)

    outcome = drift()

    assert (outcome.status, found(outcome)) == (0, [])
    assert outcome.report["conclusion"] == "success"


def test_pending_files_are_counted_and_are_no_drift(account: Cloudflare, drift: Run) -> None:
    account.create("staging", recorded(13))

    (database,) = drift().report["databases"]

    assert (database["status"], database["pending"]) == ("ok", len(FILES) - 13)


@pytest.mark.parametrize("sql", [recorded(), executed()])
def test_what_was_made_by_hand_is_drift_with_the_statement_that_mends_it(
    account: Cloudflare, drift: Run, sql: str
) -> None:
    database = account.create("staging", sql + HOTFIX)

    outcome = drift()

    assert (outcome.status, found(outcome)) == (1, [("added", "index", "hotfix")])
    (mend,) = outcome.report["drift"][0]["mend"]
    account.run(database, mend)
    assert drift().status == 0


def test_a_record_that_the_schema_contradicts_is_drift(account: Cloudflare, drift: Run) -> None:
    account.create("staging", recorded(20) + "INSERT INTO d1_migrations (name) VALUES ('022_later.sql');")

    outcome = drift()

    (database,) = outcome.report["databases"]
    assert (outcome.status, database["status"]) == (1, "drift")
    assert database["notes"] == [
        "`022_later.sql` is missing: The migrations table has the name, and the directory has no such file."
    ]


def test_an_allowed_difference_is_told_and_no_drift(account: Cloudflare, drift: Run) -> None:
    account.create("staging", recorded() + HOTFIX)
    Path(".pulse-ci-drift.toml").write_text(ALLOWED.format("2999-12-31"))

    outcome = drift()

    assert outcome.status == 0
    assert outcome.report["drift"][0]["allowed"] == "made in the outage"


def test_an_allowance_that_has_expired_is_told_and_the_difference_is_drift(account: Cloudflare, run: Run) -> None:
    account.create("staging", recorded() + HOTFIX)
    Path(".pulse-ci-drift.toml").write_text(ALLOWED.format("2026-01-31"))

    outcome = run("drift", "--database", "staging")

    assert outcome.status == 1
    assert "allows index `hotfix` until 2026-01-31, which is over" in outcome.out


def test_an_allowance_that_nothing_needs_is_told(account: Cloudflare, run: Run) -> None:
    account.create("staging", recorded())
    Path(".pulse-ci-drift.toml").write_text(ALLOWED.format('"never"'))

    outcome = run("drift", "--database", "staging")

    assert outcome.status == 0
    assert "allows index `hotfix`, which no database needs: remove the entry." in outcome.out


def test_staging_is_compared_with_production(account: Cloudflare, drift: Run) -> None:
    account.create("production", recorded(20))
    account.create("staging", recorded(20) + HOTFIX)

    assert found(drift("--against", "production")) == [("added", "index", "hotfix")]


def test_wranglers_configuration_names_the_database_and_its_table(account: Cloudflare, run: Run) -> None:
    database = account.create("staging", recorded().replace("d1_migrations", "applied"))
    config = configure(Path(), database)
    config.write_text(config.read_text() + 'migrations_table = "applied"\n')

    outcome = run("drift")

    assert outcome.status == 0
    assert "`staging` has no drift" in outcome.out
    assert [each.path.rpartition("/")[2] for each in account.log] == ["raw"]


@pytest.mark.parametrize("kind", ["internal", "gateway", "drop"])
def test_a_database_that_cannot_be_read_is_an_error_and_not_drift(account: Cloudflare, kind: str) -> None:
    account.create("staging", recorded())
    account.fail(kind, "POST", times=9)

    with pytest.raises(D1Error, match="Run it again in a few minutes"):
        drift_command(read_settings({"database": "staging"}), connect=lambda _: client_of(account))


@pytest.mark.parametrize("name", ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID"])
def test_without_a_token_or_an_account_it_says_which_is_missing(
    account: Cloudflare, run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)

    outcome = run("drift", "--database", "staging")

    assert outcome.status == 2
    assert f"{name}" in outcome.err


def test_hostile_names_cannot_speak_for_us(account: Cloudflare, run: Run) -> None:
    evil = 'x`\n::error::no drift\n"" <b>@everyone</b> \u202e'
    account.create("staging", recorded() + f'CREATE TABLE "{evil}" (id);')

    shown = run("drift", "--database", "staging").out
    markdown = run("drift", "--database", "staging", "--format", "markdown").out

    assert not any(line.startswith("::") for line in shown.splitlines())
    assert "\u202e" not in shown + markdown
    assert "| <b>@everyone" not in markdown
