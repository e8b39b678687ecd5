"""Mermaid's own parser reads in a diagram what was drawn, whatever the tables and columns are called."""

from __future__ import annotations

import json
import subprocess
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from pulse_ci.report.er_model import ErModel, build_er_model
from pulse_ci.report.mermaid import render_er_diagram
from pulse_ci.schema.diff import diff
from tests.report.hostile import hostile_text
from tests.report.hostile_schemas import hostile_schemas

if TYPE_CHECKING:
    from pulse_ci.report.models import Schemas

ROOT = Path(__file__).parents[2]
NODE = ROOT / ".venv/node/bin/node"
MERMAID = ROOT / "tests/node/node_modules/mermaid/dist/mermaid.core.mjs"
JUDGE = Path(__file__).with_name("mermaid_judge.mjs")

# Words that mean something to one of Mermaid's readers.
WORDS = (
    "direction TB",
    "%%{init: {}}%%",
    "%% x",
    "erDiagram",
    "accTitle: x",
    "style",
    "classDef",
    "PK",
    "fk",
    "uk_x",
    "a~b~c",
    "end",
    "{",
    "}",
    "||--o{",
    ":::x",
    "one or more",
    "#35;",
    "__proto__",
    "constructor",
    "---",
    "---\ntitle: x\n---\n",
)


def read(diagrams: list[str]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [NODE, JUDGE, MERMAID], input=json.dumps(diagrams), capture_output=True, text=True, check=True
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def some_name(choice: Random) -> str:
    return choice.choice(WORDS) if choice.random() < 0.3 else hostile_text(choice)


def drawn(schemas: Schemas) -> ErModel:
    return build_er_model(diff(schemas.before, schemas.after), schemas)


def test_three_hundred_schemas_with_hostile_names_are_read_as_drawn() -> None:
    names = [Random(number) for number in range(300)]
    pictures = [drawn(hostile_schemas(number, partial(some_name, choice))) for number, choice in enumerate(names)]

    answers = read([render_er_diagram(shown) for shown in pictures])

    for shown, answer in zip(pictures, answers, strict=True):
        entities = (*shown.changed_tables, *shown.neighbours)
        assert answer.get("error") is None, render_er_diagram(shown)
        assert len(set(answer["entities"])) == len(entities)
        assert answer["attributes"] == [len(each.attributes) + bool(each.hidden_columns) for each in entities]
        assert (answer["relations"], answer["direction"]) == (len(shown.relations), "TB")
