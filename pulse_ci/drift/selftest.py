"""A drift planted on purpose, which must be seen: silence is believed of nothing that cannot speak."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from pulse_ci.errors import D1Error
from pulse_ci.model import Change, ChangeAction, ObjectKind
from pulse_ci.schema.diff import diff
from pulse_ci.schema.introspect import MasterRow, build_schema, make_master_row

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulse_ci.schema.schema import Schema

_Told = list[tuple[ChangeAction, ObjectKind]]


def verify_planted_drift(schema: Schema, differ: Callable[[Schema, Schema], tuple[Change, ...]] = diff) -> None:
    """Compare a schema with copies of it that have a table more, and a column more in that table.

    Raises:
        D1Error: one of them was not told as what it is, so that "no drift" could not be believed either.

    """
    names = (f"pulse_ci_planted_{number}" for number in count())
    name = next(name for name in names if name not in schema.names)
    table, wider = _with_table(schema, name, "id INTEGER"), _with_table(schema, name, "id INTEGER, note TEXT")
    told = [_told(differ(*pair)) for pair in ((schema, schema), (schema, table), (table, schema), (table, wider))]
    if told != [
        [],
        [(ChangeAction.ADDED, ObjectKind.TABLE)],
        [(ChangeAction.REMOVED, ObjectKind.TABLE)],
        [(ChangeAction.ADDED, ObjectKind.COLUMN)],
    ]:
        raise D1Error(
            "The comparison did not see a drift that was planted in a copy of the schema, so nothing can be said of "
            "the database. Report this, with the version that `pulse-ci --version` prints."
        )


def _with_table(schema: Schema, name: str, columns: str) -> Schema:
    planted = MasterRow("table", name, name, f"CREATE TABLE {name} ({columns})")
    return build_schema([*map(make_master_row, schema.objects), planted])


def _told(changes: tuple[Change, ...]) -> _Told:
    return [(change.action, change.kind) for change in changes]
