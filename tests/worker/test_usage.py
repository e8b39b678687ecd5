"""A drop is judged by the Worker's queries, where its source is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_worker_example
from pulse_ci.rules.lint import lint
from tests.rules.example import review_of

if TYPE_CHECKING:
    from pulse_ci.analysis.rule import Example

BEFORE = "CREATE TABLE IF NOT EXISTS sites (id INTEGER PRIMARY KEY, url TEXT, title TEXT);\n"


def judge(change: str, *queries: str) -> tuple[Severity, str]:
    source = "".join(f"env.DB.prepare(`{query}`);\n" for query in queries)
    example: Example = make_worker_example(BEFORE, change, source)
    (finding,) = [each for each in lint(review_of(example)) if each.rule in {"drop-table", "drop-column"}]
    return finding.severity, finding.message.partition(", and ")[2]


@pytest.mark.parametrize(
    ("query", "severity", "usage"),
    [
        ("SELECT title FROM sites", Severity.WARNING, "no query of this repository uses it."),
        ("SELECT url FROM sites", Severity.ERROR, "src/index.ts:1 of the Worker's queries use it."),
        ("SELECT * FROM sites", Severity.ERROR, "src/index.ts:1 selects all columns of `sites`."),
        (
            "SELECT id FROM sites`); env.DB.prepare(`SELECT 1 FROM ${table}",
            Severity.ERROR,
            "1 query of the Worker with names that are made at run time may use it.",
        ),
    ],
)
def test_a_dropped_column(query: str, severity: Severity, usage: str) -> None:
    assert judge("ALTER TABLE sites DROP COLUMN url;\n", query) == (severity, usage)


def test_a_dropped_table() -> None:
    used = judge("DROP TABLE sites;\n", "SELECT 1", "SELECT id FROM sites", "DELETE FROM sites")
    unused = judge("DROP TABLE sites;\n", "SELECT name FROM sqlite_master")

    assert used == (Severity.ERROR, "src/index.ts:2 and 1 more of the Worker's queries use it.")
    assert unused == (Severity.WARNING, "no query of this repository uses it.")
