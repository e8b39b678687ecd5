"""Markdown on many databases, with as many rows as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def fit_to_bytes(head: str, parts: Callable[[int], Iterable[str]], steps: Iterable[int], max_bytes: int) -> str:
    """Return the head and the parts, which are given how many rows a table may have: the first of `steps` that fits."""
    for max_rows in steps:
        text = "\n\n".join([head, *parts(max_rows)]) + "\n"
        if len(text.encode()) <= max_bytes:
            return text
    return f"{head}\n\nThe rest does not fit here; the JSON report has it all.\n"
