"""The stand-in is faithful enough for the real wrangler, which runs against it unchanged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.cloudflare.wrangler import configure, wrangler

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare


def test_wrangler_applies_lists_imports_and_queries(cloud: Cloudflare, tmp_path: Path) -> None:
    database = cloud.create("staging")
    configure(tmp_path, database)
    migrations = tmp_path / "migrations"
    migrations.mkdir()
    (migrations / "001_sites.sql").write_text(
        "CREATE TABLE sites (id INTEGER PRIMARY KEY);\nCREATE INDEX i ON sites (id);\n"
    )
    (migrations / "002_goals.sql").write_text("CREATE TABLE goals (id INTEGER PRIMARY KEY);\n")
    (tmp_path / "rows.sql").write_text("INSERT INTO sites VALUES (7);\nINSERT INTO goals VALUES (8);\n")

    wrangler(cloud, tmp_path, "d1", "migrations", "apply", "DB", "--remote")
    wrangler(cloud, tmp_path, "d1", "execute", "DB", "--remote", "--file", "rows.sql")
    with ThreadPoolExecutor() as pool:
        listing = pool.submit(wrangler, cloud, tmp_path, "d1", "migrations", "list", "DB", "--remote")
        command = ("--command", "SELECT id + 100 AS n FROM sites")
        answer = pool.submit(wrangler, cloud, tmp_path, "d1", "execute", "DB", "--remote", *command)
        left, told = listing.result(), answer.result()

    assert cloud.run(database, "SELECT name FROM d1_migrations ORDER BY id") == [["001_sites.sql"], ["002_goals.sql"]]
    assert "No migrations to apply" in left
    assert cloud.run(database, "SELECT * FROM sites, goals") == [[7, 8]]
    assert '"n": 107' in told
