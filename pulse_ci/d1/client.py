"""The D1 databases of one Cloudflare account: found, made, deleted, read and written."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self
from urllib.parse import quote

from pulse_ci.d1.api import CloudflareApi
from pulse_ci.d1.api_responses import parse_bookmark, parse_database, parse_databases, parse_results
from pulse_ci.errors import D1Error, DatabaseNotFound
from pulse_ci.model import Usage
from pulse_ci.sql.tokens import TokenKind, tokenize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import httpx

    from pulse_ci.d1.account import Account
    from pulse_ci.d1.api_responses import ApiResponse, DatabaseInfo, StatementResult

_DATABASES_PATH = "/d1/database"
_PAGE_SIZE = 100
_READ_KEYWORDS = frozenset({"SELECT", "EXPLAIN"})


class Query(NamedTuple):
    """One statement and the values of its `?`."""

    sql: str
    params: tuple[str | int | float | None, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return it as the API takes it, which refuses a null for the values and may cut SQL where it sees any."""
        return {"sql": self.sql} | ({"params": list(self.params)} if self.params else {})


class D1Client:
    """The databases of an account; a context manager. Every method raises a D1Error; `failures` lists them.

    A database is named by its id. What reads is sent again when it fails, what writes never is.
    """

    def __init__(
        self,
        account: Account,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.account = account
        self._api = CloudflareApi(account, transport=transport, sleep=sleep)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    @property
    def usage(self) -> Usage:
        """The requests that were sent so far, and the rows that they read and wrote."""
        return self._api.usage

    def list_databases(self, name: str = "") -> Iterator[DatabaseInfo]:
        """Yield the account's databases, those alone whose name has `name` in it."""
        page, seen = 1, 0
        while True:
            params: dict[str, str | int] = {"page": page, "per_page": _PAGE_SIZE} | ({"name": name} if name else {})
            answer = self._api.read("GET", _DATABASES_PATH, params=params)
            found = parse_databases(answer.result)
            yield from found
            page, seen = page + 1, seen + len(found)
            if not found or seen >= (answer.total_count if answer.total_count is not None else seen):
                return

    def get_database(self, name: str) -> DatabaseInfo:
        """Return the database of this name or id; raises DatabaseNotFound."""
        return parse_database(self._api.read("GET", _database_path(name)).result)

    def create_database(self, name: str) -> DatabaseInfo:
        """Make an empty database; raises AmbiguousWrite where it may have been made."""
        return parse_database(self._api.write("POST", _DATABASES_PATH, body={"name": name}).result)

    def delete_database(self, database: str) -> None:
        """Delete a database for good; one that is not there is no error."""
        try:
            self._api.read("DELETE", _database_path(database))
        except DatabaseNotFound:
            return

    def read(self, database: str, queries: Sequence[Query]) -> tuple[StatementResult, ...]:
        """Run statements that only read, in one transaction, and return the result of each.

        Raises:
            D1Error: a query is not a single SELECT or EXPLAIN; nothing is sent then.
            D1Refused: D1 refuses one of them.

        """
        for query in queries:
            _require_read_only(query.sql)
        return self._run(self._api.read, database, queries)

    def write(self, database: str, queries: Sequence[Query]) -> tuple[StatementResult, ...]:
        """Run statements in one transaction, all or nothing, and return the result of each.

        Raises:
            D1Refused: D1 refuses one of them, or the commit; nothing was done.
            AmbiguousWrite: all may have been done, or nothing: read the state.

        """
        return self._run(self._api.write, database, queries)

    def get_bookmark(self, database: str) -> str:
        """Return the bookmark of Time Travel to which the database could be restored as it is now."""
        return parse_bookmark(self._api.read("GET", _database_path(database, "/time_travel/bookmark")).result)

    def _run(self, send: _SendRequest, database: str, queries: Sequence[Query]) -> tuple[StatementResult, ...]:
        body = {"batch": [query.to_json() for query in queries]}
        sql = [query.sql for query in queries]
        answer = send("POST", _database_path(database, "/raw"), body=body, sql=sql)
        results = parse_results(answer.result, len(queries))
        self._api.add_usage(
            Usage(0, sum(each.rows_read for each in results), sum(each.rows_written for each in results))
        )
        return results


class _SendRequest(Protocol):
    def __call__(self, method: str, path: str, *, body: Mapping[str, object], sql: Sequence[str]) -> ApiResponse: ...


def _database_path(database: str, action: str = "") -> str:
    return f"{_DATABASES_PATH}/{quote(database, safe='')}{action}"


def _require_read_only(sql: str) -> None:
    """Refuse what could write: D1 itself may cut a text where SQLite would not, so comments are refused too."""
    tokens = list(tokenize(sql))
    words = [token.keyword for token in tokens if token.is_code]
    ends = [token for token in tokens[:-1] if token.kind is TokenKind.SEMICOLON]
    has_no_comments = all(token.is_code or token.kind is TokenKind.SPACE for token in tokens)
    if not words or words[0] not in _READ_KEYWORDS or ends or not has_no_comments:
        raise D1Error(f"This is not a single statement that reads, and was not sent: {' '.join(sql.split())[:100]}")
