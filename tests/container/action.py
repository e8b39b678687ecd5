"""action.yml as the runner reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from tests.container.engine import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_EXPRESSION = re.compile(r"\$\{\{\s*([a-z.-]+)\s*\}\}")


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file."""
    return YAML(typ="safe", pure=True).load(path)


def read_action() -> Any:
    """Return the content of action.yml."""
    return read_yaml(REPOSITORY / "action.yml")


def environment(given: Mapping[str, str], token: str) -> dict[str, str]:
    """Return the variables that the runner makes of `with:`, of the inputs' defaults and of `runs.env`."""
    action = read_action()
    unknown = given.keys() - action["inputs"].keys()
    assert not unknown, f"action.yml has no input {unknown}"

    contexts = {"github.token": token}
    inputs = {
        name: given.get(name, _evaluate(declared.get("default", ""), contexts))
        for name, declared in action["inputs"].items()
    }
    contexts |= {f"inputs.{name}": value for name, value in inputs.items()}
    as_inputs = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
    return as_inputs | {name: _evaluate(value, contexts) for name, value in action["runs"]["env"].items()}


def _evaluate(text: str, contexts: Mapping[str, str]) -> str:
    return _EXPRESSION.sub(lambda expression: contexts[expression[1]], text)
