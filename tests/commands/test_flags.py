"""Flags of `check`: what counts as new, what fails."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.commands.files import FIRST, put, table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Outcome

SECOND = "migrations/002_goals.sql"
WARNED = table("sites").replace("-- Reason: shows something\n", "")


def git(*words: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


@pytest.fixture
def branch(repository: Path) -> Path:
    """A branch that has left main, whose first migration has faults."""
    (repository / ".git").rmdir()
    put(repository, n001_sites="CREATE TABLE sites (site_id);")
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    git("switch", "-q", "-c", "topic")
    return repository


def test_with_a_base_only_what_the_branch_adds_is_judged(branch: Path, check: Callable[..., Outcome]) -> None:
    put(branch, n002_goals=table("goals").replace("-- Reason: shows something\n", ""))
    git("add", ".")
    git("commit", "-q", "-m", "two")

    outcome = check("--base", "main")

    assert (outcome.status, outcome.found) == (0, [("missing-reason", SECOND, 1)])
    assert [each["under_review"] for each in outcome.report["migrations"]] == [False, True]
    assert [(each["kind"], each["name"]) for each in outcome.report["changes"]] == [("table", "goals")]


def test_with_a_base_an_edited_file_is_reported_with_the_command_that_restores_it(
    branch: Path, check: Callable[..., Outcome]
) -> None:
    put(branch, n001_sites="CREATE TABLE sites (id);")

    outcome = check("--base", "main")

    assert (outcome.status, outcome.found) == (1, [("edited-migration", FIRST, 1)])
    assert outcome.report["findings"][0]["remedy"] == (
        f"git checkout main -- {FIRST}, and put the change into a new migration"
    )


@pytest.mark.parametrize("ref", ["nowhere", "--output=x", "main:migrations", " "])
def test_a_base_that_git_does_not_know_is_said(branch: Path, run: Callable[..., Outcome], ref: str) -> None:
    outcome = run("check", f"--base={ref}")

    assert outcome.status == 2
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith("pulse-ci: --base")


def test_a_base_outside_a_repository_is_said(repository: Path, run: Callable[..., Outcome]) -> None:
    outcome = run("check", "--base", "main")

    assert outcome.status == 2
    assert outcome.err.startswith("pulse-ci: --base main: fatal: not a git repository")


def test_up_to_the_baseline_nothing_is_judged(repository: Path, check: Callable[..., Outcome]) -> None:
    put(repository, n001_sites="CREATE TABLE sites (site_id);", n002_goals=table("goals"))

    assert check().status == 1
    assert check("--baseline", "1").status == 0


@pytest.mark.parametrize(
    ("content", "fail_on", "status"),
    [
        (WARNED, "error", 0),
        (WARNED, "warning", 1),
        (WARNED, "never", 0),
        ("CREATE TABLE a (b);", "never", 0),
        ("CREATE TABLE a (b);", "error", 1),
    ],
)
def test_fail_on_decides_the_exit_status(
    repository: Path, run: Callable[..., Outcome], content: str, fail_on: str, status: int
) -> None:
    put(repository, n001_sites=content)

    assert run("check", "--fail-on", fail_on).status == status


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["--baseline", "-1"], "baseline"),
        (["--preview", "staging"], "preview"),
        (["--preview", "scratch"], "preview"),
        (["--database", "x"], "--database"),
        (["--environment", "x"], "--environment"),
        (["--wrangler-config", "missing.toml"], "missing.toml"),
    ],
)
def test_a_flag_that_cannot_be_obeyed_is_named_in_one_sentence(
    run: Callable[..., Outcome], words: list[str], name: str
) -> None:
    outcome = run("check", *words)

    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith("pulse-ci: ")
    assert outcome.err.count("\n") == 1
    assert name in outcome.err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["frobnicate"],
        ["check", "--frobnicate"],
        ["check", "--baseline", "x"],
        ["check", "--format", "xml"],
        ["check", "--fail", "error"],
        ["status", "a", "b"],
        ["new"],
    ],
)
def test_words_that_are_not_understood_end_with_2(run: Callable[..., Outcome], words: list[str]) -> None:
    outcome = run(*words)

    assert (outcome.status, outcome.out) == (2, "")
    assert "usage: pulse-ci" in outcome.err


def test_the_environment_gives_flags_and_flags_win(
    repository: Path, run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(repository, n001_sites=WARNED)
    monkeypatch.setenv("PULSE_CI_FAIL_ON", "warning")

    assert run("check").status == 1
    assert run("check", "--fail-on", "error").status == 0


def test_no_output_holds_a_secret(
    repository: Path, run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(repository, n001_sites=table("sites"))
    for name in ("PULSE_CI_API_TOKEN", "PULSE_CI_GITHUB_TOKEN", "CLOUDFLARE_API_TOKEN"):
        monkeypatch.setenv(name, "hunter2")

    for words in (["--format", "json"], ["--format", "text"], ["--baseline", "-1"], ["--preview", "staging"]):
        outcome = run("check", *words)
        assert "hunter2" not in outcome.out + outcome.err
