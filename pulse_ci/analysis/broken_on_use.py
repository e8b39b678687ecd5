"""The views and triggers that a migration makes, to what D1 says when they are used: it lets them be made unseen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.errors import D1Refused
from pulse_ci.model import ChangeAction, ObjectKind
from pulse_ci.sql.names import quote, quote_string

if TYPE_CHECKING:
    from pulse_ci.analysis.replay import Replayed
    from pulse_ci.engine.connection import EmbeddedD1
    from pulse_ci.model import Change
    from pulse_ci.schema.schema import Schema, Trigger


@dataclass(frozen=True, slots=True)
class Unusable:
    """A view or trigger that was made, and D1's message for each statement that would use it."""

    change: Change
    message: str


def find_unusable(database: EmbeddedD1, replayed: Replayed) -> tuple[Unusable, ...]:
    """Return the new views and triggers whose use D1 refuses as the schema is now; `database` is overwritten."""
    kinds = (ObjectKind.VIEW, ObjectKind.TRIGGER)
    made = [each for each in replayed.changes if each.kind in kinds and each.action is not ChangeAction.REMOVED]
    if not made or not replayed.took_effect:
        return ()
    database.restore(replayed.snapshot)
    refused = ((change, _refusal(database, replayed.after, change)) for change in made)
    return tuple(Unusable(change, message) for change, message in refused if message)


def _refusal(database: EmbeddedD1, schema: Schema, change: Change) -> str | None:
    try:
        database.run(_use(database, schema, change))
    except D1Refused as refused:
        return str(refused)
    return None


def _use(database: EmbeddedD1, schema: Schema, change: Change) -> str:
    trigger = schema.find_trigger(change.name) if change.kind is ObjectKind.TRIGGER else None
    if trigger is None:
        return f"SELECT * FROM {quote(change.name)} LIMIT 0"
    # A trigger is compiled with the statement that fires it, which need not run.
    return f"EXPLAIN {_firing(database, trigger)}"


def _firing(database: EmbeddedD1, trigger: Trigger) -> str:
    name = quote(trigger.table)
    match trigger.event:
        case "INSERT":
            return f"INSERT INTO {name} DEFAULT VALUES"
        case "DELETE":
            return f"DELETE FROM {name}"
        case _:
            # Of a generated column, which is hidden, nothing can be set.
            select = f"SELECT name FROM pragma_table_info({quote_string(trigger.table)})"
            columns = trigger.columns or tuple(str(column) for (column,) in database.query(select))
            return f"UPDATE {name} SET {', '.join(f'{quote(each)} = {quote(each)}' for each in columns)}"
