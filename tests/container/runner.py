"""GitHub's runner for one step: the same directories, variables and docker flags.

Source: https://github.com/actions/runner, Runner.Worker/Handlers/ContainerActionHandler.cs and
Runner.Worker/Container/DockerCommandManager.cs
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tests.container.action import environment
from tests.container.outcome import Outcome, read_outputs
from tests.container.variables import runner_variables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.container.event import Event

RUNNER_UID = 1001
_STEP_LIMIT = 120
_FILE_COMMANDS = {
    "GITHUB_ENV": "set_env",
    "GITHUB_OUTPUT": "set_output",
    "GITHUB_PATH": "add_path",
    "GITHUB_STATE": "save_state",
    "GITHUB_STEP_SUMMARY": "step_summary",
}


@dataclass
class Runner:
    """A runner with its work directory; each step that it runs is a new run of the same workflow."""

    image: str
    root: Path
    api_url: str
    token: str
    run_ids: itertools.count[int] = field(default_factory=lambda: itertools.count(18_000_000_001))

    def __post_init__(self) -> None:
        for directory in self._mounts:
            directory.mkdir(parents=True, exist_ok=True)
            own(directory)

    @property
    def workspace(self) -> Path:
        """The directory that actions/checkout fills."""
        return self.root / "pulse/pulse"

    @property
    def _temp(self) -> Path:
        return self.root / "_temp"

    @property
    def _mounts(self) -> dict[Path, str]:
        return {
            self._temp: "/github/runner_temp",
            self._temp / "_github_home": "/github/home",
            self._temp / "_github_workflow": "/github/workflow",
            self._temp / "_runner_file_commands": "/github/file_commands",
            self.workspace: "/github/workspace",
        }

    def on_host(self, path: str) -> Path:
        """Return where a path of the container is outside it; a relative one is in the workspace."""
        inside = PurePosixPath("/github/workspace") / path
        for here, there in reversed(self._mounts.items()):
            if inside.is_relative_to(there):
                return here / inside.relative_to(there)
        raise AssertionError(f"{path} is in no directory that the runner shares with the container")

    def run(
        self,
        event: Event,
        *,
        inputs: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
        flags: Sequence[str] = (),
    ) -> Outcome:
        """Run the action as one step; `flags` are given to docker beyond the runner's own."""
        event_path = self._temp / "_github_workflow/event.json"
        event_path.write_text(json.dumps(event.payload))
        own(event_path)
        run_id = next(self.run_ids)
        files = {name: self._file_command(f"{kind}_{run_id}") for name, kind in _FILE_COMMANDS.items()}
        values = {
            **environment(inputs or {}, self.token),
            **runner_variables(event, run_id, self.api_url),
            **{name: f"/github/file_commands/{path.name}" for name, path in files.items()},
            **(variables or {}),
        }
        done = subprocess.run(
            ["docker", "run", *self._flags(run_id, values), *flags, self.image],
            env={"PATH": os.environ["PATH"], **values, "HOME": "/github/home"},
            capture_output=True,
            timeout=_STEP_LIMIT,
            check=False,
        )
        return Outcome(
            status=done.returncode,
            stdout=done.stdout.decode("utf-8", "replace"),
            stderr=done.stderr.decode("utf-8", "replace"),
            outputs=read_outputs(files["GITHUB_OUTPUT"].read_text()),
            summary=files["GITHUB_STEP_SUMMARY"].read_text(),
        )

    def _file_command(self, name: str) -> Path:
        path = self._temp / "_runner_file_commands" / name
        path.touch()
        own(path)
        return path

    def _flags(self, run_id: int, values: Mapping[str, str]) -> list[str]:
        """Return the runner's own flags, with the host's network: the stand-in GitHub is there."""
        names = [flag for name in ("HOME", *values) for flag in ("-e", name)]
        volumes = [flag for here, there in self._mounts.items() for flag in ("-v", f"{here}:{there}")]
        return [
            *("--name", f"pulse_migrate_action_{os.getpid()}_{run_id}", "--label", "pulse-ci-test"),
            *("--workdir", "/github/workspace", "--rm"),
            *names,
            *("-e", "GITHUB_ACTIONS=true", "-e", "CI=true", "--network", "host"),
            *("-v", "/var/run/docker.sock:/var/run/docker.sock"),
            *volumes,
        ]


def own(path: Path) -> None:
    """Give a file to the runner's user, where the tests run as root and can."""
    if os.getuid() == 0:
        os.chown(path, RUNNER_UID, RUNNER_UID)
