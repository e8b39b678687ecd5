"""Send probes to a live database, in one request that only reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.d1.client import Query
from pulse_ci.engine import D1Refused, EmbeddedD1
from pulse_ci.model import PROBE_ROW_LIMIT, ProbeCounts
from pulse_ci.sql.names import fold
from pulse_ci.sql.tokens import remove_comments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pulse_ci.d1.client import D1Client
    from pulse_ci.model import Probe

MAX_ROWS_READ = 1_000_000
"""How many rows all questions of a run may look at together: a fifth of what the free plan reads in a day."""

MAX_PROBES = 40
"""How many probes of a run are sent, so that counts do not carry values out a few letters at a time."""


def run_probes(
    client: D1Client, database: str, content: bytes, probes: Iterable[Probe], rows: Mapping[str, int]
) -> dict[Probe, ProbeCounts]:
    """Put questions to a database, in one request, and return the answers.

    `content` is an EmbeddedD1 with the database's schema: a question that does not run there, since an earlier file has
    yet to make what it names, or that does anything but read, is left out. So is what would look at more rows than
    MOST_ROWS; `rows` has how many rows the tables have, by folded name.

    Raises:
        D1Error: the database cannot be read, or refuses a question.

    """
    sendable = [each for each in dict.fromkeys(probes) if each.sql][:MAX_PROBES]
    selected = tuple(_keep_within_budget(_keep_read_only(content, sendable), rows))
    if not selected:
        return {}
    results = client.read(database, [Query(write_select(probe)) for probe in selected])
    found = (tuple(int(str(number)) for number in result.rows[0][:2]) for result in results)
    return {probe: ProbeCounts(hits, looked_at) for probe, (hits, looked_at) in zip(selected, found, strict=True)}


def _keep_within_budget(probes: Iterable[Probe], rows: Mapping[str, int]) -> Iterator[Probe]:
    left = MAX_ROWS_READ
    for probe in probes:
        needed = min(rows.get(fold(probe.table), PROBE_ROW_LIMIT), PROBE_ROW_LIMIT)
        if needed <= left:
            left -= needed
            yield probe


def _keep_read_only(content: bytes, probes: Iterable[Probe]) -> Iterator[Probe]:
    with EmbeddedD1() as database:
        database.restore(content)
        for probe in probes:
            if _is_read_only(database, write_select(probe)):
                yield probe


def _is_read_only(database: EmbeddedD1, sql: str) -> bool:
    try:
        with database.open_request() as request:
            access = request.execute(sql)
    except D1Refused:
        return False
    return not (access.writes or access.creates or access.drops or access.alters)


def write_select(probe: Probe) -> str:
    """Return the question as the client sends it: a SELECT without comments."""
    sql = remove_comments(probe.sql).strip()
    return sql if sql[:6].upper() == "SELECT" else f"SELECT * FROM ({sql})"
