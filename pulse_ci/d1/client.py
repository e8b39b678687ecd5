"""The D1 databases of one Cloudflare account: found, made, deleted, read and written."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self
from urllib.parse import quote

from pulse_ci.d1.api import Api
from pulse_ci.d1.api_responses import read_bookmark, read_database, read_databases, read_results
from pulse_ci.d1.failures import DatabaseNotFound
from pulse_ci.errors import D1Error
from pulse_ci.model import Spent
from pulse_ci.sql.tokens import TokenKind, tokenize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import httpx

    from pulse_ci.d1.account import Account
    from pulse_ci.d1.api_responses import DatabaseInfo, Envelope, Result

_DATABASES = "/d1/database"
_PAGE = 100
_READS = frozenset({"SELECT", "EXPLAIN"})


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
        self._api = Api(account, transport=transport, sleep=sleep)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    @property
    def spent(self) -> Spent:
        """The requests that were sent so far, and the rows that they read and wrote."""
        return self._api.spent

    def databases(self, name: str = "") -> Iterator[DatabaseInfo]:
        """Yield the account's databases, those alone whose name has `name` in it."""
        page, seen = 1, 0
        while True:
            params: dict[str, str | int] = {"page": page, "per_page": _PAGE} | ({"name": name} if name else {})
            answer = self._api.read("GET", _DATABASES, params=params)
            found = read_databases(answer.result)
            yield from found
            page, seen = page + 1, seen + len(found)
            if not found or seen >= (answer.total if answer.total is not None else seen):
                return

    def database(self, name: str) -> DatabaseInfo:
        """Return the database of this name or id; raises DatabaseNotFound."""
        return read_database(self._api.read("GET", _path(name)).result)

    def create(self, name: str) -> DatabaseInfo:
        """Make an empty database; raises AmbiguousWrite where it may have been made."""
        return read_database(self._api.write("POST", _DATABASES, body={"name": name}).result)

    def delete(self, database: str) -> None:
        """Delete a database for good; one that is not there is no error."""
        try:
            self._api.read("DELETE", _path(database))
        except DatabaseNotFound:
            return

    def read(self, database: str, queries: Sequence[Query]) -> tuple[Result, ...]:
        """Run statements that only read, in one transaction, and return the result of each.

        Raises:
            D1Error: a query is not a single SELECT or EXPLAIN; nothing is sent then.
            D1Refused: D1 refuses one of them.

        """
        for query in queries:
            _check_reads(query.sql)
        return self._run(self._api.read, database, queries)

    def write(self, database: str, queries: Sequence[Query]) -> tuple[Result, ...]:
        """Run statements in one transaction, all or nothing, and return the result of each.

        Raises:
            D1Refused: D1 refuses one of them, or the commit; nothing was done.
            AmbiguousWrite: all may have been done, or nothing: read the state.

        """
        return self._run(self._api.write, database, queries)

    def bookmark(self, database: str) -> str:
        """Return the bookmark of Time Travel to which the database could be restored as it is now."""
        return read_bookmark(self._api.read("GET", _path(database, "/time_travel/bookmark")).result)

    def _run(self, send: _Send, database: str, queries: Sequence[Query]) -> tuple[Result, ...]:
        body = {"batch": [query.to_json() for query in queries]}
        sql = [query.sql for query in queries]
        answer = send("POST", _path(database, "/raw"), body=body, sql=sql)
        results = read_results(answer.result, len(queries))
        self._api.count(Spent(0, sum(each.rows_read for each in results), sum(each.rows_written for each in results)))
        return results


class _Send(Protocol):
    def __call__(self, method: str, path: str, *, body: Mapping[str, object], sql: Sequence[str]) -> Envelope: ...


def _path(database: str, action: str = "") -> str:
    return f"{_DATABASES}/{quote(database, safe='')}{action}"


def _check_reads(sql: str) -> None:
    """Refuse what could write: D1 itself may cut a text where SQLite would not, so comments are refused too."""
    tokens = list(tokenize(sql))
    words = [token.keyword for token in tokens if token.is_code]
    ends = [token for token in tokens[:-1] if token.kind is TokenKind.SEMICOLON]
    quiet = all(token.is_code or token.kind is TokenKind.SPACE for token in tokens)
    if not words or words[0] not in _READS or ends or not quiet:
        raise D1Error(f"This is not a single statement that reads, and was not sent: {' '.join(sql.split())[:100]}")
