"""Query plans before and after a change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_ci.report.queries import list_queries
from pulse_ci.rules.lint import lint
from pulse_ci.rules.worker_queries import QUERY_SLOWER
from tests.rules.example import review_of
from tests.worker.test_sample import RAW, check, name_at


def test_a_lost_index_makes_the_queries_that_used_it_slower() -> None:
    found = check(RAW, "DROP INDEX events_site;")

    slower = {name_at(query.path, query.line) for query in found.queries if query.scanned}
    assert slower == {"q13", "q16", "q25", "q37"}
    assert {each.status for each in list_queries(found)} == {"ok", "slower", "unchecked"}


def test_a_new_index_makes_the_queries_that_it_serves_faster() -> None:
    found = check(RAW, "CREATE INDEX sites_user ON sites (user_id);")

    faster = {name_at(query.path, query.line) for query in found.queries if query.is_faster}
    assert {"q18", "q32"} <= faster
    assert not any(query.scanned for query in found.queries)


@pytest.mark.parametrize(("rows", "count"), [(999, 0), (1_000, 1)])
def test_small_tables_on_staging_may_be_scanned(rows: int, count: int) -> None:
    review = replace(review_of(QUERY_SLOWER.bad), rows={"events": rows})

    assert len([each for each in lint(review) if each.rule == "query-slower"]) == count
