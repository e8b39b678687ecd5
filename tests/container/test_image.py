"""The image: what is in it, how large it is, and how fast it starts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

import pulse_ci
from tests.container.engine import base_image, docker
from tests.container.sizes import measure

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.container

BUILD_TOOLS = ("cc", "gcc", "g++", "ld", "make", "cmake", "cargo", "git", "npm", "node", "pip", "pip3", "uv")
MOST_COMPRESSED = 70_000_000
MOST_CPU_SECONDS = 0.3


def test_the_image_starts_as_root_as_another_user_and_read_only(image: str) -> None:
    for flags in ([], ["--user=1001:1001"], ["--user=65534:65534", "--read-only", "--cap-drop=ALL"]):
        assert pulse_ci.__version__ in docker("run", "--rm", "--network=none", *flags, image, "--version")


def test_printing_the_version_takes_little_cpu_time(image: str) -> None:
    times = [_cpu_seconds(image, "--version") for _ in range(3)]

    assert min(times) < MOST_CPU_SECONDS


def test_the_image_is_small(image: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    below, above = measure(image, base_image(), tmp_path)

    with capsys.disabled():
        print(f"\nimage: {above} on top of {base_image()}, which is {below}")
    assert above.compressed < MOST_COMPRESSED


def test_the_image_holds_no_build_tool(image: str) -> None:
    found = docker(
        *("run", "--rm", "--network=none", "--entrypoint=sh", image, "-c"),
        f"PATH=$PATH:/app/.venv/bin; for tool in {' '.join(BUILD_TOOLS)}; do command -v $tool; done; true",
    )

    assert found == ""


def test_the_entrypoint_is_the_python_that_was_baked_in(image: str) -> None:
    config = json.loads(docker("image", "inspect", image))[0]["Config"]

    assert config["Entrypoint"] == ["/app/.venv/bin/python", "-EuB", "/app/entrypoint.py"]
    assert not config["User"]


def test_no_variable_of_a_workflow_reaches_the_python_inside(image: str, tmp_path: Path) -> None:
    (tmp_path / "pulse_ci.py").write_text("raise SystemExit('the pull request ran its own code')\n")
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit('the pull request ran its own code')\n")
    tmp_path.chmod(0o755)
    variables = ("-e", "PYTHONPATH=/w", "-e", "PYTHONHOME=/w", "-e", "PYTHONSTARTUP=/w/pulse_ci.py")

    printed = docker("run", "--rm", "-v", f"{tmp_path}:/w", "-w", "/w", *variables, image, "--version")

    assert pulse_ci.__version__ in printed


def _cpu_seconds(image: str, *words: str) -> float:
    command = " ".join([*json.loads(docker("image", "inspect", image))[0]["Config"]["Entrypoint"], *words])
    printed = docker("run", "--rm", "--entrypoint=sh", image, "-c", f"{command} >/dev/null; times")
    user, system = re.findall(r"(\d+)m([\d.]+)s", printed.splitlines()[-1])
    return sum(60 * int(minutes) + float(seconds) for minutes, seconds in (user, system))
