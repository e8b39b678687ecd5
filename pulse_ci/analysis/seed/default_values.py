"""A column to values that suit its type, boundary values among them."""

from __future__ import annotations

from pulse_ci.analysis.seed.affinity import Affinity

Value = int | float | str | bytes | None

# Past what a double holds exactly, and far enough from the end of 64 bits to be added to or multiplied.
LARGE_INTEGER = 9_007_199_254_740_993
UNICODE_TEXT = "Zoë ✓ 日本語 😀"

_INTEGERS: tuple[Value, ...] = (1, 0, -1, LARGE_INTEGER, 2)
_REALS: tuple[Value, ...] = (1.5, 0.0, -1.0, 1e15, 0.1)
_TEXTS: tuple[Value, ...] = ("text", "", UNICODE_TEXT, "it's", "0")
_BLOBS: tuple[Value, ...] = (b"blob", b"", b"\x00\xff", b"\xc3", b"1")
_NUMBERS: tuple[Value, ...] = (1, 0, -1, 2.5, LARGE_INTEGER)
_ANY: tuple[Value, ...] = (1, "text", b"blob", "", 0, -1, 1.5)
_DEFAULTS = {
    Affinity.INTEGER: _INTEGERS,
    Affinity.REAL: _REALS,
    Affinity.TEXT: _TEXTS,
    Affinity.BLOB: _BLOBS,
    Affinity.NUMERIC: _NUMBERS,
    Affinity.ANY: _ANY,
}
# A type that SQLite takes for a number, and people for something else.
_BY_TYPE_NAME: tuple[tuple[str, tuple[Value, ...]], ...] = (
    ("BOOL", (1, 0)),
    ("TIME", ("2024-02-29 12:34:56", "1970-01-01 00:00:00", "9999-12-31 23:59:59")),
    ("DATE", ("2024-02-29", "1970-01-01", "9999-12-31")),
    ("JSON", ("{}", "[]", '{"a": "é"}')),
    ("STRING", _TEXTS),
)


def list_default_values(declared_type: str, affinity: Affinity) -> tuple[Value, ...]:
    """Return values for a column that may hold any twice."""
    if affinity is Affinity.NUMERIC:
        upper = declared_type.upper()
        return next((values for mark, values in _BY_TYPE_NAME if mark in upper), _NUMBERS)
    return _DEFAULTS[affinity]


def list_distinct_values(name: str, affinity: Affinity, count: int) -> tuple[Value, ...]:
    """Return `count` values for a column that holds each once, and boundary values behind them."""
    positions = range(1, count + 1)
    match affinity:
        case Affinity.INTEGER | Affinity.NUMERIC:
            return (*positions, *_INTEGERS)
        case Affinity.REAL:
            return (*map(float, positions), *_REALS)
        case Affinity.BLOB:
            return (*(position.to_bytes(4) for position in positions), *_BLOBS)
        case Affinity.TEXT | Affinity.ANY:
            # The second has letters that only some encodings and collations agree on.
            return (
                *(f"{name}-{position}" if position != 2 else f"{name}-é✓2" for position in positions),
                "text",
                "",
                UNICODE_TEXT,
            )
