"""Cloudflare's JSON to values; whatever is not as its documentation has it is an error and not a guess."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from pulse_ci.errors import D1Error


@dataclass(frozen=True, slots=True)
class DatabaseInfo:
    """A database of the account; `created_at` is as Cloudflare writes it, ISO 8601."""

    id: str
    name: str
    created_at: str


@dataclass(frozen=True, slots=True)
class StatementResult:
    """What one statement gave, and what it cost.

    JSON has no blobs and no integers beyond 2^53: where they matter, ask for `quote(column)`.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    rows_read: int
    rows_written: int
    changes: int


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """An answer's envelope; `code` and `message` are of its first error, 0 and "" where there is none."""

    result: object
    total_count: int | None
    error_code: int
    error_message: str


def parse_response(content: bytes) -> ApiResponse | None:
    """Return the envelope, or None where the content is something else, such as a page of HTML."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or "success" not in value:
        return None
    errors = value.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    info = value.get("result_info")
    total = info.get("total_count") if isinstance(info, dict) else None
    return ApiResponse(
        value.get("result"), _find_number(total), _get_number(first.get("code")), str(first.get("message", ""))
    )


def parse_database(value: object) -> DatabaseInfo:
    """Return one database."""
    fields = value if isinstance(value, dict) else {}
    found = [fields.get(name) for name in ("uuid", "name", "created_at")]
    if not isinstance(found[0], str) or not isinstance(found[1], str):
        raise _make_malformed_error("a database")
    return DatabaseInfo(found[0], found[1], str(found[2] or ""))


def parse_databases(value: object) -> tuple[DatabaseInfo, ...]:
    """Return a list of databases."""
    if not isinstance(value, list):
        raise _make_malformed_error("a list of databases")
    return tuple(parse_database(each) for each in value)


def parse_results(value: object, expected: int) -> tuple[StatementResult, ...]:
    """Return the result of each statement; there must be as many as statements were sent."""
    if not isinstance(value, list) or len(value) != expected:
        raise _make_malformed_error(f"the results of {expected} statements")
    return tuple(_parse_result(each) for each in value)


def parse_bookmark(value: object) -> str:
    """Return a bookmark of Time Travel."""
    found = value.get("bookmark") if isinstance(value, dict) else None
    if not isinstance(found, str):
        raise _make_malformed_error("a bookmark")
    return found


def _parse_result(value: Any) -> StatementResult:
    try:
        columns = tuple(str(column) for column in value["results"]["columns"])
        rows = tuple(tuple(_convert_value(each) for each in row) for row in value["results"]["rows"])
        meta = value.get("meta") or {}
        if any(len(row) != len(columns) for row in rows):
            raise ValueError("a row is not as wide as its columns")
        return StatementResult(
            columns=columns,
            rows=rows,
            rows_read=_get_number(meta.get("rows_read")),
            rows_written=_get_number(meta.get("rows_written")),
            changes=_get_number(meta.get("changes")),
        )
    except (TypeError, KeyError, AttributeError, ValueError):
        raise _make_malformed_error("the result of a statement") from None


def _convert_value(value: object) -> object:
    return bytes(value) if isinstance(value, list) else value


def _get_number(value: object) -> int:
    return _find_number(value) or 0


def _find_number(value: object) -> int | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return int(value) if is_number and isinstance(value, int | float) else None


def get_rows(result: StatementResult, width: int) -> tuple[tuple[object, ...], ...]:
    """Return the rows of a statement that gives so many columns."""
    if result.rows and len(result.columns) != width:
        raise _make_malformed_error(f"{width} columns")
    return result.rows


def _make_malformed_error(what: str) -> D1Error:
    return D1Error(
        f"Cloudflare's answer should hold {what}, and does not. Check CLOUDFLARE_API_BASE_URL, then report this."
    )
