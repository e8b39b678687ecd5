"""What a change will cost on staging is said beforehand, and is what staging then counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.sql.split import split_statements
from tests.cloudflare.wrangler import configure
from tests.commands.files import HEADER, put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cloudflare.databases import Databases
    from tests.cloudflare.server import Cloudflare
    from tests.commands.conftest import Outcome

SITES = "CREATE TABLE IF NOT EXISTS sites (id INTEGER PRIMARY KEY, url TEXT, kind TEXT);\n"
FILL = (
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
    "INSERT INTO sites SELECT i, 'https://' || i, CASE WHEN i % 5 = 0 THEN 'blog' END FROM n;"
)
CHANGE = """\
CREATE INDEX IF NOT EXISTS by_url ON sites (url) WHERE kind IS NOT NULL;
UPDATE sites SET kind = 'shop' WHERE kind IS NULL AND url < 'https://2';
-- Reverse:
-- DROP INDEX IF EXISTS by_url;
"""


@pytest.fixture
def staging(repository: Path, cloud: Cloudflare, monkeypatch: pytest.MonkeyPatch) -> str:
    """A staging database with 300 sites, and a file that is pending there."""
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    database = cloud.create("staging", SITES + FILL)
    configure(repository, database)
    put(repository, n001_sites=HEADER + SITES, n002_change=HEADER + CHANGE)
    return database


def test_the_cost_is_what_staging_counts_when_the_file_is_applied(
    check: Callable[..., Outcome], cloud: Cloudflare, databases: Databases, staging: str
) -> None:
    outcome = check()

    cost = outcome.report["migrations"][1]["cost"]
    assert (outcome.report["migrations"][0]["cost"], cost["at_most"]) == (None, False)
    assert len(cloud.log) == 3
    assert not cloud.writes

    statements = [{"sql": each.sql} for each in split_statements(CHANGE)]
    counted = databases.ask(staging, "transact", statements=statements)["results"]
    assert cost["rows_written"] == pytest.approx(sum(each["rows_written"] for each in counted), rel=0.1)
    assert cost["rows_read"] == pytest.approx(sum(each["rows_read"] for each in counted), rel=0.1)


def test_the_cost_is_shown_with_its_share_of_the_free_day(run: Callable[..., Outcome], staging: str) -> None:
    outcome = run("check")

    said = "cost on staging: about 239 rows written (under 1 % of the free plan's day) and 662 read (under 1 %)"
    assert said in outcome.out
    markdown = run("check", "--format", "markdown").out
    assert "- pending: `002_change.sql`, about 239 rows written, 662 read\n" in markdown
    assert "cost on staging: about 239 rows written" in markdown


def test_a_statement_that_writes_more_rows_than_the_limit_is_warned_of(
    check: Callable[..., Outcome], staging: str
) -> None:
    assert "slow-statement" not in [rule for rule, *_ in check("--max-rows-written", "178").found]

    outcome = check("--max-rows-written", "177")

    (found,) = [each for each in outcome.report["findings"] if each["rule"] == "slow-statement"]
    assert (found["severity"], found["line"]) == ("warning", 5)
    assert "writes about 178, and 177 is the limit" in found["message"]


def test_without_staging_no_cost_is_told(check: Callable[..., Outcome], staging: str) -> None:
    outcome = check("--preview", "embedded", "--max-rows-written", "0")

    assert [each["cost"] for each in outcome.report["migrations"]] == [None, None]
    assert "slow-statement" not in [rule for rule, *_ in outcome.found]
