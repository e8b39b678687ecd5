"""A CREATE VIEW to a View."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.schema.ddl.format import format_statement
from pulse_ci.schema.ddl.reader import TokenReader
from pulse_ci.schema.ddl.select_columns import find_result_names
from pulse_ci.schema.schema import View, make_comparison_key
from pulse_ci.sql.names import quote_if_needed, quote_names

if TYPE_CHECKING:
    from pulse_ci.schema.ddl.classify import NameScope


def parse_view(name: str, sql: str, scope: NameScope) -> View:
    """Return the view that a CREATE VIEW makes.

    A column that nobody named is called by its text: where only that differs, in its spaces or case, nothing does.
    """
    reader = TokenReader.from_sql(sql)
    reader.expect("CREATE")
    reader.accept_one_of("TEMP", "TEMPORARY")
    reader.expect("VIEW")
    reader.read_created_name()
    columns = reader.read_name_list()
    reader.expect("AS")
    query = reader.read_rest()
    head = f"CREATE VIEW {quote_if_needed(name)}{f' {quote_names(columns)}' if columns else ''} AS"
    normalized_sql = f"{head}\n{format_statement(query, scope)}"
    return View(
        name,
        columns,
        sql,
        normalized_sql,
        make_comparison_key(normalized_sql, *(columns or find_result_names(query, scope))),
    )
