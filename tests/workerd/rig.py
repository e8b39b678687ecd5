"""Real workerd, asked through a small Node program (rig.mjs)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.workerd.outcome import Answer, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.workerd.outcome import Sequence

_ROOT = Path(__file__).parents[2]
NODE = _ROOT / ".venv" / "node" / "bin" / "node"
NODE_MODULES = _ROOT / "tests" / "node" / "node_modules"
_PREFIX = "D1_ERROR: "  # a Worker's binding writes it before the message, the REST API does not


class Rig:
    """A workerd that runs sequences of requests, each on an empty database."""

    def __init__(self) -> None:
        program = [str(NODE), str(Path(__file__).with_name("rig.mjs"))]
        self._process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, sequences: Iterable[Sequence]) -> None:
        """Hand over sequences; several lots may be on their way."""
        line = json.dumps([[call.to_json() for call in sequence] for sequence in sequences])
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def receive(self) -> list[Outcome]:
        """Return the outcomes of the lot that was sent first."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the rig ended"
        return [_outcome(answer) for answer in json.loads(line, parse_int=_number)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def _number(digits: str) -> int | float:
    return int(digits) if abs(int(digits)) <= 2**53 else float(digits)


def _outcome(answer: dict[str, Any]) -> Outcome:
    return Outcome(
        answers=tuple(
            Answer(request["error"] and request["error"].removeprefix(_PREFIX), request["rows"])
            for request in answer["requests"]
        ),
        objects=answer["objects"],
        tables=answer["tables"],
    )
