"""`python entrypoint.py`: the words of the command line, or with none what the environment says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.commands.files import put, table

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRYPOINT = Path(__file__).parents[2] / "entrypoint.py"

Done = subprocess.CompletedProcess[str]


@pytest.fixture
def entrypoint(repository: Path) -> Callable[..., Done]:
    """Run entrypoint.py in the repository with nothing in the environment but what is given."""

    def run(*words: str, **environment: str) -> Done:
        done = subprocess.run(
            [sys.executable, ENTRYPOINT, *words],
            cwd=repository,
            env={"PATH": os.environ["PATH"]} | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stdout + done.stderr
        return done

    return run


def test_with_words_it_is_the_command_line(repository: Path, entrypoint: Callable[..., Done]) -> None:
    put(repository, n001_sites=table("sites"))

    done = entrypoint("check", "--format", "json")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith('{\n  "schema_version": 1,')


def test_words_win_over_the_command_of_the_environment(repository: Path, entrypoint: Callable[..., Done]) -> None:
    put(repository, n001_sites=table("sites"))

    done = entrypoint("lint", PULSE_CI_COMMAND="drift")

    assert done.returncode == 0
    assert "✓ No problems found in `001_sites.sql`" in done.stdout


@pytest.mark.parametrize("command", ["check", "lint", "preview"])
def test_without_words_it_runs_the_command_of_the_environment(
    repository: Path, entrypoint: Callable[..., Done], command: str
) -> None:
    put(repository, n001_sites=table("sites"), n002_goals="nonsense;")
    report = repository / "report.json"

    done = entrypoint(PULSE_CI_COMMAND=command, PULSE_CI_REPORT_FILE=str(report))

    assert done.returncode == 1
    assert f'"command": "{command}"' in report.read_text()


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "there is no Cloudflare API token"),
        ({"PULSE_CI_COMMAND": "status"}, "there is no Cloudflare API token"),
        ({"GITHUB_EVENT_NAME": "schedule"}, "there is no Cloudflare API token"),
        ({"PULSE_CI_COMMAND": "drift"}, "there is no Cloudflare API token"),
        ({"PULSE_CI_COMMAND": "frobnicate"}, "command: "),
        ({"PULSE_CI_COMMAND": "check", "PULSE_CI_SHARD": "3/10"}, "shard: this input has no effect on check"),
        ({"PULSE_CI_COMMAND": "check", "PULSE_CI_SHARD": "3"}, "shard: "),
        ({"PULSE_CI_COMMAND": "check", "PULSE_CI_WORKER": "src/**"}, "worker: this input has no effect"),
        ({"PULSE_CI_COMMAND": "check", "PULSE_CI_DATABASES": "a\nb"}, "databases: this input has no effect"),
        ({"PULSE_CI_COMMAND": "check", "PULSE_CI_SUGGEST": "yes"}, "suggest: write true or false"),
        ({"PULSE_CI_COMMAND": "check", "PULSE_CI_PREVIEW": "scratch"}, "preview: scratch: there is no Cloudflare API"),
        ({"PULSE_CI_COMMAND": "check", "PULSE_CI_COMMENT": "sometimes"}, "comment: "),
        ({"PULSE_CI_COMMAND": "check", "PULSE_CI_BASELINE": "one"}, "baseline: "),
        ({"PULSE_CI_COMMAND": "check", "PULSE_CI_FAIL_ON": "notice"}, "fail-on: "),
    ],
)
def test_what_this_version_cannot_do_is_one_error_that_names_the_input(
    repository: Path, entrypoint: Callable[..., Done], environment: dict[str, str], said: str
) -> None:
    (repository / "migrations/.gitkeep").touch()

    done = entrypoint(**environment)

    errors = [line for line in done.stdout.splitlines() if line.startswith("::error")]
    assert (done.returncode, len(errors), done.stderr) == (2, 1, "")
    assert said in errors[0]


def test_secrets_are_masked_before_anything_else_is_said(repository: Path, entrypoint: Callable[..., Done]) -> None:
    put(repository, n001_sites=table("sites"))

    done = entrypoint(PULSE_CI_COMMAND="check", PULSE_CI_API_TOKEN="hunter2hunter2", PULSE_CI_FAIL_ON="never")

    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "::add-mask::hunter2hunter2"
    assert not any("hunter2" in line for line in lines[1:])
