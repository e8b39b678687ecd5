"""What an expression of the source can be, as far as it is known before the Worker runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulse_ci.worker.text import EMPTY, Choice, Hole, Text, choose, hole, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tree_sitter import Node

    from pulse_ci.worker.syntax import Module


@dataclass(frozen=True, slots=True)
class Items:
    """An array: elements that it has or (optional) may have, and the text of further ones of unknown number."""

    elements: tuple[tuple[Value, bool], ...] = ()
    repeated: Text | None = None

    def join(self, separator: Text, source: str) -> Text:
        """Return what Array.join() makes of it, in each of the forms that it can take."""
        known = [(_as_text(value, source), optional) for value, optional in self.elements]
        sure = [text for text, optional in known if not optional]
        options = [[text for text, _ in known], sure]
        optional_positions = [position for position, (_, optional) in enumerate(known) if optional]
        for kept in optional_positions if len(optional_positions) > 1 else ():
            options += [[text for position, (text, optional) in enumerate(known) if not optional or position == kept]]
        if self.repeated is not None:
            repeated = Text((Hole(source, self.repeated, str(separator)),))
            options = [[*option, repeated] for option in options]
        return choose(join(option, separator) for option in options)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands: its file, the nodes around it, and what parameters of inlined functions hold."""

    module: Module
    path: tuple[Node, ...]
    arguments: Mapping[tuple[str, int, str], Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fields:
    """An object: the expressions that a property can have, each in its scope; it may have more if not complete."""

    properties: Mapping[str, tuple[tuple[Node, Scope], ...]]
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the source."""

    node: Node
    scope: Scope


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is known; `source` is the expression."""

    source: str


Value = Text | Items | Fields | Function | Unknown


def as_text(value: Value, source: str) -> Text:
    """Return a value as it stands in a template."""
    return _as_text(value, source)


def _as_text(value: Value, source: str) -> Text:
    match value:
        case Text():
            return value
        case Items():
            return value.join(Text((",",)), source)
        case Unknown():
            return hole(value.source)
        case _:
            return hole(source)


def choose_value(values: Iterable[Value], source: str) -> Value:
    """Return a value that is one of several."""
    found = list(values)
    if not found:
        return Unknown(source)
    if len(found) == 1:
        return found[0]
    if any(isinstance(each, Fields) for each in found):
        return _merged([each for each in found if isinstance(each, Fields)])
    if all(isinstance(each, Items) for each in found):
        return found[0]
    return choose(_as_text(each, source) for each in found)


def _merged(objects: list[Fields]) -> Fields:
    names = dict.fromkeys(name for each in objects for name in each.properties)
    return Fields({name: tuple(one for each in objects for one in each.properties.get(name, ())) for name in names})


def maybe(text: Text) -> Text:
    """Return text that may be missing."""
    return choose((EMPTY, text))


def texts_of(text: Text) -> tuple[Text, ...]:
    """Return the alternatives of text that is nothing else than alternatives."""
    match text.parts:
        case (Choice(options),):
            return options
        case _:
            return (text,)
