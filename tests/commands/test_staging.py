"""A check on a staging database: what is pending there, on the schema that is there, and nothing written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pulse_ci.commands.check import check as check_request
from pulse_ci.commands.request import read_request
from pulse_ci.d1.client import D1Client
from pulse_ci.errors import D1Unavailable
from pulse_ci.migrations.base_diff import BaseDiff
from pulse_ci.settings import read_settings
from tests.cloudflare.wrangler import configure, wrangler
from tests.commands.files import FIRST, HEADER, put, put_pulse, table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare
    from tests.commands.conftest import Outcome

CUSTOM_FIELDS = (
    f"{HEADER}ALTER TABLE sites ADD COLUMN colour TEXT; -- pulse-ci: ignore not-idempotent it is guarded elsewhere\n"
    "-- Reverse:\n-- ALTER TABLE sites DROP COLUMN colour;\n"
)
RECORDS = (
    "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE,"
    " applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL);"
)


def applied(outcome: Outcome) -> list[str]:
    return [each["name"] for each in outcome.report["migrations"] if each["applied"]]


def test_what_wrangler_applied_is_not_pending(
    check: Callable[..., Outcome], repository: Path, cloud: Cloudflare, staging: str
) -> None:
    put_pulse(repository)
    wrangler(cloud, repository, "d1", "migrations", "apply", "DB", "--remote")
    put(repository, n022_colour=CUSTOM_FIELDS)
    cloud.log.clear()

    outcome = check()

    assert outcome.status == 0
    assert len(applied(outcome)) == 21
    assert [each["name"] for each in outcome.report["migrations"] if each["under_review"]] == ["022_colour.sql"]
    assert [(each["kind"], each["name"], each["action"]) for each in outcome.report["changes"]] == [
        ("column", "colour", "added")
    ]
    assert outcome.report["database"]["source"] == "staging"
    assert outcome.report["staging"]["status"] == "used"
    assert outcome.report["staging"]["requests"] == len(cloud.log) <= 3
    assert not cloud.writes


def test_what_wrangler_executed_without_a_record_is_not_pending(
    check: Callable[..., Outcome], repository: Path, cloud: Cloudflare, staging: str
) -> None:
    put_pulse(repository)
    texts = [path.read_text() for path in sorted((repository / "migrations").glob("*.sql"))]
    (repository / "all.sql").write_text("\n".join(texts[:20]))
    wrangler(cloud, repository, "d1", "execute", "DB", "--remote", "--file", "all.sql")
    cloud.log.clear()

    outcome = check()

    assert outcome.status == 0
    assert len(applied(outcome)) == 20
    assert len(cloud.log) <= 3
    assert not cloud.writes


def test_a_change_is_judged_on_the_schema_that_is_there(
    check: Callable[..., Outcome], repository: Path, cloud: Cloudflare, staging: str
) -> None:
    put(repository, n001_sites=table("sites"), n002_colour=CUSTOM_FIELDS)
    cloud.run(
        staging,
        f"{RECORDS} INSERT INTO d1_migrations (name) VALUES ('001_sites.sql');"
        "CREATE TABLE sites (sites_id INTEGER PRIMARY KEY, colour TEXT);",
    )

    outcome = check()

    assert outcome.status == 1
    (failed,) = [each for each in outcome.report["migrations"] if each["replay"] == "failed"]
    assert failed["error"] == "duplicate column name: colour: SQLITE_ERROR"


def test_where_all_has_run_nothing_is_under_review(
    run: Callable[..., Outcome], repository: Path, cloud: Cloudflare, staging: str
) -> None:
    put(repository, n001_sites=table("sites"))
    cloud.run(staging, f"{RECORDS} INSERT INTO d1_migrations (name) VALUES ('001_sites.sql');")
    cloud.run(staging, "CREATE TABLE sites (sites_id INTEGER PRIMARY KEY);")

    outcome = run("check")

    assert "No new migration" in outcome.out
    assert "0 of 1 file pending on staging `staging`" in outcome.out


def test_a_new_file_that_has_run_there_already_is_judged_on_the_embedded_engine(
    repository: Path, cloud: Cloudflare, staging: str
) -> None:
    put(repository, n001_sites=table("sites"), n002_goals=table("goals"))
    cloud.run(staging, "CREATE TABLE sites (sites_id INTEGER PRIMARY KEY);")
    cloud.run(staging, "CREATE TABLE goals (goals_id INTEGER PRIMARY KEY);")
    base = BaseDiff("origin/main", frozenset({"migrations/002_goals.sql"}), (), frozenset({FIRST}))

    report = check_request(read_request(read_settings({}), "check", base))

    assert report.staging.reason == (
        "staging has 002_goals.sql already: what a file does is shown where it has not run"
    )
    assert report.database.source == "embedded"
    assert [each.name for each in report.under_review] == ["002_goals.sql"]


@pytest.mark.parametrize("insists", [False, True])
def test_staging_that_is_down_stops_only_who_asked_for_it_by_name(
    repository: Path, cloud: Cloudflare, staging: str, insists: bool
) -> None:
    put(repository, n001_sites=table("sites"))
    cloud.fail("gateway", times=9)
    flags = {"preview": "staging"} if insists else {}
    request = read_request(read_settings(flags), "check")
    patient = replace(request, connect=lambda account: D1Client(account, sleep=lambda _: None))

    if insists:
        with pytest.raises(D1Unavailable, match="502 Bad Gateway"):
            check_request(patient)
    else:
        report = check_request(patient)
        assert (report.staging.status, report.staging.requests) == ("skipped", 4)
        assert "502 Bad Gateway" in report.staging.reason


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("CLOUDFLARE_API_TOKEN", "there is no Cloudflare API token"),
        ("CLOUDFLARE_ACCOUNT_ID", "there is an API token and no account"),
    ],
)
def test_without_the_way_to_staging_the_check_goes_on_and_says_so(
    check: Callable[..., Outcome],
    repository: Path,
    cloud: Cloudflare,
    staging: str,
    monkeypatch: pytest.MonkeyPatch,
    missing: str,
    said: str,
) -> None:
    put(repository, n001_sites=table("sites"))
    monkeypatch.delenv(missing)

    outcome, insisted = check(), check("--preview", "staging")

    assert outcome.status == 0
    assert outcome.report["staging"]["status"] == "skipped"
    assert said in outcome.report["staging"]["reason"]
    assert insisted.status == 2
    assert f"preview: staging: {said}" in insisted.err
    assert not cloud.log


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("CLOUDFLARE_API_TOKEN", "wrong-and-secret", "`api-token`"),
        ("CLOUDFLARE_ACCOUNT_ID", "ffff", "`account-id`"),
    ],
)
def test_staging_that_refuses_us_is_told_with_the_next_step(
    run: Callable[..., Outcome],
    repository: Path,
    cloud: Cloudflare,
    staging: str,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    said: str,
) -> None:
    put(repository, n001_sites=table("sites"))
    monkeypatch.setenv(variable, value)

    outcome, insisted = run("check"), run("check", "--preview", "staging")

    assert outcome.status == 0
    assert "Staging was not used: staging could not be used." in outcome.out
    assert insisted.status == 2
    assert said in outcome.out
    assert said in insisted.err
    assert "secret" not in outcome.out + outcome.err + insisted.err
    assert cloud.token not in outcome.out + insisted.err


def test_a_database_that_is_not_there_is_named(
    run: Callable[..., Outcome], repository: Path, cloud: Cloudflare, staging: str
) -> None:
    put(repository, n001_sites=table("sites"))
    configure(repository, "00000000-0000-0000-0000-000000000000")

    insisted = run("check", "--preview", "staging")

    assert insisted.status == 2
    assert "could not be found" in insisted.err
    assert "Check `database_id` in wrangler's configuration" in insisted.err


def test_a_database_is_found_by_its_name_without_wranglers_configuration(
    check: Callable[..., Outcome], repository: Path, cloud: Cloudflare, staging: str
) -> None:
    put(repository, n001_sites=table("sites"), n002_goals=table("goals"))
    (repository / "wrangler.toml").unlink()
    cloud.run(staging, "CREATE TABLE sites (sites_id INTEGER PRIMARY KEY)")

    outcome = check("--database", "staging")

    assert applied(outcome) == ["001_sites.sql"]
    assert len(cloud.log) <= 3


def test_lint_and_an_embedded_preview_ask_nobody(
    run: Callable[..., Outcome], repository: Path, cloud: Cloudflare, staging: str
) -> None:
    put(repository, n001_sites=table("sites"))

    statuses = [run("lint").status, run("check", "--preview", "embedded").status]

    assert statuses == [0, 0]
    assert not cloud.log
