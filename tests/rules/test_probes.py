"""Probes: what they find on real rows is what decides whether D1 refuses the file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from pulse_ci.engine import D1Refused, EmbeddedD1
from tests.rules.example import findings

if TYPE_CHECKING:
    from pulse_ci.model import Probe

SITES = "CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT, plan TEXT NOT NULL DEFAULT 'free', seats INT);\n"
TEAMS = "CREATE TABLE teams (id INTEGER PRIMARY KEY);\n"
ROWS = "INSERT INTO sites (url, plan, seats) VALUES ('a', 'free', 1), ('b', 'paid', 2), ('A', 'free', 3);\n"
TWINS = "INSERT INTO sites (url) VALUES ('a'), ('a'), (NULL), (NULL), ('b'), ('a');\n"
NULLS = "INSERT INTO sites (url, seats) VALUES ('a', 5), (NULL, 6);\n"


@dataclass(frozen=True)
class Case:
    """A file under review, the rule that asks, rows that it meets, and what is found in how many of them."""

    rule: str
    sql: str
    rows: str
    answer: tuple[int, int]
    counts: str
    is_sent: bool = True


def rebuild(columns: str, copy: str) -> str:
    return f"CREATE TABLE new_sites ({columns});\n{copy};\nDROP TABLE sites;\nALTER TABLE new_sites RENAME TO sites;"


def unique(sql: str, rows: str, found: int, looked_at: int, counts: str) -> Case:
    return Case("unique-on-existing", f"CREATE UNIQUE INDEX u ON sites ({sql};", rows, (found, looked_at), counts)


def unsent(case: Case) -> Case:
    """The same case with an expression of the file's own that no live database shall compute."""
    return replace(case, is_sent=False)


def added(rule: str, column: str, answer: tuple[int, int], counts: str = "rows that it refuses") -> Case:
    return Case(rule, f"ALTER TABLE sites ADD COLUMN {column};", ROWS, answer, counts)


def copied(rule: str, sql: str, rows: str, answer: tuple[int, int]) -> Case:
    return Case(rule, sql, rows, answer, "rows that it refuses")


REQUIRED = "id INTEGER PRIMARY KEY, url TEXT NOT NULL, plan TEXT, seats INT"
CHECKED = "id INTEGER PRIMARY KEY, url TEXT, plan TEXT CHECK (plan <> 'paid'), seats INT, CHECK (seats < 6)"
ALL = "INSERT INTO new_sites (id, url, plan, seats) SELECT id, url, plan, seats FROM sites"
COMPUTED = ALL.replace("T id, url", "T id, nullif(url, 'a')")
CASES = [
    added("not-null-without-default", "owner TEXT NOT NULL", (3, 3), "rows that need a value"),
    unsent(added("not-null-without-default", "host TEXT NOT NULL AS (nullif(url, 'b'))", (1, 3))),
    added("non-constant-default", "at TEXT DEFAULT CURRENT_TIMESTAMP", (3, 3), "rows that need a value"),
    added(
        "references-with-default", "team INT DEFAULT 1 REFERENCES teams", (3, 3), "rows that would refer to one parent"
    ),
    added("stored-column", "host TEXT AS (lower(url)) STORED", (3, 3), "rows that would have to be rewritten"),
    added("check-on-existing", "kind TEXT DEFAULT '' CHECK (kind IN ('x', 'y'))", (3, 3)),
    unsent(added("check-on-existing", "most INT DEFAULT -1 CHECK (sites.most > seats - 3)", (2, 3))),
    added("check-on-existing", "most INT DEFAULT 2 CHECK (sites.most > seats)", (2, 3)),
    unique("url)", ROWS, 0, 3, "duplicates of `url`"),
    unique("url)", TWINS, 2, 6, "duplicates of `url`"),
    unique("url, plan)", TWINS, 2, 6, "duplicates of `url`, `plan`"),
    unique("url COLLATE NOCASE)", ROWS, 1, 3, "duplicates of `url`"),
    unsent(unique("lower(url))", ROWS, 1, 3, "duplicates of `lower(url)`")),
    unique("url) WHERE seats > 1", ROWS + TWINS, 0, 2, "duplicates of `url`"),
    copied("nullable-to-not-null", rebuild(REQUIRED, ALL), NULLS, (1, 2)),
    copied("nullable-to-not-null", rebuild(REQUIRED, ALL), ROWS, (0, 3)),
    copied("nullable-to-not-null", rebuild(REQUIRED, f"{ALL} WHERE plan <> 'x'"), NULLS, (1, 2)),
    copied("nullable-to-not-null", rebuild(REQUIRED, "INSERT INTO new_sites SELECT * FROM sites"), NULLS, (1, 2)),
    unsent(
        copied(
            "nullable-to-not-null", rebuild(REQUIRED, ALL.replace("T id, url", "T id, nullif(url, 'a')")), ROWS, (1, 3)
        )
    ),
    copied("check-on-existing", rebuild(CHECKED, ALL), ROWS, (1, 3)),
    copied("check-on-existing", rebuild(CHECKED, ALL), NULLS, (1, 2)),
    copied(
        "nullable-to-not-null",
        f"ALTER TABLE sites RENAME TO old_sites;\nCREATE TABLE sites ({REQUIRED});\n"
        "INSERT INTO sites SELECT * FROM old_sites;\nDROP TABLE old_sites;",
        NULLS,
        (1, 2),
    ),
]


def probe_of(case: Case, before: str = SITES + TEAMS) -> Probe:
    files = {"migrations/001_a.sql": before, "migrations/002_b.sql": case.sql}
    (found,) = findings(files, case.rule, baseline=1)
    assert found.probe is not None
    assert found.probe.manual_query in found.remedy
    return found.probe


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sql.replace("\n", " ")[:60])
def test_d1_refuses_the_file_where_a_probe_finds_something_and_nowhere_else(case: Case) -> None:
    probe = probe_of(case)

    with EmbeddedD1() as database:
        database.run(SITES + TEAMS + case.rows)
        listed = database.query(probe.manual_query)
        assert (probe.table, probe.noun_phrase) == ("sites", case.counts)
        if case.is_sent:
            assert database.query(probe.sql) == [case.answer]
        else:
            assert probe.sql == ""
        assert bool(listed) == (case.answer[0] > 0)
        if case.answer[0]:
            with pytest.raises(D1Refused):
                database.run(case.sql)
        else:
            database.run(case.sql)


def test_a_probe_writes_nothing_and_looks_at_a_bounded_number_of_rows() -> None:
    with EmbeddedD1() as database:
        database.run(SITES + TEAMS)
        for probe in (probe_of(case) for case in CASES if case.is_sent):
            with database.open_request() as request:
                access = request.execute(probe.sql)
            assert access.reads >= {probe.table}
            assert not access.writes | access.creates | access.drops | access.alters
            assert " LIMIT 100000" in probe.sql


def test_names_that_are_no_words_are_quoted() -> None:
    before = 'CREATE TABLE "my sites" (id INTEGER PRIMARY KEY, "order" TEXT);\n'
    sql = 'ALTER TABLE "my sites" ADD COLUMN "the group" TEXT DEFAULT 1 CHECK ("the group" < "order");'
    index = 'CREATE UNIQUE INDEX u ON "my sites" ("order");'

    with EmbeddedD1() as database:
        database.run(before + "INSERT INTO \"my sites\" VALUES (1, 'x'), (2, 'x'), (3, 'twelve');")
        for rule, statement, answer in (("check-on-existing", sql, (0, 3)), ("unique-on-existing", index, (1, 3))):
            probe = probe_of(Case(rule, statement, "", (0, 0), ""), before)
            assert database.query(probe.sql) == [answer]
            database.query(probe.manual_query)


@pytest.mark.parametrize(
    ("rule", "sql"),
    [
        ("unique-or-primary-column", "ALTER TABLE sites ADD COLUMN slug TEXT UNIQUE;"),
        ("drop-column-in-use", "ALTER TABLE sites DROP COLUMN id;"),
        ("foreign-key-parent", "CREATE TABLE goals (url TEXT REFERENCES sites (url));"),
    ],
)
def test_what_fails_on_an_empty_table_too_has_no_probe(rule: str, sql: str) -> None:
    files = {"migrations/001_a.sql": SITES, "migrations/002_b.sql": sql}

    (found,) = findings(files, rule, baseline=1)

    assert found.probe is None
