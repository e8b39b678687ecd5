"""The Docker engine, and the image that the tests run."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
IMAGE = "pulse-migrate-action:test"
_STATE = REPOSITORY / ".venv/container"
_BUILD_LIMIT = 600


def docker(*arguments: str, limit: float = 120) -> str:
    """Run a docker command and return what it prints.

    Raises:
        AssertionError: it failed; the message holds what it said.

    """
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=limit, check=False)
    assert done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def base_image() -> str:
    """Return the base image that prepare.sh found or made."""
    chosen = _STATE / "base-image"
    assert chosen.exists(), "No engine is ready: run tests/container/prepare.sh, or make test-container."
    return chosen.read_text().strip()


def public_base_image() -> str:
    """Return the base image that the Dockerfile names."""
    dockerfile = (REPOSITORY / "Dockerfile").read_text()
    named = re.search(r"^ARG BASE_IMAGE=(\S+)$", dockerfile, re.MULTILINE)
    assert named, "The Dockerfile names no base image."
    return named[1]


def build_image() -> str:
    """Build the action's image as its Dockerfile says, and return its name."""
    docker(
        *("build", "--network=host", f"--build-arg=BASE_IMAGE={base_image()}", f"--tag={IMAGE}"),
        str(REPOSITORY),
        limit=_BUILD_LIMIT,
    )
    return IMAGE


def stop_engine() -> None:
    """Stop the engine that prepare.sh started; one that was there before stays."""
    subprocess.run([REPOSITORY / "tests/container/stop.sh"], check=True, timeout=60)
