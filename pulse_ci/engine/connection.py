"""EmbeddedD1: an in-memory database that behaves as D1 does."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, cast

import apsw

from pulse_ci.engine.access import Access as Access
from pulse_ci.engine.authorizer import Authorizer
from pulse_ci.engine.d1_allowlist import ABSENT_CONNECTION_FUNCTIONS, ABSENT_FUNCTION_PREFIXES, ALLOWED_MODULES
from pulse_ci.engine.limits import D1_LIMITS, INTERNAL_LIMITS, set_limits
from pulse_ci.engine.prepare import Preparer
from pulse_ci.engine.request import Request
from pulse_ci.engine.request_modes import RequestMode
from pulse_ci.engine.resource_guard import ResourceGuard
from pulse_ci.errors import SandboxStopped
from pulse_ci.sandbox import get_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.sandbox import Sandbox
    from pulse_ci.schema.schema import Schema

# As workerd makes it (src/workerd/util/sqlite-metadata.c++): listed, never to be read, and the reason why
# last_insert_rowid() is 2 in a new database.
_D1_METADATA = """
CREATE TABLE _cf_METADATA (
        key INTEGER PRIMARY KEY,
        value BLOB
      );
INSERT INTO _cf_METADATA VALUES (2, x'');
"""

_INITIAL_PRAGMAS = (
    ("foreign_keys", 1),
    ("recursive_triggers", 0),
    ("ignore_check_constraints", 0),
    ("legacy_alter_table", 0),
    ("reverse_unordered_selects", 0),
)


class EmbeddedD1:
    """An empty D1 database in memory; use it as a context manager, or close() it."""

    def __init__(self, sandbox: Sandbox | None = None, *, mode: RequestMode = RequestMode.BATCH) -> None:
        self.sandbox = sandbox or get_sandbox()
        self.mode = mode
        self._cache: _Cache | None = _Cache()
        self._open()
        with self.open_unrestricted() as connection:
            connection.execute(_D1_METADATA)

    def _open(self) -> None:
        self._connection = apsw.Connection(":memory:")
        self._authorizer = Authorizer(self._connection)
        _remove_features_absent_on_d1(self._connection)
        self._connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        set_limits(self._connection)
        self._guard = ResourceGuard(self._connection, self.sandbox)
        self._reset_pragmas()
        self._connection.authorizer = self._authorizer.authorize

    def run(self, sql: str) -> None:
        """Run all statements of `sql` as one request, all or nothing; raises D1Refused."""
        self._run_request(sql)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Run `sql` as one request and return the rows of its last statement; raises D1Refused."""
        return self._run_request(sql)

    def _run_request(self, sql: str) -> list[tuple[object, ...]]:
        max_bytes = self.sandbox.request_bytes
        if len(sql) > max_bytes or (len(sql) * 4 > max_bytes and len(sql.encode(errors="replace")) > max_bytes):
            raise SandboxStopped(f"The sandbox refused the request: it has more than {max_bytes:,} bytes.")
        with self.open_request() as request:
            return request.run(sql)

    @contextmanager
    def open_request(self) -> Iterator[Request]:
        """Open a request, to run its statements one by one; an exception undoes them all.

        Leaving it commits, unless it is to be undone; D1Refused where a deferred constraint is violated.
        """
        self._guard.reset()
        request = Request(self._connection, self._authorizer, self._guard, self.mode)
        request.begin()
        self._cache = None  # nothing can be kept while statements run
        try:
            yield request
            if request.is_rollback_only:
                self._roll_back(request)
            else:
                request.commit()
        except BaseException:
            self._roll_back(request)
            raise
        finally:
            self._cache = _Cache()

    def _roll_back(self, request: Request) -> None:
        request.roll_back()
        if request.must_restart:
            self._restart()

    @contextmanager
    def open_preparer(self) -> Iterator[Preparer]:
        """Prepare statements, and run none of them."""
        self._guard.reset()
        yield Preparer(self._connection, self._authorizer)

    @contextmanager
    def open_unrestricted(self) -> Iterator[apsw.Connection]:
        """Give the bare connection to our own code: no authorizer, wider limits. Never for a user's SQL."""
        if self._cache:
            self._cache = _Cache()
        with self._lift_restrictions() as connection:
            yield connection

    @contextmanager
    def _lift_restrictions(self) -> Iterator[apsw.Connection]:
        self._connection.authorizer = None
        set_limits(self._connection, INTERNAL_LIMITS)
        try:
            with self._guard.suspend():
                yield self._connection
        finally:
            set_limits(self._connection, D1_LIMITS)
            self._connection.authorizer = self._authorizer.authorize

    def schema(self) -> Schema:
        """Return the schema as it is now."""
        if self._cache and self._cache.schema:
            return self._cache.schema
        from pulse_ci.schema.introspect import introspect

        with self._lift_restrictions() as connection:
            schema = introspect(connection)
        if self._cache:
            self._cache.schema = schema
        return schema

    def take_snapshot(self) -> bytes:
        """Return the database's content, for restore()."""
        if self._cache and self._cache.content:
            return self._cache.content
        with self._lift_restrictions() as connection:
            content = connection.serialize("main") or b""
        if self._cache:
            self._cache.content = content
        return content

    def restore(self, snapshot: bytes) -> None:
        """Replace the database's content with a snapshot's; pragmas go back to what D1 starts with."""
        if self._authorizer.has_replaced_like:
            self._reopen()
        with self.open_unrestricted() as connection:
            connection.deserialize("main", snapshot)
            self._guard.watch(connection)
            self._reset_pragmas()
            self._authorizer.limit_values_for_schema(
                str(connection.execute("SELECT group_concat(sql) FROM sqlite_master").get)
            )

    def close(self) -> None:
        """Free the memory; the object is of no use afterwards."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _restart(self) -> None:
        # A new connection, as D1 has one then: this one still has counters, and foreign keys that it is to check.
        content = self.take_snapshot()
        self._reopen()
        self.restore(content)

    def _reopen(self) -> None:
        self.close()
        with self._guard.suspend():
            self._open()

    def _reset_pragmas(self) -> None:
        for name, value in _INITIAL_PRAGMAS:
            self._connection.pragma(name, value)


@dataclass(slots=True)
class _Cache:
    """What was read from the database since it was last written to."""

    schema: Schema | None = None
    content: bytes | None = None


class _BlockedModule:
    """Takes the name of a module, so that SQLite does not find its own table under it."""


def _remove_features_absent_on_d1(connection: apsw.Connection) -> None:
    connection.drop_modules(sorted(ALLOWED_MODULES))
    connection.create_module("carray", cast("apsw.VTModule", _BlockedModule()))
    select = "SELECT name, narg FROM pragma_function_list WHERE NOT builtin"
    functions = cast("list[tuple[str, int]]", connection.execute(select).fetchall())
    for name, arguments in functions:
        if name in ABSENT_CONNECTION_FUNCTIONS or name.startswith(ABSENT_FUNCTION_PREFIXES):
            connection.create_scalar_function(name, None, arguments)
