"""A CREATE VIEW to a View."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.format import statement
from pulse_ci.schema.ddl.keywords import meaning, quote_name, quote_names
from pulse_ci.schema.ddl.reader import Reader
from pulse_ci.schema.ddl.select_columns import result_names
from pulse_ci.schema.schema import View

if TYPE_CHECKING:
    from pulse_ci.schema.ddl.classify import Scope


def parse_view(name: str, sql: str, scope: Scope) -> View:
    """Return the view that a CREATE VIEW makes.

    A column that nobody named is called by its text: where only that differs, in its spaces or case, nothing does.
    """
    reader = Reader.of(sql)
    reader.expect("CREATE")
    reader.choose("TEMP", "TEMPORARY")
    reader.expect("VIEW")
    reader.own_name()
    columns = reader.names()
    reader.expect("AS")
    query = reader.rest()
    head = f"CREATE VIEW {quote_name(name)}{f' {quote_names(columns)}' if columns else ''} AS"
    canonical = f"{head}\n{statement(query, scope)}"
    return View(name, columns, sql, canonical, meaning(canonical, *(columns or result_names(query, scope))))
