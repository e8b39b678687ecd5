"""Where a report goes: a file, a device, a terminal, a reader that has gone."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.commands.files import HEADER, put, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.commands.conftest import Outcome

PULSE_CI = Path(sys.executable).with_name("pulse-ci")


def test_the_report_goes_to_a_file(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=table("sites"))

    outcome = run("check", "--output", "report.txt")

    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")
    assert "✓ Safe to merge: adds table `sites`" in (repository / "report.txt").read_text(encoding="utf-8")
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


def test_a_full_disk_behind_standard_output_is_said(repository: Path) -> None:
    put(repository, n001_sites=table("sites"))
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [PULSE_CI, "check", "--format", "json"], cwd=repository, stdout=full, stderr=subprocess.PIPE, check=False
        )

    assert (done.returncode, done.stderr) == (2, b"pulse-ci: standard output: No space left on device\n")


class Interrupted(io.StringIO):
    def write(self, _: str) -> int:
        raise KeyboardInterrupt


def test_an_interrupt_is_said_in_a_word(
    repository: Path, run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "migrations/.gitkeep").touch()
    monkeypatch.setattr(sys, "stdout", Interrupted())

    outcome = run("check")

    assert (outcome.status, outcome.err) == (2, "pulse-ci: interrupted\n")


def test_the_report_of_a_fresh_run_has_the_same_bytes(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_sites=HEADER + "CREATE TABLE a (b, c); CREATE INDEX i ON a (b);", n002_goals="nonsense")

    assert run("check", "--format", "markdown") == run("check", "--format", "markdown")
    assert run("check", "--format", "sarif") == run("check", "--format", "sarif")
    assert run("check") == run("check")
