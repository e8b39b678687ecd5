"""What one request of a stranger's SQL may use, and the place where the user's own limits are kept."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The most that one request may use, far above what a migration needs.

    seconds          of processor time; `wall_seconds` of any time
    steps            instructions of SQLite's virtual machine
    heap_bytes       of memory for SQLite, in this process
    database_bytes   of the database
    output_rows, output_bytes   that statements may return
    request_bytes    of SQL, in UTF-8
    statements       in a request
    statement_bytes  of one in a file: what D1 refuses for its length alone is not worth reading
    """

    cpu_seconds: float = 1.0
    wall_seconds: float = 20.0
    steps: int = 50_000_000
    heap_bytes: int = 160 * 1024 * 1024
    database_bytes: int = 32 * 1024 * 1024
    output_rows: int = 100_000
    output_bytes: int = 32 * 1024 * 1024
    request_bytes: int = 8 * 1024 * 1024
    statements: int = 20_000
    statement_bytes: int = 250_000

    def scale(self, factor: float) -> Sandbox:
        """Return a sandbox each of whose limits is `factor` times this one's."""
        limits = {field.name: getattr(self, field.name) for field in fields(self)}
        return Sandbox(**{name: type(limit)(limit * factor) for name, limit in limits.items()})


_CURRENT: ContextVar[Sandbox | None] = ContextVar("sandbox", default=None)


def get_sandbox() -> Sandbox:
    """Return the limits that the user set, or the default ones."""
    return _CURRENT.get() or Sandbox()


def set_sandbox(sandbox: Sandbox) -> None:
    """Set the limits for whatever runs in this context from now on."""
    _CURRENT.set(sandbox)
