"""The files that are read, their order and their names are those that the real wrangler applies."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cases.product import judge_directory, write
from tests.workerd.rig import NODE, NODE_MODULES

if TYPE_CHECKING:
    from pathlib import Path

TREES: dict[str, tuple[str | None, str]] = {
    "flat": (None, "10_b.sql 9_a.sql 0001_z.sql 0001-y.sql zz.sql A.sql 0003_x.SQL .0000_h.sql sub/0.sql"),
    "folders": (
        "m/*/migration.sql",
        "20260116020812_b/migration.sql 20250116020812_a/migration.sql x/migration.sql 9_z/migration.sql "
        "20250116020812_a/other.sql 0000_flat.sql .hidden/migration.sql a/b/migration.sql",
    ),
    "any depth": ("./m/**/*.sql", "2_b/10.sql 2_b/9.sql 1.sql 2_a.sql a/b/c.sql 10/1.sql 10/1/0.sql"),
    "braces": ("m/{0,1}*_[a-c]?.{sql,SQL}", "01_ax.sql 11_bx.SQL 01_dx.sql 21_ax.sql -1_ax.sql"),
    "negation": ("m/!(*_old|reverse).sql", "1_old.sql 1_new.sql 2_bold.sql reverse.sql"),
    "extended glob": ("m/?(0)[0-9]_!(*_old).sql", "01_old.sql 01_new.sql 2_new.sql 10_new.sql"),
}


@pytest.mark.parametrize("name", TREES)
def test_the_files_are_those_that_wrangler_applies(name: str, tmp_path: Path) -> None:
    pattern, names = TREES[name]
    database = {"binding": "DB", "database_name": "app", "database_id": "a", "migrations_dir": "m"}
    database |= {"migrations_pattern": pattern} if pattern else {}
    config = {"name": "w", "compatibility_date": "2026-01-01", "d1_databases": [database]}
    write(tmp_path, {f"m/{each}": f"CREATE TABLE t{number} (a);\n" for number, each in enumerate(names.split())})
    write(tmp_path, {"wrangler.json": json.dumps(config)})

    judged = judge_directory(tmp_path, "check", "--conventions", "none", "--format", "json")

    assert judged.report is not None, judged.said
    assert [each["name"] for each in judged.report["migrations"]] == applied_by_wrangler(tmp_path)


def applied_by_wrangler(folder: Path) -> list[str]:
    """Return the names that `wrangler d1 migrations apply --local` records, in the order in which it ran the files."""
    subprocess.run(
        [str(NODE), str(NODE_MODULES / "wrangler/bin/wrangler.js"), "d1", "migrations", "apply", "app", "--local"],
        cwd=folder,
        env={**os.environ, "CI": "1", "WRANGLER_SEND_METRICS": "false", "HOME": str(folder)},
        check=True,
        capture_output=True,
        timeout=120,
    )
    files = [each for each in folder.rglob(".wrangler/**/*.sqlite") if each.name != "metadata.sqlite"]
    (path,) = files
    with sqlite3.connect(path) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM d1_migrations ORDER BY id")]
