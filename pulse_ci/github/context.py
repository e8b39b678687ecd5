"""The runner's environment variables to a value.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class RunnerContext:
    """What the runner tells a step about itself; outside a workflow, every part is empty or its default."""

    api_url: str
    server_url: str
    repository: str
    event_name: str
    event_path: Path | None
    ref: str
    sha: str
    run_id: int
    run_attempt: int
    summary_path: Path | None
    output_path: Path | None
    action_repository: str
    action_ref: str

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> RunnerContext:
        """Read the GITHUB_* variables; an empty one counts as unset, a number that is none counts as 0."""

        def text(name: str, default: str = "") -> str:
            return environ.get(f"GITHUB_{name}") or default

        def path(name: str) -> Path | None:
            return Path(value) if (value := text(name)) else None

        return cls(
            api_url=text("API_URL", "https://api.github.com"),
            server_url=text("SERVER_URL", "https://github.com"),
            repository=text("REPOSITORY"),
            event_name=text("EVENT_NAME"),
            event_path=path("EVENT_PATH"),
            ref=text("REF"),
            sha=text("SHA"),
            run_id=_number(text("RUN_ID")),
            run_attempt=_number(text("RUN_ATTEMPT", "1")),
            summary_path=path("STEP_SUMMARY"),
            output_path=path("OUTPUT"),
            action_repository=text("ACTION_REPOSITORY"),
            action_ref=text("ACTION_REF"),
        )

    @property
    def run_url(self) -> str | None:
        """The address of this attempt of the run, where its job summary is; None outside a workflow."""
        if not (self.repository and self.run_id):
            return None
        return f"{self.server_url}/{self.repository}/actions/runs/{self.run_id}/attempts/{self.run_attempt}"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
