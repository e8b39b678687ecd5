"""What the report says of rows, on staging's own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.files import HEADER, put, table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare
    from tests.commands.conftest import Outcome

FIRST = (
    "CREATE TABLE sites (id INTEGER PRIMARY KEY);\n"
    "CREATE TABLE goals (id INTEGER PRIMARY KEY, site INTEGER NOT NULL REFERENCES sites (id) ON DELETE CASCADE);\n"
    "CREATE TABLE aside (id INTEGER PRIMARY KEY);\n"
)
REBUILD = (
    "CREATE TABLE new_sites (id INTEGER PRIMARY KEY, url TEXT);\n"
    "INSERT INTO new_sites (id) SELECT id FROM sites;\n"
    "DROP TABLE sites;\nALTER TABLE new_sites RENAME TO sites;\n"
)


@pytest.fixture
def rows(repository: Path, cloud: Cloudflare, staging: str) -> str:
    """A staging database on which 001 has run, with 3 sites and 1,234 goals."""
    put(repository, n001_first=HEADER + FIRST)
    number = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1234) SELECT i, 1 + i % 3 FROM n"
    cloud.run(staging, f"{FIRST} INSERT INTO sites VALUES (1), (2), (3); INSERT INTO goals {number};")
    return staging


def test_a_loss_is_told_in_the_rows_that_staging_has(
    run: Callable[..., Outcome], check: Callable[..., Outcome], repository: Path, rows: str
) -> None:
    put(repository, n002_rebuild=HEADER + REBUILD)

    text, report = run("check").out, check().report

    assert {each["table"]: (each["before"], each["after"], each["source"]) for each in report["rows"]} == {
        "goals": (1234, 0, "staging"),
        "sites": (3, 3, "staging"),
    }
    assert "rows kept: 1,234 → 0 on staging in `goals` by ON DELETE CASCADE of `sites`" in text
    assert "rows kept: all 3 rows on staging of `sites`" in text
    (cascades,) = [each for each in report["findings"] if each["rule"] == "rebuild-cascades"]
    assert "all rows of `goals` are deleted (ON DELETE CASCADE; 1,234 on staging)" in cascades["message"]


def test_a_table_that_is_dropped_is_told_with_its_rows(
    check: Callable[..., Outcome], repository: Path, cloud: Cloudflare, rows: str
) -> None:
    put(repository, n002_drop=f"{HEADER}DROP TABLE goals;\nDROP TABLE aside;\n")

    findings = check().report["findings"]

    dropped = sorted(each["message"] for each in findings if each["rule"] == "drop-table")
    assert [message.partition(", and")[0] for message in dropped] == [
        "Dropping table `aside` deletes its rows (0 on staging)",
        "Dropping table `goals` deletes its rows (1,234 on staging)",
    ]


def test_a_schema_that_was_changed_by_hand_is_told(
    run: Callable[..., Outcome], check: Callable[..., Outcome], repository: Path, cloud: Cloudflare, rows: str
) -> None:
    put(repository, n002_index=f"{HEADER}CREATE INDEX IF NOT EXISTS i ON aside (id);\n-- Reverse:\n-- DROP INDEX i;\n")
    cloud.run(rows, "CREATE TABLE by_hand (id INTEGER PRIMARY KEY)")

    outcome = check()

    assert outcome.report["staging"]["reason"] == (
        "Its schema is not what its files make, at `by_hand`. `pulse-ci drift` tells how."
    )
    assert [each["name"] for each in outcome.report["changes"]] == ["i"]
    assert "Staging has drifted. Its schema" in run("check").out


def test_a_file_that_changes_rows_alone_leaves_open_whether_it_has_run(
    check: Callable[..., Outcome], repository: Path, cloud: Cloudflare, staging: str
) -> None:
    put(repository, n001_sites=table("sites"), n002_rows=f"{HEADER}DELETE FROM sites WHERE sites_id = 7;\n")
    cloud.run(staging, "CREATE TABLE sites (sites_id INTEGER PRIMARY KEY)")

    outcome = check()

    assert [each["applied"] for each in outcome.report["migrations"]] == [True, None]


def test_a_table_without_rows_on_staging_is_said_to_have_none(
    run: Callable[..., Outcome], repository: Path, rows: str
) -> None:
    put(repository, n002_aside=f"{HEADER}ALTER TABLE aside ADD COLUMN x TEXT;\n")

    assert "rows kept: no row was there on staging in `aside`" in run("check").out
