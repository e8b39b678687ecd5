"""A migration to whether it writes what depends on the clock or on chance, so that two runs may differ by that."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pulse_ci.sql.operations import Insert
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.replay import ReplayedMigration

_CLOCK = ("current_date", "current_time", "current_timestamp", "date", "time", "datetime", "julianday", "unixepoch")
_NONDETERMINISTIC_FUNCTIONS = frozenset(
    (*_CLOCK, "strftime", "timediff", "random", "randomblob", "last_insert_rowid", "changes", "total_changes")
)


def is_nondeterministic(replayed: ReplayedMigration) -> bool:
    """Return whether a statement, a trigger that it fires or a default that it takes names such a function."""
    return any(_names_nondeterministic_function(sql) for sql in _list_evaluated_sql(replayed))


def _list_evaluated_sql(replayed: ReplayedMigration) -> Iterator[str]:
    for statement, access in replayed.run.executed:
        if access.writes:
            yield statement.sql
            for trigger in (
                replayed.after.find_trigger(touch.trigger_or_view) for touch in access.columns if touch.trigger_or_view
            ):
                yield trigger.sql if trigger else ""
            does = statement.operation
            table = replayed.after.find_table(does.table) if isinstance(does, Insert) else None
            yield from (column.default or "" for column in table.columns) if table else ()


@lru_cache(1024)
def _names_nondeterministic_function(sql: str) -> bool:
    return any(token.text.lower() in _NONDETERMINISTIC_FUNCTIONS for token in tokenize_code(sql))
