"""Repositories of ten kinds, without configuration: a harmless migration is green, a cascading rebuild is red."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.cases.product import Judged, judge_directory, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PARENT = "CREATE TABLE parents (id TEXT PRIMARY KEY NOT NULL, name TEXT);\n"
REFERENCE = "parent TEXT NOT NULL REFERENCES parents (id) ON DELETE CASCADE"
CHILD = f"CREATE TABLE children (id TEXT PRIMARY KEY NOT NULL, {REFERENCE});\n"
HARMLESS = "CREATE TABLE extra (id TEXT PRIMARY KEY NOT NULL);\n"
REBUILD = (
    "CREATE TABLE new_parents (id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL DEFAULT '');\n"
    "INSERT INTO new_parents (id, name) SELECT id, coalesce(name, '') FROM parents;\n"
    "DROP TABLE parents;\n"
    "ALTER TABLE new_parents RENAME TO parents;\n"
)


def database(directory: str = "migrations", **more: str) -> dict[str, str]:
    """Return an entry of wrangler's configuration."""
    return {"binding": "DB", "database_name": "app", "migrations_dir": directory, **more}


def wrangler(*databases: dict[str, str], environment: str = "") -> str:
    """Return a configuration, in one environment alone where it is named."""
    content = {"d1_databases": list(databases)}
    return json.dumps({"name": "w", "env": {environment: content}} if environment else {"name": "w", **content})


@dataclass(frozen=True)
class Sample:
    """The merged files, the path of the next one, and what else the command needs to know."""

    files: Mapping[str, str]
    path: str
    words: tuple[str, ...] = ()
    header: str = ""


def breakpoints(sql: str) -> str:
    """Return SQL as drizzle-kit writes it."""
    return sql.replace(";\n", ";--> statement-breakpoint\n").removesuffix("--> statement-breakpoint\n")


HEADER = "-- Migration: A step\n-- Date: 2024-03-05\n-- Reason: It is needed\n"
PULSE = {
    f"migrations/{n:03}_t{n}.sql": f"{HEADER}CREATE TABLE IF NOT EXISTS t{n} (id TEXT PRIMARY KEY NOT NULL);\n"
    f"-- Reverse:\n-- DROP TABLE IF EXISTS t{n};\n"
    for n in range(3, 8)
} | {
    f"migrations/{n:03}_{name}.sql": f"{HEADER}{sql.replace('TABLE', 'TABLE IF NOT EXISTS', 1)}"
    f"-- Reverse:\n-- DROP TABLE IF EXISTS {name};\n"
    for n, name, sql in ((1, "parents", PARENT), (2, "children", CHILD))
}
JOURNAL = json.dumps({"version": "7", "dialect": "sqlite", "entries": [{"idx": 0, "tag": "0000_a"}]})
SAMPLES = {
    "drizzle flat": Sample(
        {
            "wrangler.jsonc": wrangler(database("drizzle")),
            "drizzle/0000_a.sql": breakpoints(PARENT + CHILD),
            "drizzle/meta/_journal.json": JOURNAL,
        },
        "drizzle/0001_b.sql",
    ),
    "drizzle folders": Sample(
        {
            "wrangler.jsonc": wrangler(database("drizzle", migrations_pattern="drizzle/*/migration.sql")),
            "drizzle/20260116020812_a/migration.sql": breakpoints(PARENT + CHILD),
            "drizzle/20260116020812_a/snapshot.json": "{}",
        },
        "drizzle/20260117020812_b/migration.sql",
    ),
    "prisma": Sample(
        {
            "prisma/schema.prisma": "",
            "prisma/migrations/20260116020812_a/migration.sql": PARENT + CHILD,
            "prisma/migrations/migration_lock.toml": "",
        },
        "prisma/migrations/20260117020812_b/migration.sql",
    ),
    "wrangler with hyphens": Sample(
        {
            "wrangler.toml": '[[d1_databases]]\nbinding = "DB"\ndatabase_name = "app"\n',
            **{f"migrations/{n:04}-add-t{n}.sql": f"CREATE TABLE t{n} (id TEXT);\n" for n in range(3, 34)},
            "migrations/0001-parents.sql": PARENT,
            "migrations/0002-children.sql": CHILD,
        },
        "migrations/0034-next.sql",
    ),
    "wrangler's header": Sample(
        {
            "migrations/0001_a.sql": f"-- Migration number: 0001 \t 2024-03-05T10:11:12.000Z\n{PARENT}",
            "migrations/0002_b.sql": f"-- Migration number: 0002 \t 2024-03-06T10:11:12.000Z\n{CHILD}",
        },
        "migrations/0003_c.sql",
        header="-- Migration number: 0003 \t 2024-03-07T10:11:12.000Z\n",
    ),
    "timestamps": Sample(
        {"migrations/20240101000000_a.sql": PARENT, "migrations/20240102000000_b.sql": CHILD}
        | {f"migrations/2024020{n}000000_t.sql": f"CREATE TABLE t{n} (id TEXT);\n" for n in range(1, 5)},
        "migrations/20240301000000_c.sql",
    ),
    "60 old files": Sample(
        {f"migrations/{n:04}_t.sql": f"CREATE TABLE t{n} (id TEXT);\n" for n in range(1, 61)}
        | {"migrations/0061_p.sql": PARENT, "migrations/0062_c.sql": CHILD},
        "migrations/0063_next.sql",
    ),
    "monorepo with two databases": Sample(
        {
            "apps/api/wrangler.jsonc": wrangler(
                database("core"), {**database("logs"), "binding": "LOGS", "database_name": "logs"}
            ),
            "apps/api/core/0001_a.sql": PARENT,
            "apps/api/core/0002_b.sql": CHILD,
            "apps/api/core/0003_c.sql": "CREATE TABLE c (id TEXT);\n",
            "apps/api/logs/0001_l.sql": "CREATE TABLE l (id TEXT);\n",
        },
        "apps/api/core/0004_d.sql",
        ("apps/api/core",),
    ),
    "base schema": Sample(
        {f"migrations/{n:04}_c.sql": f"ALTER TABLE parents ADD COLUMN c{n} TEXT;\n" for n in range(1, 5)}
        | {"schema.sql": PARENT + CHILD},
        "migrations/0005_d.sql",
        ("--base-schema", "schema.sql"),
    ),
    "a database of an environment alone": Sample(
        {
            "wrangler.jsonc": wrangler(database("db"), environment="production"),
            "db/0001_a.sql": PARENT,
            "db/0002_b.sql": CHILD,
            "db/0003_c.sql": "CREATE TABLE c (id TEXT);\n",
        },
        "db/0004_d.sql",
    ),
    "PULSE": Sample(PULSE, "migrations/008_extra.sql", header=HEADER),
}


def judge_change(sample: Sample, folder: Path, sql: str, reverse: str = "") -> Judged:
    """Commit the merged files, add the next one, and check it against the commit."""
    write(folder, sample.files)
    git = ("git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.com")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "Merge")):
        subprocess.run([*git, *words], check=True)
    write(folder, {sample.path: sample.header + sql + reverse})
    return judge_directory(
        folder, "check", *sample.words, "--base", "HEAD", "--preview", "embedded", "--format", "json"
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_a_harmless_migration_is_green(name: str, tmp_path: Path) -> None:
    sample, sql, reverse = SAMPLES[name], HARMLESS, ""
    if name == "PULSE":
        sql, reverse = (
            HARMLESS.replace("TABLE", "TABLE IF NOT EXISTS", 1),
            "-- Reverse:\n-- DROP TABLE IF EXISTS extra;\n",
        )

    judged = judge_change(sample, tmp_path, breakpoints(sql) if "drizzle" in name else sql, reverse)

    assert (judged.status, judged.rules("error", "warning")) == (0, {}), judged.said
    assert judged.report is not None
    assert [each["path"] for each in judged.report["migrations"] if each["under_review"]] == [sample.path]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_cascading_rebuild_is_red(name: str, tmp_path: Path) -> None:
    sql = breakpoints(REBUILD) if "drizzle" in name else REBUILD

    judged = judge_change(SAMPLES[name], tmp_path, sql)

    assert judged.status == 1
    assert judged.rules("error")["rebuild-cascades"] == "error"
