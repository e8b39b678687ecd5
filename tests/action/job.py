"""One job that runs the action, without a container: the runner's variables and files, and what came of them."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulse_ci.action import main
from tests.container.action import environment
from tests.container.event import Event
from tests.container.outcome import Outcome, read_outputs
from tests.container.variables import runner_variables
from tests.standin.state import ChangedFile, Pull

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from tests.standin.server import StandIn

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"


@dataclass
class Job:
    """A job; each `run` of the action is a new run of the workflow."""

    standin: StandIn
    workspace: Path
    files: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    waits: list[float] = field(default_factory=list)
    run_ids: itertools.count[int] = field(default_factory=lambda: itertools.count(18_000_000_001))

    def __post_init__(self) -> None:
        self.workspace.mkdir()

    @property
    def token(self) -> str:
        """The job's own token."""
        return TOKEN

    def check_out(self, files: Mapping[str, str]) -> None:
        """Put files into the workspace as actions/checkout does."""
        (self.workspace / ".git").mkdir(exist_ok=True)
        for name, text in files.items():
            path = self.workspace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())

    def run(
        self, name: str, payload: dict[str, Any] | None, *, variables: Mapping[str, str] | None = None, **inputs: str
    ) -> Outcome:
        """Run the action for an event, without event file where `payload` is None; `fail_on` is the input fail-on."""
        run_id = next(self.run_ids)
        event_file, output, summary = (self.files / f"{kind}-{run_id}" for kind in ("event", "output", "summary"))
        values = environment({key.replace("_", "-"): value for key, value in inputs.items()}, TOKEN)
        if payload is not None:
            event_file.write_text(json.dumps(payload))
            values |= runner_variables(Event(name, payload), run_id, self.standin.url)
        values |= {"GITHUB_EVENT_NAME": name, "GITHUB_RUN_ID": str(run_id), "GITHUB_API_URL": self.standin.url}
        values |= {"GITHUB_REPOSITORY": self.standin.state.repository, "GITHUB_EVENT_PATH": str(event_file)}
        values |= {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), **(variables or {})}
        with self.monkeypatch.context() as patch:
            for variable, value in values.items():
                patch.setenv(variable, value)
            self.capsys.readouterr()
            status = main([], sleep=self.waits.append)
        captured = self.capsys.readouterr()
        return Outcome(status, captured.out, captured.err, read_outputs(output.read_text()), summary.read_text())

    def open_pull_request(
        self, payload: dict[str, Any], base: Mapping[str, str], head: Mapping[str, str], **fields: Any
    ) -> None:
        """Tell GitHub of a pull request whose base branch and head commit hold these files."""
        pull = payload["pull_request"]
        origin = pull["head"]["repo"]
        opened = Pull(
            number=pull["number"],
            author=pull["user"]["login"],
            head_repo=origin["full_name"] if origin else None,
            head_ref=pull["head"]["ref"],
            head_sha=pull["head"]["sha"],
            base_ref=pull["base"]["ref"],
            base_sha=pull["base"]["sha"],
            files=_changed(base, head),
        )
        for name, value in fields.items():
            setattr(opened, name, value)
        self.standin.state.pulls.append(opened)
        self.standin.state.tree |= {opened.base_ref: dict(base), opened.head_sha: dict(head)}


def _changed(base: Mapping[str, str], head: Mapping[str, str]) -> list[ChangedFile]:
    added = [ChangedFile(path) for path in head if path not in base]
    modified = [ChangedFile(path, "modified") for path in head if path in base and base[path] != head[path]]
    return [*added, *modified, *(ChangedFile(path, "removed") for path in base if path not in head)]
