"""Whatever a report holds, the runner takes no line of it as a command, in any format, on either stream."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pulse_ci.commands.output import render
from pulse_ci.github.runner import escape_commands
from tests.github.runner_model import read_commands
from tests.report.hostile import hostile_reports

PULSE_CI = Path(sys.executable).with_name("pulse-ci")


@pytest.mark.parametrize("form", ["text", "json", "markdown", "sarif"])
def test_no_line_of_a_hostile_report_is_a_command(form: str) -> None:
    for report, _ in hostile_reports(120):
        assert read_commands(escape_commands(render(report, form))) == []


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_what_programs_read_holds_no_command_in_the_first_place(form: str) -> None:
    for report, _ in hostile_reports(60):
        shown = render(report, form)

        assert escape_commands(shown) == shown
        json.loads(shown)


def test_in_a_workflow_the_command_line_gives_the_runner_no_command(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "::error::a.sql").write_text("CREATE TABLE a (b) ##[error]x;")
    (tmp_path / "001_ ##[error]x.sql").write_text("CREATE TABLE a (b); ##[error]x;")
    runner = {"GITHUB_ACTIONS": "true", "PATH": ""}

    def run(*words: str) -> str:
        done = subprocess.run([PULSE_CI, *words], cwd=tmp_path, env=runner, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    outputs = [run("check", "."), run("check", "\n::error::none"), run("check", ".", "--format", "markdown")]

    assert all("error" in output for output in outputs)
    assert [read_commands(output) for output in outputs] == [[], [], []]
