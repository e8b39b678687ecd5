"""What a check says of rows, in each format: what a rebuild takes, what is kept, and what could not be tried."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from pulse_ci.engine import EmbeddedD1
from tests.commands.files import HEADER, PULSE, put, put_pulse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Outcome

COPY = "INSERT INTO {new} ({columns}) SELECT {columns} FROM {table};"
DRIZZLE = f"""
PRAGMA foreign_keys=OFF;--> statement-breakpoint
{{create}};--> statement-breakpoint
{COPY}--> statement-breakpoint
DROP TABLE {{table}};--> statement-breakpoint
ALTER TABLE {{new}} RENAME TO {{table}};--> statement-breakpoint
PRAGMA foreign_keys=ON;
"""
PRISMA = f"""
-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
{{create}};
{COPY}
DROP TABLE {{table}};
ALTER TABLE {{new}} RENAME TO {{table}};
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
"""
BY_HAND = f"""
{{create}};
{COPY}
DROP TABLE IF EXISTS {{table}};
ALTER TABLE {{new}} RENAME TO {{table}};
"""
STYLES = {"drizzle": (DRIZZLE, "`__new_{}`"), "prisma": (PRISMA, '"new_{}"'), "by hand": (BY_HAND, "{}_new")}
FILE = "migrations/022_required.sql"


def rebuild(style: str, table: str) -> str:
    """Return the rebuild of a table of PULSE's, as that tool would write it."""
    text, passing = STYLES[style]
    with EmbeddedD1() as database:
        for path in sorted(PULSE.glob("[0-9]*.sql")):
            database.run(path.read_text())
        ((sql,),) = database.query(f"SELECT sql FROM sqlite_master WHERE name = '{table}'")
        columns = ", ".join(f'"{name}"' for (name,) in database.query(f"SELECT name FROM pragma_table_info('{table}')"))
    new = passing.format(table)
    create = str(sql).replace(f"CREATE TABLE {table}", f"CREATE TABLE {new}", 1)
    return HEADER + text.format(create=create, columns=columns, table=f'"{table}"', new=new)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("table", "taken"),
    [
        ("funnels", {"funnel_steps": "all rows of `funnel_steps` are deleted (ON DELETE CASCADE)"}),
        (
            "experiments",
            {
                "experiment_variants": "all rows of `experiment_variants` are deleted (ON DELETE CASCADE)",
                "experiment_exposures": "all rows of `experiment_exposures` are deleted (ON DELETE CASCADE through "
                "`experiment_variants`)",
            },
        ),
        (
            "teams",
            {
                "team_members": "all rows of `team_members` are deleted (ON DELETE CASCADE)",
                "team_sites": "all rows of `team_sites` are deleted (ON DELETE CASCADE)",
                "sites": "rows of `sites` are overwritten (ON DELETE SET NULL)",
            },
        ),
    ],
)
def test_a_rebuild_of_a_parent_is_reported_with_the_rows_of_its_children(
    style: str, table: str, taken: dict[str, str], repository: Path, check: Callable[..., Outcome]
) -> None:
    put_pulse(repository)
    (repository / FILE).write_text(rebuild(style, table))

    outcome = check("--baseline", "21")

    rules = [rule for rule, path, _ in outcome.found if path == FILE]
    assert rules.count("rebuild-cascades") == 1
    assert not {"drop-table", "rename-table", "rows-lost"} & set(rules)
    (finding,) = [each for each in outcome.report["findings"] if each["rule"] == "rebuild-cascades"]
    assert "DROP TABLE" in (repository / FILE).read_text().splitlines()[finding["line"] - 1]
    assert all(said in finding["message"] for said in taken.values())
    rows = {each["table"]: each for each in outcome.report["rows"]}
    assert {name for name, each in rows.items() if each["after"] < each["before"] or each["cause"]} == set(taken)
    assert rows[table]["before"] == rows[table]["after"] >= 2


def test_rows_are_counted_in_every_format(repository: Path, run: Callable[..., Outcome]) -> None:
    put_pulse(repository)
    (repository / FILE).write_text(rebuild("by hand", "experiments"))

    text = run("check", "--baseline", "21").out
    markdown = run("check", "--baseline", "21", "--format", "markdown").out

    assert (
        "  ✗ rows kept: 2 → 0 in `experiment_exposures` by ON DELETE CASCADE of `experiment_variants`\n"
        "  ✗ rows kept: 2 → 0 in `experiment_variants` by ON DELETE CASCADE of `experiments`\n"
        "  ✓ rows kept: all "
    ) in text
    assert "experiment_variants" in markdown
    assert "ON DELETE CASCADE" in markdown


def test_the_rows_in_the_report_are_those_of_the_proofs(repository: Path, check: Callable[..., Outcome]) -> None:
    goals = "CREATE TABLE goals (id INTEGER PRIMARY KEY, site INTEGER REFERENCES sites (id) ON DELETE CASCADE);\n"
    put(
        repository,
        n001_sites=f"{HEADER}CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT);\n{goals}",
        n002_clean=f"{HEADER}DELETE FROM sites WHERE id = 1;\nINSERT INTO goals (id) VALUES (98), (99);\n",
        n003_index=f"{HEADER}CREATE INDEX i ON sites (url);\n",
    )

    rows = check("--baseline", "1").report["rows"]

    assert rows == [
        {"table": "goals", "before": 2, "after": 3, "source": "seed", "cause": "ON DELETE CASCADE of `sites`, 1 lost"},
        {"table": "sites", "before": 2, "after": 1, "source": "seed", "cause": None},
    ]


def test_a_table_that_could_not_be_seeded_is_named_with_the_reason_in_every_format(
    repository: Path, run: Callable[..., Outcome]
) -> None:
    never = "CREATE TABLE never (id INTEGER PRIMARY KEY, a INT NOT NULL CHECK (a <> a));\n"
    put(
        repository,
        n001_sites=f"{HEADER}CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT);\n{never}",
        n002_clean=f"{HEADER}UPDATE sites SET url = '' WHERE url IS NULL;\nDELETE FROM never WHERE a = 1;\n",
    )

    (unseeded,) = run("check", "--baseline", "1", "--format", "json").report["unseeded"]
    text = run("check", "--baseline", "1").out
    markdown = run("check", "--baseline", "1", "--format", "markdown").out

    assert unseeded["table"] == "never"
    assert "CHECK constraint failed" in unseeded["reason"]
    assert "no rows could be made for `never`, so what happens to them is unknown: " in text
    assert "  ✓ rows kept: all 2 rows of `sites`\n" in text
    assert "CHECK constraint failed" in text
    assert "`never`" in markdown
    assert "CHECK constraint failed" in markdown


@pytest.mark.parametrize(
    ("column", "rule"),
    [("url TEXT NOT NULL", "nullable-to-not-null"), ("url TEXT CHECK (url LIKE 'https://%')", "check-on-existing")],
)
def test_rows_that_stop_a_rebuild_do_not_hide_what_it_would_then_take(
    column: str, rule: str, repository: Path, check: Callable[..., Outcome]
) -> None:
    goals = "CREATE TABLE goals (id INTEGER PRIMARY KEY, site INTEGER REFERENCES sites (id) ON DELETE CASCADE);\n"
    copy = BY_HAND.format(
        create=f"CREATE TABLE sites_new (id INTEGER PRIMARY KEY, {column})",
        new="sites_new",
        table="sites",
        columns="id, url",
    )
    put(
        repository,
        n001_sites=f"{HEADER}CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT);\n{goals}",
        n002_required=f"{HEADER}{copy}CREATE UNIQUE INDEX i ON sites (id);\n",
    )

    outcome = check("--baseline", "1")

    messages = {each["rule"]: each["message"] for each in outcome.report["findings"]}
    assert rule in messages
    assert "Once no row stops it, dropping `sites` also changes" in messages["rebuild-cascades"]
    assert re.search(r"rows of `goals` are deleted \(ON DELETE CASCADE\)", messages["rebuild-cascades"])
    assert {row["table"]: row["after"] < row["before"] for row in outcome.report["rows"]}["goals"]


def test_what_a_reverse_does_not_bring_back_is_said_in_every_format(
    repository: Path, run: Callable[..., Outcome]
) -> None:
    put(
        repository,
        n001_sites=f"{HEADER}CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT NOT NULL DEFAULT '');\n",
        n002_lower=f"{HEADER}ALTER TABLE sites DROP COLUMN url;\n-- Reverse:\n"
        "-- ALTER TABLE sites ADD COLUMN url TEXT NOT NULL DEFAULT '';\n",
    )

    (left,) = run("check", "--baseline", "1", "--format", "json").report["unrestored"]
    text = run("check", "--baseline", "1").out
    markdown = run("check", "--baseline", "1", "--format", "markdown").out

    assert left == {"path": "migrations/002_lower.sql", "table": "sites", "rows": 2, "of": 2, "columns": ["url"]}
    said = "the reverse of `002_lower.sql` does not bring back the values of `url` in 2 of 2 rows of `sites`"
    assert said in text
    assert "does not bring back the values of" in markdown
