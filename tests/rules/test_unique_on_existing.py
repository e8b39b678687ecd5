"""unique-on-existing is decided on rows that repeat one another, if there can be such."""

from __future__ import annotations

import pytest

from tests.rules.example import findings

SITES = "CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT, plan TEXT NOT NULL, slug TEXT UNIQUE);\n"
GOALS = "CREATE TABLE goals (id INTEGER PRIMARY KEY, site INTEGER NOT NULL REFERENCES sites (id));\n"
PARTED = "DELETE FROM sites WHERE id NOT IN (SELECT min(id) FROM sites GROUP BY url);\n"
REBUILD = """CREATE TABLE n (id INTEGER PRIMARY KEY, url TEXT {url}, plan TEXT NOT NULL, slug TEXT UNIQUE);
INSERT INTO n {copy};
DROP TABLE sites;
ALTER TABLE n RENAME TO sites;
"""


def said(sql: str) -> list[tuple[int, str]]:
    files = {"migrations/001_a.sql": SITES + GOALS, "migrations/002_b.sql": sql}
    return [(each.line, each.message) for each in findings(files, "unique-on-existing", baseline=1)]


@pytest.mark.parametrize(
    ("index", "columns"),
    [
        ("sites (url)", "`url` among the rows of `sites`: `UNIQUE constraint failed: sites.url: "),
        (
            "sites (url, plan)",
            "`url`, `plan` among the rows of `sites`: `UNIQUE constraint failed: sites.url, sites.plan: ",
        ),
        ("sites (lower(url))", "`lower(url)` among the rows of `sites`: `UNIQUE constraint failed: index 'u': "),
        ("goals (site)", "`site` among the rows of `goals`: `UNIQUE constraint failed: goals.site: "),
    ],
)
def test_a_unique_index_is_told_with_d1s_own_words(index: str, columns: str) -> None:
    ((line, message),) = said(f"SELECT 1;\nCREATE UNIQUE INDEX u ON {index};")

    assert line == 2
    assert message.startswith(f"Unique index `u` is refused if there are duplicates of {columns}")


@pytest.mark.parametrize(
    "sql",
    [
        f"{PARTED}CREATE UNIQUE INDEX u ON sites (url);",
        "UPDATE sites SET url = url || id;\nCREATE UNIQUE INDEX u ON sites (url);",
        "CREATE UNIQUE INDEX u ON sites (id, url);",
        "CREATE UNIQUE INDEX u ON sites (slug);",
        "CREATE UNIQUE INDEX u ON sites (plan, slug);",
        "ALTER TABLE sites ADD COLUMN code TEXT;\nCREATE UNIQUE INDEX u ON sites (code);",
        REBUILD.format(url="UNIQUE", copy="SELECT min(id), url, plan, slug FROM sites GROUP BY url"),
        REBUILD.format(url="", copy="SELECT * FROM sites"),
    ],
)
def test_what_parts_the_twins_first_or_cannot_have_any_is_left_in_peace(sql: str) -> None:
    assert said(sql) == []


def test_a_file_that_parts_the_rows_of_one_value_alone_is_not_trusted() -> None:
    sql = "DELETE FROM goals;\nDELETE FROM sites WHERE id > 1 AND url = 'a';\nCREATE UNIQUE INDEX u ON sites (url);"

    assert [line for line, _ in said(sql)] == [3]


def test_an_index_that_leaves_out_rows_may_still_fail() -> None:
    ((_, message),) = said("CREATE UNIQUE INDEX u ON sites (url) WHERE plan = 'free';")

    assert message.startswith(
        "Unique index `u` is refused if there are duplicates of `url` among the rows of `sites`: "
        "`UNIQUE constraint failed: sites.url: "
    )


def test_a_rebuild_that_brings_a_unique_key_fails_at_its_copy() -> None:
    ((line, message),) = said(REBUILD.format(url="UNIQUE", copy="SELECT * FROM sites"))

    assert line == 2
    assert message.startswith(
        "This copy into the new `sites` is refused if there are duplicates of `url` among the rows of `sites`: "
        "`UNIQUE constraint failed: n.url: "
    )
