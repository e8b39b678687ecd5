"""SQL text as far as it is known before the Worker runs: fixed pieces, alternatives and holes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_VARIANTS = 24
_MAX_OPTIONS = 40


@dataclass(frozen=True, slots=True)
class Hole:
    """A piece that is known at run time only; `source` is the expression.

    `item` and `separator` are set for a list of unknown length joined to text, such as `ids.map(() => "?").join(",")`.
    """

    source: str
    item: Text | None = None
    separator: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A piece that is one of several texts, each of which the code can send."""

    options: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Pieces of text in order."""

    parts: tuple[str | Hole | Choice, ...] = ()

    @property
    def is_static(self) -> bool:
        """Whether the text is known completely."""
        return all(isinstance(part, str) for part in self.parts)

    @property
    def holes(self) -> tuple[Hole, ...]:
        """The holes outside of alternatives."""
        return tuple(part for part in self.parts if isinstance(part, Hole))

    def __str__(self) -> str:
        return "".join(_shown(part) for part in self.parts)


EMPTY = Text()


def literal(text: str) -> Text:
    """Return known text."""
    return Text((text,)) if text else EMPTY


def hole(source: str) -> Text:
    """Return text of which nothing is known."""
    return Text((Hole(source),))


def concat(texts: Iterable[Text]) -> Text:
    """Return the texts one after the other; neighbouring known pieces become one."""
    parts: list[str | Hole | Choice] = []
    for text in texts:
        for part in text.parts:
            if isinstance(part, str) and parts and isinstance(parts[-1], str):
                parts[-1] += part
            else:
                parts.append(part)
    return Text(tuple(parts))


def choose(options: Iterable[Text]) -> Text:
    """Return text that is one of `options`."""
    distinct = tuple(islice(dict.fromkeys(options), _MAX_OPTIONS))
    if not distinct:
        return EMPTY
    return distinct[0] if len(distinct) == 1 else Text((Choice(distinct),))


def join(texts: Iterable[Text], separator: Text) -> Text:
    """Return the texts with `separator` between them."""
    pieces: list[Text] = []
    for text in texts:
        pieces += [separator, text] if pieces else [text]
    return concat(pieces)


def variants(text: Text) -> tuple[Text, ...]:
    """Return texts without alternatives that the code can send, at most MAX_VARIANTS.

    All combinations where they are few; else each alternative once, beside the first ones and beside the last ones.
    """
    return tuple(islice(dict.fromkeys(_variants(text)), MAX_VARIANTS))


def _variants(text: Text) -> Iterator[Text]:
    options = [_options(part) for part in text.parts]
    combinations = 1
    for each in options:
        combinations *= len(each)
    chosen = product(*options) if combinations <= MAX_VARIANTS else _one_at_a_time(options)
    for pieces in chosen:
        yield concat(pieces)


def _options(part: str | Hole | Choice) -> tuple[Text, ...]:
    if not isinstance(part, Choice):
        return (Text((part,)),)
    nested = (each for option in part.options for each in variants(option))
    return tuple(dict.fromkeys(nested))


def _one_at_a_time(options: list[tuple[Text, ...]]) -> Iterator[tuple[Text, ...]]:
    first, last = [each[0] for each in options], [each[-1] for each in options]
    yield tuple(first)
    yield tuple(last)
    for position, each in enumerate(options):
        for option in each[1:]:
            yield (*first[:position], option, *first[position + 1 :])
        for option in each[:-1]:
            yield (*last[:position], option, *last[position + 1 :])


def _shown(part: str | Hole | Choice) -> str:
    match part:
        case str():
            return part
        case Hole():
            return f"${{{part.source}}}"
        case Choice(options):
            return f"${{{' | '.join(str(option) for option in options)}}}"
