"""`pulse-ci status` on real D1: what became of each file, how to make the records true, and nothing ever written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

import pulse_ci.report
from tests.cloudflare.wrangler import configure, wrangler
from tests.commands.files import put, table
from tests.live.pulse import FILES, TABLE, executed, recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cloudflare.server import Cloudflare
    from tests.commands.conftest import Outcome

    Run = Callable[..., Outcome]

SCHEMA = json.loads(Path(pulse_ci.report.__file__).with_name("schema.json").read_text(encoding="utf-8"))
HOTFIX = "CREATE INDEX hotfix ON sites (name);"


@pytest.fixture
def status(account: Cloudflare, run: Run) -> Run:
    """Run `status` on the account's only database, with the report as JSON."""

    def run_status(*words: str) -> Outcome:
        account.log.clear()
        outcome = run("status", "--database", "staging", "--format", "json", *words)
        assert account.writes == []
        assert account.token not in outcome.out + outcome.err
        if outcome.out:
            jsonschema.validate(outcome.report, SCHEMA)
        return outcome

    return run_status


def standings(outcome: Outcome) -> list[str]:
    return [each["standing"] for each in outcome.report["status"]["files"]]


def repair(account: Cloudflare, database: str, outcome: Outcome) -> None:
    """Do what the report says."""
    account.run(database, "\n".join(each["sql"] for each in outcome.report["status"]["repairs"]))


def test_what_the_real_wrangler_executed_and_applied_is_known(
    account: Cloudflare, status: Run, repository: Path
) -> None:
    database = account.create("staging")
    configure(repository, database)
    (repository / "all.sql").write_text(executed(13))
    wrangler(account, repository, "d1", "execute", "DB", "--remote", "--file", "all.sql")

    unrecorded = status()

    assert standings(unrecorded) == ["applied"] * 13 + ["pending"] * 8
    assert (unrecorded.status, unrecorded.report["conclusion"]) == (0, "success")
    assert unrecorded.report["status"]["table"] is None
    assert len(account.log) <= 2

    repair(account, database, unrecorded)
    said = wrangler(account, repository, "d1", "migrations", "apply", "DB", "--remote")
    put(repository, n022_colours=table("colours"))
    outcome = status()

    assert [name in said for name in FILES] == [False] * 13 + [True] * 8
    assert standings(outcome) == ["applied"] * 21 + ["pending"]
    assert [each["applied"] for each in outcome.report["migrations"]] == [True] * 21 + [False]
    assert outcome.report["status"]["table"] == "d1_migrations"
    assert outcome.report["status"]["repairs"] == []
    assert len(account.log) == 1


@pytest.mark.parametrize("filled", [recorded(15), executed(15)])
def test_what_was_made_by_hand_is_named(account: Cloudflare, status: Run, filled: str) -> None:
    account.create("staging", filled + HOTFIX)

    outcome = status()

    assert standings(outcome) == ["applied"] * 15 + ["pending"] * 6
    assert outcome.report["conclusion"] == "neutral"
    assert [(each["action"], each["name"]) for each in outcome.report["drift"]] == [("added", "hotfix")]


def test_records_that_are_not_true_are_repaired_by_what_is_printed(account: Cloudflare, status: Run) -> None:
    database = account.create("staging", executed(10) + TABLE)
    names = ["001_first.sql", *FILES[1:9], FILES[13], "099_of_another_branch.sql"]
    account.run(database, "".join(f"INSERT INTO d1_migrations (name) VALUES ('{name}');" for name in names))

    outcome = status()

    found = dict(zip((each["name"][:3] for each in outcome.report["status"]["files"]), standings(outcome), strict=True))
    assert found["001"] == "renamed"
    assert found["010"] == "applied, not recorded"
    assert found["014"] == "recorded, not there"
    assert found["099"] == "missing"
    repair(account, database, outcome)
    again = status()
    assert standings(again) == ["applied"] * 10 + ["pending"] * 11 + ["missing"]
    assert again.report["status"]["repairs"] == []


def test_an_empty_database_has_run_nothing(account: Cloudflare, status: Run) -> None:
    account.create("staging")

    outcome = status()

    assert standings(outcome) == ["pending"] * 21
    assert outcome.report["status"]["repairs"] == []


TEXT = """\
  ✓ 001_initial_schema.sql  applied
  ! 002_sessions.sql        applied, not recorded
      What it does to table `sessions` is there: `wrangler d1 migrations apply` would run it again.
  · 003_indexes.sql         pending

Drift  what the files do not explain; `pulse-ci drift` tells how to end it
  + index `hotfix` is in no migration

Repairs  statements that make the records true; read them before you run them
  -- `002_sessions.sql` has run and is not recorded.
  INSERT INTO d1_migrations (name) VALUES ('002_sessions.sql');

`staging`: 1 applied, 1 applied without a record and 1 pending, and 1 difference besides
  table `d1_migrations` records what has run, the schema was held against it; 2 requests, nothing was written
"""


def test_the_text_tells_a_person_all_of_it(account: Cloudflare, run: Run, repository: Path) -> None:
    account.create("staging", recorded(1) + executed(2) + HOTFIX)
    for path in sorted((repository / "migrations").glob("*.sql"))[3:]:
        path.unlink()

    outcome = run("status", "--database", "staging")

    assert (outcome.status, outcome.out) == (0, TEXT)


def test_a_hostile_record_is_shown_and_harms_nothing(account: Cloudflare, run: Run) -> None:
    database = account.create("staging", recorded(21))
    account.run(database, "INSERT INTO d1_migrations (name) VALUES ('x' || char(27) || '[2J|<img src=x>`@org/all');")

    text = run("status", "--database", "staging").out
    markdown = run("status", "--database", "staging", "--format", "markdown").out

    assert "\x1b" not in text + markdown
    (row,) = [line for line in markdown.splitlines() if "missing" in line and line.startswith("|")]
    assert row.startswith("| ⚠️ | ``x\\u{1b}[2J\\|<img src=x>`@org/all`` | missing |")


def test_a_local_file_is_read_as_it_is(account: Cloudflare, run: Run, repository: Path) -> None:
    import apsw

    local = repository / "local.sqlite"
    with apsw.Connection(str(local)) as connection:
        connection.execute(executed(3))

    outcome = run("status", "--local", "local.sqlite", "--format", "json")

    assert standings(outcome) == ["applied"] * 3 + ["pending"] * 18
    assert account.log == []


@pytest.mark.parametrize("words", [("status",), ("apply",), ("apply", "--dry-run"), ("reverse", "21", "--apply")])
def test_a_local_file_that_is_not_there_is_not_made(
    run: Run, account: Cloudflare, repository: Path, words: tuple[str, ...]
) -> None:
    outcome = run(*words, "--local", "no.sqlite")

    assert outcome.status == 2
    assert outcome.err == (
        "pulse-ci: no.sqlite does not exist. Correct --local. "
        "For a new database, make an empty file first: touch no.sqlite\n"
    )
    assert not (repository / "no.sqlite").exists()


def test_an_empty_file_is_a_new_database(run: Run, account: Cloudflare, repository: Path) -> None:
    (repository / "new.sqlite").touch()

    applied = run("apply", "--local", "new.sqlite")

    assert (applied.status, applied.out.count("  ran\n")) == (0, 21)
    assert standings(run("status", "--local", "new.sqlite", "--format", "json")) == ["applied"] * 21


def test_without_a_token_it_says_what_is_missing(
    account: Cloudflare, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.create("staging")
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN")

    outcome = run("status", "--database", "staging")

    assert outcome.status == 2
    assert "CLOUDFLARE_API_TOKEN" in outcome.err
    assert account.log == []


@pytest.mark.parametrize("columns", ["id INTEGER PRIMARY KEY, name TEXT", "name TEXT, email TEXT"])
def test_a_table_that_is_no_migrations_table_is_not_read(
    account: Cloudflare, run: Run, repository: Path, columns: str
) -> None:
    database = account.create("staging", f"CREATE TABLE people ({columns});")
    account.run(database, "INSERT INTO people (name) VALUES ('canary of a person')")
    config = configure(repository, database)
    config.write_text(config.read_text() + 'migrations_table = "people"\n')

    outcomes = [run(command) for command in ("status", "drift", "apply")]

    assert [each.status for each in outcomes] == [2, 2, 2]
    assert all("`people` is not a migrations table" in each.err for each in outcomes)
    assert not any("canary" in each.out + each.err for each in outcomes)
