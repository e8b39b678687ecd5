"""A Worker with queries as real ones are written: each change breaks exactly the right ones of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulse_ci.engine import EmbeddedD1
from pulse_ci.worker.check_worker import WorkerSource, check_worker
from pulse_ci.worker.source_files import SourceTree
from tests.workerd.outcome import Call
from tests.workerd.rig import Rig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.analysis.worker_results import WorkerResults

SAMPLE = Path(__file__).with_name("sample")
SCHEMA = (SAMPLE / "schema.sql").read_text()
_USERS = SCHEMA[: SCHEMA.index(";")]

REBUILD = "PRAGMA defer_foreign_keys = ON; {create}; DROP TABLE users; ALTER TABLE new_users RENAME TO users;"
NEW_USERS = _USERS.replace("TABLE users", "TABLE new_users")

# Which queries of raw.ts a change breaks.
CHANGES = {
    "a column is renamed": (
        "ALTER TABLE users RENAME COLUMN full_name TO display_name;",
        "02 04 05 23 27",
    ),
    "a column is dropped": ("ALTER TABLE users DROP COLUMN avatar;", "09 33"),
    "a table is renamed": ("ALTER TABLE sites RENAME TO pages;", "04 18 22 24 26 31 32 35 36 37 46"),
    "a table is dropped": ("DROP TABLE legacy;", "10 11 12 30 40"),
    "a column is added": ("ALTER TABLE events ADD COLUMN source TEXT;", "14"),
    "a column is added NOT NULL without a default": (
        REBUILD.format(create=NEW_USERS.replace("avatar TEXT", "avatar TEXT, tenant TEXT NOT NULL")),
        "05 06",
    ),
    "a CHECK is narrowed": (REBUILD.format(create=NEW_USERS.replace(", 'guest'", "")), "07"),
    "a column becomes UNIQUE": ("CREATE UNIQUE INDEX one_title ON sites (title);", "46"),
    "a column is added that nothing names": ("ALTER TABLE users ADD COLUMN nickname TEXT;", ""),
    "an index comes": ("CREATE INDEX sites_user ON sites (user_id);", ""),
}

each_change = pytest.mark.parametrize("change", CHANGES)


def read(*names: str) -> WorkerSource:
    tree = SourceTree({f"src/{name}": (SAMPLE / name).read_bytes() for name in names})
    return WorkerSource(tree, {}, other_bindings=("ARCHIVE",))


def check(source: WorkerSource, change: str) -> WorkerResults:
    with EmbeddedD1() as before, EmbeddedD1() as after:
        before.run(SCHEMA)
        after.run(SCHEMA)
        after.run(change)
        return check_worker(source, before, after)


def name_at(path: str, line: int) -> str:
    lines = (SAMPLE / Path(path).name).read_text().splitlines()[:line]
    return next(found[1] for each in reversed(lines) if (found := re.search(r"\b([qd]\d\d)\b", each)))


RAW = read("raw.ts", "names.ts", "wrappers.ts")


@each_change
def test_each_change_breaks_exactly_the_right_queries(change: str) -> None:
    sql, expected = CHANGES[change]

    broken = {name_at(query.path, query.line) for query in check(RAW, sql).broken}

    assert sorted(broken) == [f"q{number}" for number in expected.split()]


def test_all_but_two_queries_are_checked_and_another_database_is_left_alone() -> None:
    found = check(RAW, "")

    names = {name_at(query.path, query.line) for query in found.queries}
    unchecked = {name_at(query.path, query.line) for query in found.queries if not query.is_checked}
    assert names == {f"q{number:02}" for number in range(1, 47)} - {"q43"}
    assert unchecked == {"q44", "q45"}


@pytest.fixture(scope="module")
def workerd() -> Iterator[Rig]:
    with Rig() as rig:
        yield rig


@each_change
def test_workerd_says_the_same_of_every_text_that_prepares_or_not(change: str, workerd: Rig) -> None:
    sql, _ = CHANGES[change]
    queries = [query for query in check(RAW, sql).queries if query.is_checked]
    sequences = [
        tuple(Call(each) for each in (SCHEMA.strip(), *([sql] if changed and sql else []), f"EXPLAIN {query.sql}"))
        for query in queries
        for changed in (False, True)
    ]
    workerd.send(sequences)
    errors = [outcome.answers[-1].error for outcome in workerd.receive()]

    prepares = [error is None or "Wrong number of parameter" in error for error in errors]
    assert prepares[0::2] == [query.before is None for query in queries]
    # What fails on rows alone prepares.
    assert prepares[1::2] == [query.after is None or "constraint failed" in query.after for query in queries]
