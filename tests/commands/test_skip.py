"""`--skip`: rules that a repository does not ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.files import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Outcome

STRANGE = "CREATE TABLE sites (id TEXT PRIMARY KEY);\nALTER TABLE sites ADD COLUMN url TEXT;\n"
CONVENTIONS = [
    "header-date",
    "migration-name",
    "migration-number-gap",
    "missing-drop",
    "missing-header",
    "missing-reason",
    "not-idempotent",
    "reverse-incomplete",
]


@pytest.fixture
def strange(repository: Path) -> Path:
    """A repository without headers, guards and reverses."""
    put(repository, n001_sites=STRANGE)
    return repository


@pytest.mark.usefixtures("strange")
def test_without_conventions_what_d1_takes_is_safe_to_merge(check: Callable[..., Outcome]) -> None:
    assert check().status == 1

    outcome = check("--skip", "conventions")

    assert (outcome.status, outcome.found) == (0, [])
    assert outcome.report["skipped"] == CONVENTIONS
    assert [(each["idempotent"], each["reversible"]) for each in outcome.report["migrations"]] == [(None, None)]


@pytest.mark.usefixtures("strange")
def test_rules_are_left_out_by_name_from_flags_and_from_the_environment(
    check: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = check("--skip", "missing-header", "--skip", "missing-reason,missing-drop")
    monkeypatch.setenv("PULSE_CI_SKIP", "missing-header missing-reason\nmissing-drop")
    environment = check()

    assert {rule for rule, *_ in flags.found} == {"not-idempotent"}
    assert flags.found == environment.found
    assert (
        flags.report["skipped"] == environment.report["skipped"] == ["missing-drop", "missing-header", "missing-reason"]
    )


@pytest.mark.usefixtures("strange")
@pytest.mark.parametrize(("rule", "undone"), [("missing-drop", None), ("reverse-incomplete", False)])
def test_that_a_file_can_be_undone_is_asked_by_two_rules(
    check: Callable[..., Outcome], rule: str, undone: bool | None
) -> None:
    outcome = check("--skip", rule)

    assert outcome.report["migrations"][0]["reversible"] is undone
    assert any(found == "missing-drop" for found, *_ in outcome.found) is (undone is False)


def test_without_conventions_rows_are_still_kept(repository: Path, check: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=STRANGE, n002_gone="DROP TABLE sites;")

    outcome = check("--skip", "conventions", "--baseline", "1")

    assert (outcome.status, [rule for rule, *_ in outcome.found]) == (1, ["drop-table"])


def test_a_reverse_that_is_there_must_hold(strange: Path, check: Callable[..., Outcome]) -> None:
    reverse = strange / "migrations" / "reverse" / "001_sites.sql"
    reverse.parent.mkdir()
    reverse.write_text("-- Reverse migration 001\nDROP TABLE nosuch;\n")

    outcome = check("--skip", "conventions")

    assert [rule for rule, *_ in outcome.found] == ["reverse-fails"]
    assert outcome.report["migrations"][0]["reversible"] is False


@pytest.mark.usefixtures("strange")
def test_the_text_tells_what_was_not_asked(run: Callable[..., Outcome]) -> None:
    outcome = run("check", "--skip", "conventions")

    assert "Safe to merge" in outcome.out
    assert "without the rules header-date, migration-name, migration-number-gap, missing-drop" in outcome.out


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("name", "meant"), [("missing-dorp", " Did you mean missing-drop?"), ("convention", " Did you mean conventions?")]
)
def test_a_rule_that_is_not_there_is_told(run: Callable[..., Outcome], name: str, meant: str) -> None:
    outcome = run("check", "--skip", name)

    assert outcome.status == 2
    assert outcome.err == f"pulse-ci: There is no rule {name!r}.{meant} `pulse-ci rules` lists all.\n"


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("name", ["replay-fails", "explicit-transaction", "stored-column", "statement-too-long"])
def test_what_d1_refuses_cannot_be_left_out(run: Callable[..., Outcome], name: str) -> None:
    outcome = run("check", "--skip", f"conventions {name}")

    assert outcome.status == 2
    assert outcome.err == f"pulse-ci: The rule {name} cannot be left out: it says what D1 refuses.\n"


@pytest.mark.usefixtures("strange")
def test_fix_leaves_alone_what_is_not_asked(run: Callable[..., Outcome], strange: Path) -> None:
    before = (strange / "migrations" / "001_sites.sql").read_text()

    outcome = run("fix", "--baseline", "0", "--skip", "conventions")

    assert outcome.status == 0
    assert (strange / "migrations" / "001_sites.sql").read_text() == before
    assert not (strange / "migrations" / "reverse").exists()
