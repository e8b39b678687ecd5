"""What became of a Worker's queries, as a report lists it and as sentences count it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report.models import QueryResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.analysis.worker_results import QueryOutcome, WorkerResults

OLD_CODE, NEW_CODE = "old-code-new-schema", "new-code-old-schema"


def list_queries(worker: WorkerResults) -> tuple[QueryResult, ...]:
    """Return an entry for each query and side: the base's code on the new schema, the change's on the old one."""
    return tuple(entry for query in worker.queries for entry in _list_sides(query))


def _list_sides(query: QueryOutcome) -> Iterator[QueryResult]:
    if not query.is_checked:
        side = NEW_CODE if query.is_new else OLD_CODE
        yield QueryResult(query.path, query.line, query.sql, side, "unchecked", query.problem)
        return
    for is_there, side, fails, detail in (
        (query.is_old, OLD_CODE, query.breaks, query.after),
        (query.is_new, NEW_CODE, query.needs_migration, query.before),
    ):
        if is_there:
            status, text = ("broken", detail or "") if fails else _judge_plan(query, side)
            yield QueryResult(query.path, query.line, query.sql, side, status, text)


def _judge_plan(query: QueryOutcome, side: str) -> tuple[str, str]:
    plans = f"{' / '.join(query.old_plan)} → {' / '.join(query.new_plan)}"
    if side == OLD_CODE and query.scanned:
        return "slower", plans
    return ("faster", plans) if side == OLD_CODE and query.is_faster else ("ok", "")


def count_queries(queries: Sequence[QueryResult]) -> tuple[int, int]:
    """Return how many queries were checked, and how many were not."""
    checked = {(each.path, each.line, each.sql) for each in queries if each.status != "unchecked"}
    unchecked = {(each.path, each.line, each.sql) for each in queries if each.status == "unchecked"}
    return len(checked), len(unchecked)


def describe_counts(queries: Sequence[QueryResult]) -> str:
    """Return "214 queries checked, 9 not checked"."""
    checked, unchecked = count_queries(queries)
    rest = f", {unchecked:,} not checked" if unchecked else ""
    return f"{checked:,} {'query' if checked == 1 else 'queries'} checked{rest}"
