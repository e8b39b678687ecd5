"""Directories that wrangler reads in other ways, and histories: what a check of the repository says."""

from __future__ import annotations

import json

import pytest

from tests.cases.known import fails_today
from tests.cases.product import judge

ALL_FILES = ("check", "--skip", "conventions", "--preview", "embedded", "--format", "json")
BINDING = {"binding": "DB", "database_name": "db", "database_id": "00000000-0000-4000-8000-00000000000a"}
ZOO = """
CREATE TABLE "Cage" ("id" TEXT NOT NULL PRIMARY KEY, "label" TEXT);
CREATE TABLE "Animal" ("id" TEXT NOT NULL PRIMARY KEY, "cageId" TEXT NOT NULL,
  CONSTRAINT "Animal_cageId_fkey" FOREIGN KEY ("cageId") REFERENCES "Cage" ("id") ON DELETE CASCADE ON UPDATE CASCADE);
"""
REDEFINED = """
-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Cage" ("id" TEXT NOT NULL PRIMARY KEY, "label" TEXT, "size" INTEGER NOT NULL DEFAULT 1);
INSERT INTO "new_Cage" ("id", "label") SELECT "id", "label" FROM "Cage";
DROP TABLE "Cage";
ALTER TABLE "new_Cage" RENAME TO "Cage";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
"""
NESTED = {"migrations/20260301090000_zoo/migration.sql": ZOO, "migrations/20260302090000_size/migration.sql": REDEFINED}
TIMES = {
    "migrations/20260301090000_zoo.sql": "CREATE TABLE a (id TEXT PRIMARY KEY NOT NULL);",
    "migrations/20260302090000_more.sql": "CREATE TABLE b (id TEXT PRIMARY KEY NOT NULL);",
}


def configuration(*bindings: dict[str, str]) -> dict[str, str]:
    found = {"name": "w", "compatibility_date": "2026-01-01", "d1_databases": list(bindings)}
    return {"wrangler.jsonc": json.dumps(found)}


def test_what_the_pattern_matches_is_checked() -> None:
    pattern = {**BINDING, "migrations_dir": "migrations", "migrations_pattern": "migrations/*/migration.sql"}

    judged = judge({**NESTED, **configuration(pattern)}, *ALL_FILES)

    assert judged.report is not None
    assert [each["name"] for each in judged.report["migrations"]] == [
        "20260301090000_zoo/migration.sql",
        "20260302090000_size/migration.sql",
    ]
    assert all(each["replay"] == "ok" for each in judged.report["migrations"])


@fails_today("the pragmas of a rebuild are errors of their own")
def test_the_file_that_is_new_after_a_baseline_is_unsafe() -> None:
    pattern = {**BINDING, "migrations_dir": "migrations", "migrations_pattern": "migrations/*/migration.sql"}

    judged = judge({**NESTED, **configuration(pattern)}, *ALL_FILES, "--baseline", "20260301090000")

    assert (judged.conclusion, judged.rules("error")) == ("failure", {"rebuild-cascades": "error"})


@pytest.mark.parametrize(
    "config", [{}, configuration({**BINDING, "migrations_dir": "migrations"})], ids=["none", "flat"]
)
def test_folders_are_read_without_a_pattern(config: dict[str, str]) -> None:
    judged = judge({**NESTED, **config}, *ALL_FILES, "--baseline", "20260301090000")

    assert (judged.status, judged.rules("error")["rebuild-cascades"]) == (1, "error")
    assert ("migrations/*/migration.sql" in judged.said) is bool(config)


def test_a_folder_that_no_layout_matches_is_no_success() -> None:
    judged = judge({"migrations/v1/first/0001_a.sql": ZOO}, *ALL_FILES)

    assert judged.status == 2
    assert "migrations/v1/first/0001_a.sql" in judged.said


def test_two_configured_directories_are_not_passed_over() -> None:
    core = {**BINDING, "migrations_dir": "core"}
    logs = {**BINDING, "binding": "LOGS", "database_name": "logs", "migrations_dir": "logs"}
    files = {
        "core/0001_a.sql": "DROP TABLE not_there;",
        "logs/0001_b.sql": "CREATE TABLE b (id TEXT PRIMARY KEY);",
        "migrations/0001_old.sql": "CREATE TABLE old (id TEXT PRIMARY KEY);",
    }

    judged = judge({**files, **configuration(core, logs)}, *ALL_FILES)

    assert judged.status != 0
    assert "core" in judged.said
    assert "0001_old.sql" not in judged.said


def test_old_failures_are_one_notice() -> None:
    old = {f"migrations/{n:04}_add_f{n}.sql": f"ALTER TABLE by_hand ADD COLUMN f{n} TEXT;" for n in range(1, 9)}
    fresh = {"migrations/0009_new.sql": "CREATE TABLE fresh (id TEXT PRIMARY KEY NOT NULL);"}

    judged = judge({**old, **fresh}, *ALL_FILES, "--baseline", "8")

    assert judged.rules("error", "warning") == {}
    assert len([each for each in judged.findings if each["path"] != "migrations/0009_new.sql"]) == 1


def test_a_base_schema_beside_the_directory_is_named() -> None:
    files = {
        "schema.sql": "CREATE TABLE shops (id TEXT PRIMARY KEY NOT NULL, url TEXT);",
        "migrations/0001_name.sql": "ALTER TABLE shops ADD COLUMN name TEXT NOT NULL DEFAULT '';",
    }

    judged = judge(files, *ALL_FILES)

    assert "schema.sql" in judged.said
    assert "IF EXISTS" not in judged.said


LOGINS = {
    "migrations/0001_logins.sql": "CREATE TABLE logins (id TEXT PRIMARY KEY NOT NULL, site TEXT, nick TEXT);",
    "migrations/0002_once.sql": "CREATE UNIQUE INDEX logins_once ON logins (site, nick);",
}


def test_a_history_says_what_a_pull_request_says() -> None:
    pull_request, history = (judge(LOGINS, *ALL_FILES, *words) for words in (("--baseline", "1"), ()))

    assert pull_request.rules("warning") == history.rules("warning") == {"unique-on-existing": "warning"}


def test_one_number_twice_is_a_warning_where_the_order_does_not_matter() -> None:
    files = {
        "migrations/0001_a.sql": "CREATE TABLE a (id TEXT PRIMARY KEY NOT NULL);",
        "migrations/0002_b.sql": "CREATE TABLE b (id TEXT PRIMARY KEY NOT NULL);",
        "migrations/0002_c.sql": "CREATE TABLE c (id TEXT PRIMARY KEY NOT NULL);",
    }

    judged = judge(files, *ALL_FILES, "--baseline", "1")

    assert judged.rules("error", "warning") == {"migration-number-duplicate": "warning"}


def test_one_number_twice_is_an_error_where_the_order_matters() -> None:
    files = {
        "migrations/0001_a.sql": "CREATE TABLE a (id TEXT PRIMARY KEY NOT NULL);",
        "migrations/0002_x.sql": "CREATE TABLE b (id TEXT PRIMARY KEY NOT NULL);",
        "migrations/0002_y.sql": "ALTER TABLE b ADD COLUMN name TEXT;",
    }

    judged = judge(files, *ALL_FILES, "--baseline", "1")

    assert judged.rules("error")["migration-number-duplicate"] == "error"


def test_timestamps_in_a_flat_directory_are_checked() -> None:
    judged = judge(TIMES, *ALL_FILES)

    assert judged.report is not None
    assert [each["replay"] for each in judged.report["migrations"]] == ["ok", "ok"]


def test_an_empty_directory_is_no_success() -> None:
    judged = judge({"migrations/README.md": "SQL goes here"}, *ALL_FILES)

    assert (judged.status, judged.conclusion) == (0, "neutral")
