"""Possessive repetition in regular expressions, to the same effect in every Python from 3.11 on.

Python before 3.11.5 goes on where the last attempt of such a repetition failed, and not where that attempt began
(https://github.com/python/cpython/issues/106052). A last alternative that never matches takes it back there.
"""

from __future__ import annotations


def repeat_any(*alternatives: str) -> str:
    """Return the pattern of any number of them, none of which is given up again once it has matched."""
    return f"{_group(alternatives)}*+"


def repeat_at_least_once(*alternatives: str) -> str:
    """Return the pattern of one or more of them, none of which is given up again once it has matched."""
    return f"{_group(alternatives)}++"


def _group(alternatives: tuple[str, ...]) -> str:
    return f"(?:{'|'.join((*alternatives, '(?!)'))})"
