"""The names of many databases: the first of them written out, and those together of which the same is to be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MAX_NAMES = 8


def join_names(names: Sequence[str]) -> str:
    """Return "a, b, c and 12 more"."""
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return ", ".join(names[:_MAX_NAMES]) + more


def group_by_sentence(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Return each sentence once, with the names of the databases that it is about; the most databases first."""
    groups: dict[str, list[str]] = {}
    for name, sentence in pairs:
        groups.setdefault(sentence, []).append(name)
    return sorted(groups.items(), key=lambda group: -len(group[1]))
