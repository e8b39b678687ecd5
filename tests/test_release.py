"""The steps of a release, on a copy of the repository: what they change, and what stops them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import pulse_ci
from tests.container.action import read_yaml
from tests.container.engine import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

IMAGE = f"ghcr.io/org/pulse-migrate-action@sha256:{'0' * 64}"
DATED = f"## {pulse_ci.__version__} - 2026-11-30\n\n### Added\n\n- Everything.\n\n## 0.9.0 - 2026-01-01\n\n- Less.\n"
STEPS = [*re.findall(r"release\.py ([a-z-]+)", (REPOSITORY / ".github/workflows/release.yml").read_text())]


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", folder, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    who = ("-c", "user.name=o", "-c", "user.email=o@example", "-c", "commit.gpgsign=false")
    git(folder, *who, "commit", "--quiet", "--allow-empty", "--message=x")


Step = subprocess.CompletedProcess[str]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A clone with nothing in it but what a release reads, and with an origin."""
    (tmp_path / "origin").mkdir()
    copy = tmp_path / "copy"
    for name in ("action.yml", "pulse_ci/__init__.py"):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, copy / name)
    (copy / "CHANGELOG.md").write_text(DATED)
    for folder in (copy, tmp_path / "origin"):
        subprocess.run(["git", "init", "--quiet", folder], check=True)
    subprocess.run(["git", "-C", copy, "remote", "add", "origin", tmp_path / "origin"], check=True)
    return copy


@pytest.fixture
def release(copy: Path) -> Callable[..., Step]:
    """Do one step of a release in the copy."""

    def step(*words: str) -> Step:
        script = REPOSITORY / ".ci/release.py"
        done = subprocess.run([sys.executable, script, *words], cwd=copy, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        return done

    return step


def test_the_workflow_takes_the_steps_that_there_are() -> None:
    assert set(STEPS) == {"version", "notes", "pin"}


def test_the_version_is_the_packages(release: Callable[..., Step]) -> None:
    assert release("version").stdout.strip() == pulse_ci.__version__


def test_a_version_that_was_released_is_not_released_again(release: Callable[..., Step], copy: Path) -> None:
    commit(copy.parent / "origin")
    git(copy.parent / "origin", "tag", f"v{pulse_ci.__version__}")

    done = release("version")

    assert done.returncode == 1
    assert "has been released: raise __version__" in done.stderr


def test_an_origin_that_does_not_answer_is_told(release: Callable[..., Step], copy: Path) -> None:
    shutil.rmtree(copy.parent / "origin")

    assert "git cannot ask `origin`" in release("version").stderr


def test_the_notes_are_the_versions_own(release: Callable[..., Step]) -> None:
    assert release("notes").stdout == "### Added\n\n- Everything.\n"


@pytest.mark.parametrize("changelog", ["", "## Unreleased\n\n- Everything.\n", f"## {pulse_ci.__version__} - soon\n"])
def test_a_version_that_the_changelog_does_not_name_is_not_released(
    release: Callable[..., Step], copy: Path, changelog: str
) -> None:
    (copy / "CHANGELOG.md").write_text(changelog)

    assert "CHANGELOG.md has no section" in release("version").stderr


def test_the_released_action_runs_the_image_by_its_digest(release: Callable[..., Step], copy: Path) -> None:
    release("pin", IMAGE)

    before, after = ((folder / "action.yml").read_text() for folder in (REPOSITORY, copy))
    assert after == before.replace("  image: Dockerfile\n", f"  image: docker://{IMAGE}\n")
    assert "  image: Dockerfile\n" in before


def test_the_workflows_own_commands_tag_the_pinned_commit_and_move_the_major_version(copy: Path) -> None:
    publish = read_yaml(REPOSITORY / ".github/workflows/release.yml")["jobs"]["publish"]["steps"][1]["run"]
    (copy / ".ci").mkdir()
    shutil.copy(REPOSITORY / ".ci/release.py", copy / ".ci")
    commit(copy)
    main = git(copy, "rev-parse", "HEAD")
    for number in ("1.0.0", "1.0.1"):
        git(copy, "checkout", "--quiet", "--detach", main)
        given = {"PATH": os.environ["PATH"], "IMAGE": IMAGE, "VERSION": number, "TOKEN": "ghs_x", "HOME": str(copy)}
        subprocess.run(["bash", "-eo", "pipefail", "-c", publish], cwd=copy, env=given, check=True, timeout=30)

    origin = copy.parent / "origin"
    assert git(origin, "tag").split() == ["v1", "v1.0.0", "v1.0.1"]
    assert git(origin, "rev-parse", "v1") == git(origin, "rev-parse", "v1.0.1") != git(origin, "rev-parse", "v1.0.0")
    assert git(origin, "rev-parse", "v1~1") == main
    assert f"image: docker://{IMAGE}" in git(origin, "show", "v1:action.yml")
    assert git(origin, "diff", "--name-only", "v1~1", "v1") == "action.yml"


def test_what_was_pinned_is_not_pinned_again(release: Callable[..., Step]) -> None:
    release("pin", IMAGE)

    assert "is there 0 times, and should be once" in release("pin", IMAGE).stderr


@pytest.mark.parametrize(
    "words",
    [(), ("pin",), ("pin", "ghcr.io/org/x:1.0.0"), ("pin", f"{IMAGE}\n  x: y"), ("help",)],
)
def test_other_words_change_nothing(release: Callable[..., Step], copy: Path, words: tuple[str, ...]) -> None:
    done = release(*words)

    assert done.returncode == 1
    assert "this is no step of a release" in done.stderr
    assert (copy / "action.yml").read_text() == (REPOSITORY / "action.yml").read_text()
