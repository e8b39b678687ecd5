"""Flags of `check`: what counts as new, what fails, where the report goes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.commands.files import FIRST, HEADER, put, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.commands.conftest import Outcome

PULSE_CI = Path(sys.executable).with_name("pulse-ci")
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
        ["drift"],
        ["check", "--frobnicate"],
        ["check", "--baseline", "x"],
        ["check", "--format", "xml"],
        ["check", "--fail", "error"],
        ["check", "a", "b"],
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


def test_the_report_goes_to_a_file(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=table("sites"))

    outcome = run("check", "--output", "report.txt")

    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")
    assert "✓ `001_sites.sql` is safe to merge" in (repository / "report.txt").read_text(encoding="utf-8")
    assert sorted(path.name for path in repository.iterdir()) == [".git", "migrations", "report.txt"]


@pytest.mark.parametrize("place", ["no/where.txt", "migrations", "", "/dev/null/x", "a" * 300])
def test_a_report_that_cannot_be_written_is_said(repository: Path, run: Callable[..., Outcome], place: str) -> None:
    put(repository, n001_sites=table("sites"))

    outcome = run("check", "--output", place)

    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith("pulse-ci: ")
    assert "cannot be written" in outcome.err


def test_a_device_is_written_to_and_not_replaced(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=table("sites"))
    (repository / "null").symlink_to("/dev/null")

    assert run("check", "--output", "null").status == 0
    assert (repository / "null").is_char_device()


def test_a_link_in_the_way_is_not_written_through(
    repository: Path, tmp_path: Path, run: Callable[..., Outcome]
) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    put(repository, n001_sites=table("sites"))
    for name in ("report.txt", "report.txt.part"):
        (repository / name).symlink_to(outside)

    assert run("check", "--output", "report.txt").status == 0
    assert outside.read_text() == "mine"
    assert not (repository / "report.txt").is_symlink()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variable", "value", "coloured"),
    [("NO_COLOR", "", True), ("NO_COLOR", "1", False), ("TERM", "dumb", False), ("TERM", "xterm", True)],
)
def test_colour_is_for_terminals_that_want_it(
    repository: Path,
    run: Callable[..., Outcome],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    coloured: bool,
) -> None:
    put(repository, n001_sites=table("sites"))
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(variable, value)
    monkeypatch.setattr(sys, "stdout", terminal)

    run("check")

    assert ("\x1b[" in terminal.getvalue()) is coloured


def test_a_reader_that_goes_away_is_no_error_worth_a_word(repository: Path) -> None:
    put(repository, **{f"n{number:03}_t{number}": table(f"t{number}") for number in range(1, 30)})
    read, write = os.pipe()
    os.close(read)

    done = subprocess.run(
        [PULSE_CI, "check", "--format", "json"], cwd=repository, stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (2, b"")


class Interrupted(io.StringIO):
    def write(self, _: str) -> int:
        raise KeyboardInterrupt


def test_an_interrupt_is_said_in_a_word(
    repository: Path, run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", Interrupted())

    outcome = run("check")

    assert (outcome.status, outcome.err) == (2, "pulse-ci: interrupted\n")


def test_the_report_of_a_fresh_run_has_the_same_bytes(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=HEADER + "CREATE TABLE a (b, c); CREATE INDEX i ON a (b);", n002_goals="nonsense")

    assert run("check", "--format", "markdown") == run("check", "--format", "markdown")
    assert run("check", "--format", "sarif") == run("check", "--format", "sarif")
    assert run("check") == run("check")
