"""Which queries of the Worker use a table or column that a migration drops."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci.model import Severity

if TYPE_CHECKING:
    from pulse_ci.analysis.rule import Review

_ALL_COLUMNS = re.compile(r"(?:SELECT|,|\.|RETURNING)\s*\*", re.IGNORECASE)


def describe_usage(review: Review, table: str, column: str | None = None) -> tuple[str, Severity | None]:
    """Return who uses it, as the end of a sentence, and the severity where that is another one.

    A warning is enough where the source was read, no query names it, and none has a name that is made at run time.
    """
    worker = review.worker
    if worker is None or not worker.checked:
        return "the Worker that is deployed may read it", None
    uses = worker.find_mentions(column or table)
    if column is not None:
        uses = tuple(query for query in uses if query in worker.find_mentions(table))
    if uses:
        more = f" and {len(uses) - 1} more" if len(uses) > 1 else ""
        return f"{uses[0].path}:{uses[0].line}{more} of the Worker's queries use it", None
    whole = [query for query in worker.find_mentions(table) if _ALL_COLUMNS.search(query.sql)] if column else []
    if whole:
        return f"{whole[0].path}:{whole[0].line} selects all columns of `{table}`", None
    dynamic = sum("${" in query.sql and not query.is_checked for query in worker.queries)
    if dynamic:
        count = "1 query" if dynamic == 1 else f"{dynamic} queries"
        return f"{count} of the Worker with names that are made at run time may use it", None
    return "no query of this repository uses it", Severity.WARNING
