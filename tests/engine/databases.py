"""Schemas of SQL texts, by way of a real SQLite set up as D1's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import apsw

from pulse_ci.schema.introspect import introspect

if TYPE_CHECKING:
    from pulse_ci.schema.schema import Schema


def database(*statements: str) -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 1)
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 1)
    for statement in statements:
        connection.execute(statement)
    return connection


def schema(*statements: str) -> Schema:
    return introspect(database(*statements))


def rebuilt(original: Schema) -> Schema:
    """The schema that the canonical SQL of another one makes."""
    return schema(*(each.normalized_sql for each in original.objects))
