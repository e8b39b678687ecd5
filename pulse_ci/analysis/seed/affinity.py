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


_TYPE_NAME_SUBSTRINGS = (
    (("INT",), Affinity.INTEGER),
    (("CHAR", "CLOB", "TEXT"), Affinity.TEXT),
    (("BLOB",), Affinity.BLOB),
    (("REAL", "FLOA", "DOUB"), Affinity.REAL),
)


def determine_affinity(declared_type: str, *, strict: bool) -> Affinity:
    """Return the affinity of a declared type; in a STRICT table, the values that the type takes."""
    upper = declared_type.upper()
    if not upper or (strict and upper == "ANY"):
        return Affinity.ANY
    for substrings, result in _TYPE_NAME_SUBSTRINGS:
        if any(substring in upper for substring in substrings):
            return result
    return Affinity.NUMERIC
