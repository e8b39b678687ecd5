"""The written corpus: sequences of requests, by area, in files of SQL and in tables of Python.

A file of SQL is cut by lines that no SQL has:

    ==== setup              what follows is the first request of every later sequence in the file
    ==== lines              what follows is one sequence a line
    ==== NAME               what follows is one sequence, called NAME
    ---- batch|query|import within it, a further request, and how it is sent (the first: batch)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pulse_ci.engine import RequestMode
from tests.workerd.outcome import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.workerd.outcome import Sequence

FOLDER = Path(__file__).parent / "corpus"
_CASE = re.compile(r"^==== (.+)\n", re.MULTILINE)
_REQUEST = re.compile(r"^---- (\w+)\n", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """A sequence of the corpus and its name."""

    name: str
    sequence: Sequence


def areas() -> dict[str, tuple[Case, ...]]:
    """Return the whole corpus by area."""
    files = {path.stem: tuple(_read(path)) for path in sorted(FOLDER.glob("*.sql"))}
    tables = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
    return files | {name: tuple(import_module(f"tests.workerd.corpus.{name}").cases()) for name in tables}


def _read(path: Path) -> Iterator[Case]:
    _, *parts = _CASE.split(path.read_text(encoding="utf-8"))
    setup: Sequence = ()
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        match name:
            case "setup":
                setup = (Call(text),) if text.strip() else ()
            case "lines":
                for line in filter(None, text.split("\n")):
                    yield Case(line, (*setup, Call(line)))
            case _:
                yield Case(name, (*setup, *_requests(text)))


def _requests(text: str) -> Sequence:
    first, *parts = _REQUEST.split(text)
    calls = [Call(first)] if first.strip() else []
    calls += [Call(sql, RequestMode(mode)) for mode, sql in zip(parts[::2], parts[1::2], strict=True)]
    return tuple(calls)
