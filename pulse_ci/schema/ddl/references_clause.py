"""REFERENCES clauses, read and spelled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulse_ci.schema.constraints import ForeignKey
from pulse_ci.sql.names import quote_if_needed, quote_names

if TYPE_CHECKING:
    from pulse_ci.schema.ddl.ddl_ast import TableDraft
    from pulse_ci.schema.ddl.reader import TokenReader


def read_references(reader: TokenReader, columns: tuple[str, ...]) -> ForeignKey:
    """Read what follows REFERENCES: MATCH and ON INSERT are SQLite's to ignore."""
    parent, parent_columns = reader.read_name(), reader.read_name_list()
    actions = {"DELETE": "NO ACTION", "UPDATE": "NO ACTION"}
    while True:
        if reader.accept("MATCH"):
            reader.read_name()
        elif reader.accept("ON"):
            event = reader.take().keyword
            actions[event] = _read_action(reader)
        else:
            return ForeignKey(columns, parent, parent_columns, actions["DELETE"], actions["UPDATE"])


def _read_action(reader: TokenReader) -> str:
    first = reader.take().keyword
    return f"{first} {reader.take().keyword}" if first in ("SET", "NO") else first


def read_deferral(reader: TokenReader, draft: TableDraft) -> bool:
    """Read [NOT] DEFERRABLE … if it comes next; as in SQLite, it is about the last foreign key so far."""
    negated = reader.accept("NOT", "DEFERRABLE")
    if not (negated or reader.accept("DEFERRABLE")):
        return False
    deferred = reader.accept("INITIALLY") and reader.take().keyword == "DEFERRED" and not negated
    if draft.foreign_keys:
        draft.foreign_keys[-1] = replace(draft.foreign_keys[-1], deferred=deferred)
    return True


def format_references(key: ForeignKey) -> str:
    """Return the REFERENCES clause of a foreign key."""
    text = f"REFERENCES {quote_if_needed(key.parent)}"
    if key.parent_columns:
        text += f" {quote_names(key.parent_columns)}"
    if key.on_delete != "NO ACTION":
        text += f" ON DELETE {key.on_delete}"
    if key.on_update != "NO ACTION":
        text += f" ON UPDATE {key.on_update}"
    return f"{text} DEFERRABLE INITIALLY DEFERRED" if key.deferred else text
