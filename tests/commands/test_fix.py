"""`pulse-ci fix`: files under review mended, all others untouched, and what is left told."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.commands.files import HEADER, PULSE, put, put_pulse, table
from tests.commands.test_output import Terminal
from tests.fixes.cases import DRIZZLE, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Outcome

TODAY = datetime.now(UTC).date()
BARE = "CREATE TABLE goals (goal_id INTEGER PRIMARY KEY);\n"
FIXED = f"-- Migration: Goals\n-- Created: {TODAY}\n\nCREATE TABLE IF NOT EXISTS goals (goal_id INTEGER PRIMARY KEY);\n"
REVERSE = f"-- Reverse migration 002\n-- Created: {TODAY}\n-- Undoes: Goals\n\nDROP TABLE IF EXISTS goals;\n"
GOALS, UNDO = "migrations/002_goals.sql", "migrations/reverse/002_goals.sql"
LEFT = (
    "left to you\n  migrations/002_goals.sql:1: warning missing-reason: "
    "Add `-- Reason:` and why this change is needed. "
    "Not done here: a reason cannot be invented.\n"
)


def contents(root: Path) -> dict[str, bytes]:
    paths = (path for path in sorted((root / "migrations").rglob("*")) if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def test_files_are_mended_and_what_is_left_is_told(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=table("sites"), n002_goals=BARE)
    (repository / GOALS).chmod(0o640)

    outcome = run("fix")

    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == (
        f"{GOALS}\n  adds `IF NOT EXISTS`\n  adds `-- Migration:` and `-- Created:`\n  writes `{UNDO}`\n{LEFT}"
    )
    assert contents(repository) == {
        "migrations/001_sites.sql": table("sites").encode(),
        GOALS: FIXED.encode(),
        UNDO: REVERSE.encode(),
    }
    assert stat.S_IMODE((repository / GOALS).stat().st_mode) == 0o640


def test_a_second_run_finds_nothing_more(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=table("sites"), n002_goals=f"-- Reason: to count\n{BARE}")
    run("fix")
    once = contents(repository)

    outcome = run("fix")

    assert (outcome.status, outcome.out) == (0, "Nothing to fix.\n")
    assert contents(repository) == once


def test_a_dry_run_prints_a_patch_that_does_the_same(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=table("sites"), n002_goals=BARE)
    before = contents(repository)

    outcome = run("fix", "--dry-run")

    assert contents(repository) == before
    assert outcome.err.startswith(f"{GOALS} (not written)\n")
    (repository / ".git").rmdir()
    subprocess.run(["git", "apply"], cwd=repository, input=outcome.out.encode(), check=True)
    assert contents(repository)[GOALS] == FIXED.encode()
    assert contents(repository)[UNDO] == REVERSE.encode()


def test_a_rebuild_that_loses_rows_is_rewritten_and_the_check_is_then_clean(
    repository: Path, run: Callable[..., Outcome], check: Callable[..., Outcome]
) -> None:
    put(repository, n001_start=HEADER + SCHEMA.format(action="CASCADE"), n002_users=HEADER + DRIZZLE)
    assert ("rebuild-cascades", "migrations/002_users.sql", 12) in check("--baseline", "1").found

    outcome = run("fix", "--baseline", "1")

    assert (outcome.status, outcome.out.splitlines()[1]) == (
        0,
        "  rewrites the rebuild of `users`, so that every row is kept",
    )
    assert check("--baseline", "1").found == []


def test_the_report_offers_the_same_fixes_as_values(repository: Path, check: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=table("sites"), n002_goals=BARE)

    findings = {each["rule"]: each for each in check().report["findings"]}

    assert findings["missing-reason"]["fix"] is None
    assert findings["not-idempotent"]["fix"] == {
        "rule": "not-idempotent",
        "path": GOALS,
        "edits": [{"path": GOALS, "line": 1, "end_line": 1, "text": FIXED.splitlines(keepends=True)[-1]}],
        "patch": f"--- a/{GOALS}\n+++ b/{GOALS}\n@@ -1 +1 @@\n-{BARE}+{FIXED.splitlines(keepends=True)[-1]}",
        "does": "adds `IF NOT EXISTS`",
    }
    assert findings["not-idempotent"]["remedy"].endswith("`. `pulse-ci fix` adds `IF NOT EXISTS`.")
    assert findings["missing-drop"]["fix"]["edits"][0]["path"] == UNDO
    assert findings["missing-drop"]["fix"]["edits"][0]["end_line"] == 0


def test_an_error_that_is_left_makes_the_status_1(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=table("sites"), n002_gone=f"{HEADER}DROP TABLE sites;\n")

    outcome = run("fix", "--baseline", "1")

    assert outcome.status == 1
    assert "migrations/002_gone.sql:4: error drop-table: Stop using `sites`" in outcome.out


def test_numbers_up_to_the_baseline_are_left_alone(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=BARE.replace("goals", "sites"), n002_goals=BARE)
    before = contents(repository)["migrations/001_sites.sql"]

    assert run("fix", "--baseline", "1").status == 0

    assert contents(repository)["migrations/001_sites.sql"] == before
    assert contents(repository)[GOALS] == FIXED.encode()


def test_pulses_migrations_need_nothing(repository: Path, run: Callable[..., Outcome]) -> None:
    put_pulse(repository)

    assert run("fix", "--baseline", "18").out == "Nothing to fix.\n"

    assert contents(repository) == contents(PULSE.parent)


def git(root: Path, *words: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def cloned(repository: Path) -> Path:
    """The repository, with a migration on origin/main and one that is new."""
    (repository / ".git").rmdir()
    put(repository, n001_sites=BARE.replace("goals", "sites"))
    for words in (["init"], ["add", "."], ["commit", "-m", "x"], ["update-ref", "refs/remotes/origin/main", "HEAD"]):
        git(repository, *words)
    put(repository, n002_goals=BARE)
    return repository


def test_only_what_the_branch_adds_is_fixed(cloned: Path, run: Callable[..., Outcome]) -> None:
    before = contents(cloned)["migrations/001_sites.sql"]

    assert run("fix", "--base", "origin/main").status == 0

    assert contents(cloned)["migrations/001_sites.sql"] == before
    assert contents(cloned)[GOALS] == FIXED.encode()


def test_without_a_word_what_is_at_origin_is_left_alone(cloned: Path, run: Callable[..., Outcome]) -> None:
    git(cloned, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    before = contents(cloned)["migrations/001_sites.sql"]

    assert "001_sites" not in run("fix").out
    (cloned / GOALS).unlink()
    (cloned / UNDO).unlink()
    outcome = run("fix")

    assert outcome.out == (
        "No migration is under review in migrations, added since origin/HEAD. `--baseline 0` takes in all of them.\n"
    )
    assert contents(cloned)["migrations/001_sites.sql"] == before
    assert "001_sites" in run("fix", "--baseline", "0").out


def test_what_was_merged_and_is_renamed_is_left_alone(cloned: Path, run: Callable[..., Outcome]) -> None:
    git(cloned, "mv", "migrations/001_sites.sql", "migrations/001_places.sql")
    before = contents(cloned)["migrations/001_places.sql"]

    outcome = run("fix", "--base", "origin/main")

    assert contents(cloned)["migrations/001_places.sql"] == before
    assert "is at origin/main already: fix what is merged with a new migration" in outcome.out


@pytest.mark.parametrize("target", ["elsewhere.sql", "../outside.sql"])
def test_a_link_is_not_written_through(repository: Path, run: Callable[..., Outcome], target: str) -> None:
    put(repository, n001_sites=table("sites"))
    aim = repository / target
    aim.write_text(BARE)
    (repository / GOALS).symlink_to(os.path.relpath(aim, repository / "migrations"))

    run("fix")

    assert aim.read_text() == BARE
    assert (repository / GOALS).is_symlink()


def test_a_name_that_is_no_migrations_is_left_alone(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=table("sites"))
    path = repository / "migrations" / "2 goals\x1b[2J;rm.sql"
    path.write_text(BARE)

    outcome = run("fix")

    assert path.read_text() == BARE
    assert "\x1b" not in outcome.out
    assert "is not named like a migration: rename it first" in outcome.out


@pytest.mark.parametrize(("no_colour", "green"), [("", "\x1b[32m{}\x1b[0m"), ("1", "{}")])
def test_on_a_terminal_the_diff_is_coloured_and_nothing_in_it_is_obeyed(
    repository: Path, run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, no_colour: str, green: str
) -> None:
    put(repository, n001_goals=f"{HEADER}CREATE TABLE goals (a TEXT DEFAULT '\x1b[2J');\n")
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", no_colour)
    monkeypatch.setattr(sys, "stdout", terminal)

    run("fix", "--dry-run")

    lines = terminal.getvalue().splitlines()
    assert green.format("+DROP TABLE IF EXISTS goals;") in lines
    assert not any("\x1b[2J" in line for line in lines)
