"""A column's declared type to what it stores (https://sqlite.org/datatype3.html, 3.1)."""

from __future__ import annotations

from enum import StrEnum, auto


class Affinity(StrEnum):
    """What a column turns values into; ANY stores each as it is."""

    INTEGER = auto()
    REAL = auto()
    TEXT = auto()
    BLOB = auto()
    NUMERIC = auto()
    ANY = auto()


_MARKS = (
    (("INT",), Affinity.INTEGER),
    (("CHAR", "CLOB", "TEXT"), Affinity.TEXT),
    (("BLOB",), Affinity.BLOB),
    (("REAL", "FLOA", "DOUB"), Affinity.REAL),
)


def affinity(declared: str, *, strict: bool) -> Affinity:
    """Return the affinity of a declared type; in a STRICT table, the values that the type takes."""
    upper = declared.upper()
    if not upper or (strict and upper == "ANY"):
        return Affinity.ANY
    for marks, found in _MARKS:
        if any(mark in upper for mark in marks):
            return found
    return Affinity.NUMERIC
