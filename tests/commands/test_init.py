"""`pulse-ci init`: the file and the workflow that it writes, and what a check says with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.commands.init import WORKFLOW
from tests.cases.product import judge_directory, write
from tests.cases.test_repositories import HARMLESS, REBUILD, SAMPLES, breakpoints
from tests.commands.files import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Outcome

FLAGS = ("--preview", "embedded", "--format", "json")


@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - {"PULSE"}))
def test_after_init_a_check_tells_good_from_bad(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    write(tmp_path, {**sample.files, ".git/HEAD": ""})
    good, bad = (breakpoints(sql) if "drizzle" in name else sql for sql in (HARMLESS, REBUILD))

    assert judge_directory(tmp_path, "init", *sample.words).status == 0
    write(tmp_path, {sample.path: sample.header + good})
    harmless = judge_directory(tmp_path, "check", *FLAGS)
    write(tmp_path, {sample.path: sample.header + bad})
    harmful = judge_directory(tmp_path, "check", *FLAGS)

    assert (harmless.status, harmless.rules("error", "warning")) == (0, {}), harmless.said
    assert (harmful.status, harmful.rules("error").get("rebuild-cascades")) == (1, "error"), harmful.said


def test_the_workflow_can_be_a_required_check(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_a="CREATE TABLE a (id TEXT);\n")

    outcome = run("init")

    text = (repository / WORKFLOW).read_text()
    assert outcome.status == 0
    assert "merge_group:" in text
    assert "timeout-minutes:" in text
    assert "paths:" not in text
    assert "Files up to 1 are merged" in outcome.out


def test_what_exists_is_left_alone(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_a="CREATE TABLE a (id TEXT);\n")
    (repository / "pulse-ci.toml").write_text("baseline = 1\n")

    assert run("init").status == 2
    assert (repository / "pulse-ci.toml").read_text() == "baseline = 1\n"


@pytest.mark.parametrize(
    ("trace", "tool"),
    [("meta/_journal.json", "drizzle-kit"), ("a/snapshot.json", "drizzle-kit"), ("migration_lock.toml", "Prisma")],
)
def test_new_points_to_the_generator(repository: Path, run: Callable[..., Outcome], trace: str, tool: str) -> None:
    path = repository / "migrations" / trace
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}")

    outcome = run("new", "Add a table")

    assert outcome.status == 2
    assert tool in outcome.err
