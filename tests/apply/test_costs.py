"""The plan says what each file will cost, from the rows that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.cost.cost import Cost
from pulse_ci.apply.apply_pending import apply_pending
from pulse_ci.apply.plan import estimate_costs, plan_steps
from pulse_ci.report.apply import progress
from tests.d1.histories import history

if TYPE_CHECKING:
    from pulse_ci.analysis.schema_history import SchemaHistory
    from pulse_ci.apply.target import LocalDatabase

FIRST = "CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT);"
PAST = history(
    n001_sites=FIRST,
    n002_index="CREATE INDEX by_url ON sites (url);",
    n003_lower="UPDATE sites SET url = lower(url);",
)


def planned(local: LocalDatabase, past: SchemaHistory, rows: int) -> tuple[Cost | None, ...]:
    list(apply_pending(local, history(n001_sites=FIRST), local.read()))
    local.run([f"INSERT INTO sites (url) SELECT value FROM json_each('[{', '.join(['1'] * rows)}]')"])
    live = local.read()
    return estimate_costs(live, plan_steps(past, live, live.determine_status(past).pending), local.count_rows(past))


def test_an_index_and_an_update_cost_by_the_rows_that_are_there(local: LocalDatabase) -> None:
    index, update = planned(local, PAST, 500)

    assert index
    assert update
    assert 500 <= index.rows_written <= 510
    assert 1000 <= update.rows_written <= 1010


def test_what_does_not_run_on_synthetic_rows_is_not_known_nor_what_comes_after(local: LocalDatabase) -> None:
    past = history(
        n001_sites=FIRST,
        n002_once="UPDATE sites SET url = 'x';\nCREATE UNIQUE INDEX once ON sites (url);",
        n003_view="CREATE VIEW v AS SELECT 1 AS one;",
    )

    assert planned(local, past, 1) == (None, None)


def test_the_plan_says_it_in_rows_and_in_the_days_share(local: LocalDatabase) -> None:
    live = local.read()
    steps = plan_steps(PAST, live, PAST.migrations[:1])

    shown = progress.format_plan("staging", steps, [Cost(2_000, 1_000)], ())
    unknown = progress.format_plan("staging", steps, [None], ())

    assert shown.splitlines() == [
        "1 migration pending on staging:",
        "  001_sites.sql  1 statement, about 1,000 rows written",
        "  together about 2,000 rows read and 1,000 written: "
        "1.0% of what the free plan lets write in a day, roughly 0.1 s",
    ]
    assert "001_sites.sql  1 statement, cost not known" in unknown
    assert "0 written or more" in unknown
