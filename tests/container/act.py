"""nektos/act: runs a workflow that uses the action by the name its users write."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.container.engine import REPOSITORY, base_image, public_base_image

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.container.event import Event

ACTION = "org/pulse-migrate-action@v1"
_IMAGE = "act-org-pulse-migrate-action-v1-dockeraction:latest"
_LIMIT = 300


@dataclass(frozen=True)
class Run:
    """How a workflow ended, and its log."""

    status: int
    log: str


def export_action(target: Path) -> Path:
    """Copy the action's repository as a clone has it, with a base image that this machine has."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (REPOSITORY / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, target / name)
    dockerfile = target / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text().replace(public_base_image(), base_image()))
    # act takes an image that it built before, of whatever age.
    subprocess.run(["docker", "image", "rm", "--force", _IMAGE], capture_output=True, check=False)
    return target


def run_workflow(
    workspace: Path,
    event: Event,
    *,
    action: Path,
    api_url: str,
    token: str,
    home: Path,
    variables: Mapping[str, str] | None = None,
) -> Run:
    """Run the workflows of a repository that an event starts; `variables` are in the environment of every step."""
    payload = home / "event.json"
    payload.write_text(json.dumps(event.payload))
    done = subprocess.run(
        [
            *(Path(sys.executable).with_name("act"), event.name, "--rm", "--no-cache-server"),
            *("--platform", f"ubuntu-latest={base_image()}", "--pull=false", "--action-offline-mode"),
            *("--local-repository", f"{ACTION}={action}", "--eventpath", payload),
            *("--env", f"GITHUB_API_URL={api_url}", "--secret", f"GITHUB_TOKEN={token}"),
            *(word for name, value in (variables or {}).items() for word in ("--env", f"{name}={value}")),
        ],
        cwd=workspace,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")},
        capture_output=True,
        text=True,
        timeout=_LIMIT,
        check=False,
    )
    return Run(done.returncode, f"{done.stdout}{done.stderr}")
