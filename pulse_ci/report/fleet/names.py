"""The names of many databases, the first of them written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 8


def listed(names: Sequence[str]) -> str:
    """Return "a, b, c and 12 more"."""
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
