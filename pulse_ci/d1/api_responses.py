"""Cloudflare's answers as values; whatever differs from its documentation is an error and not a guess."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pulse_ci.errors import D1Error

_Model = TypeVar("_Model", bound=BaseModel)
# Cloudflare leaves a count out, or sends null, where there is nothing to count.
_Count = Annotated[int, BeforeValidator(lambda value: value or 0)]


@dataclass(frozen=True, slots=True)
class DatabaseInfo:
    """A database of the account; `created_at` is as Cloudflare writes it, ISO 8601."""

    id: str
    name: str
    created_at: str


@dataclass(frozen=True, slots=True)
class StatementResult:
    """What one statement gave, and what it cost.

    JSON has no blobs and no integers beyond 2^53: where they matter, select `quote(column)`.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    rows_read: int
    rows_written: int
    changes: int

    def get_rows(self, width: int) -> tuple[tuple[object, ...], ...]:
        """Return the rows of a statement that gives so many columns."""
        if self.rows and len(self.columns) != width:
            raise _make_malformed_error(f"{width} columns")
        return self.rows


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Error(_Answer):
    code: _Count = 0
    message: str = ""


class _ResultInfo(_Answer):
    total_count: int | None = None


class ApiResponse(_Answer):
    """An answer's envelope; `error_code` and `error_message` are of its first error."""

    success: bool
    result: Any = None
    errors: list[_Error] | None = None
    result_info: _ResultInfo | None = None

    @property
    def total_count(self) -> int | None:
        """How many items there are on all pages."""
        return self.result_info.total_count if self.result_info else None

    @property
    def error_code(self) -> int:
        """The code of the first error, 0 where there is none."""
        return self.errors[0].code if self.errors else 0

    @property
    def error_message(self) -> str:
        """The message of the first error."""
        return self.errors[0].message if self.errors else ""


class _Database(_Answer):
    uuid: str
    name: str
    created_at: str | None = None


class _Bookmark(_Answer):
    bookmark: str


class _Rows(_Answer):
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class _Cost(_Answer):
    rows_read: _Count = 0
    rows_written: _Count = 0
    changes: _Count = 0


class _Result(_Answer):
    results: _Rows
    meta: _Cost | None = Field(default=None)


def parse_response(content: bytes) -> ApiResponse | None:
    """Return the envelope, or None where the content is something else, such as a page of HTML."""
    try:
        return ApiResponse.model_validate(json.loads(content))
    except (ValueError, RecursionError):
        return None


def parse_database(value: object) -> DatabaseInfo:
    """Return one database."""
    found = _validate(_Database, value, "a database")
    return DatabaseInfo(found.uuid, found.name, found.created_at or "")


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
    return _validate(_Bookmark, value, "a bookmark").bookmark


def _parse_result(value: object) -> StatementResult:
    found = _validate(_Result, value, "the result of a statement")
    columns, cost = found.results.columns, found.meta or _Cost()
    if any(len(row) != len(columns) for row in found.results.rows):
        raise _make_malformed_error("the result of a statement")
    rows = tuple(tuple(map(_convert_value, row)) for row in found.results.rows)
    return StatementResult(columns, rows, cost.rows_read, cost.rows_written, cost.changes)


def _convert_value(value: object) -> object:
    try:
        return bytes(value) if isinstance(value, list) else value
    except (TypeError, ValueError):
        raise _make_malformed_error("a blob as numbers") from None


def _validate(model: type[_Model], value: object, what: str) -> _Model:
    try:
        return model.model_validate(value)
    except ValidationError:
        raise _make_malformed_error(what) from None


def _make_malformed_error(what: str) -> D1Error:
    return D1Error(
        f"Cloudflare's answer should hold {what}, and does not. Check CLOUDFLARE_API_BASE_URL, then report this."
    )
