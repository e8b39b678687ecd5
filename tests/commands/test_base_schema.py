"""A history that continues a schema from a file: it is named once, and everything runs on it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from tests.commands.files import put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Outcome

SCHEMA = "CREATE TABLE sites (id TEXT PRIMARY KEY NOT NULL, url TEXT);\nCREATE TABLE logs (at TEXT);\n"
SKIP = ("--skip", "conventions")


def history(repository: Path) -> None:
    put(repository, n001_title="ALTER TABLE sites ADD COLUMN title TEXT;\n", n002_logs="DROP TABLE logs;\n")
    (repository / "schema.sql").write_text(SCHEMA)


def test_files_run_on_the_base_schema(repository: Path, check: Callable[..., Outcome]) -> None:
    history(repository)

    without, with_base = check(*SKIP), check(*SKIP, "--base-schema", "schema.sql")

    assert [rule for rule, *_ in without.found] == ["replay-fails", "replay-fails"]
    assert "--base-schema schema.sql" in without.report["findings"][0]["remedy"]
    assert [each["replay"] for each in with_base.report["migrations"]] == ["ok", "ok"]
    assert "drop-table" in [rule for rule, *_ in with_base.found]


def test_old_files_that_do_not_run_are_one_notice(repository: Path, check: Callable[..., Outcome]) -> None:
    put(repository, **{f"n{n:03}_c": f"ALTER TABLE base ADD COLUMN c{n};\n" for n in range(1, 9)})
    put(repository, n009_new="CREATE TABLE fresh (id TEXT);\n")

    outcome = check(*SKIP, "--baseline", "8")

    (finding,) = outcome.report["findings"]
    assert (finding["severity"], finding["path"]) == ("notice", "migrations/001_c.sql")
    assert finding["message"].startswith("8 merged files do not run on the files before them, first `001_c.sql`: ")
    assert outcome.status == 0


def test_status_starts_from_the_base_schema(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_title="ALTER TABLE sites ADD COLUMN title TEXT;\n")
    (repository / "schema.sql").write_text(SCHEMA)
    with sqlite3.connect(repository / "local.sqlite") as database:
        database.executescript(SCHEMA + "ALTER TABLE sites ADD COLUMN title TEXT;")

    without = run("status", "--local", "local.sqlite")
    with_base = run("status", "--local", "local.sqlite", "--base-schema", "schema.sql")

    assert "001_title.sql  pending" in without.out
    assert "001_title.sql  applied" in with_base.out


def test_a_base_schema_that_d1_rejects_is_an_error(repository: Path, run: Callable[..., Outcome]) -> None:
    history(repository)
    (repository / "schema.sql").write_text("CREATE TABLE a (b; nonsense")

    outcome = run("check", "--base-schema", "schema.sql")

    assert outcome.status == 2
    assert outcome.err.startswith("pulse-ci: base-schema: D1 rejects schema.sql: ")


def test_a_base_schema_outside_the_repository_is_not_read(
    repository: Path, run: Callable[..., Outcome], tmp_path: Path
) -> None:
    history(repository)
    (tmp_path / "secret.sql").write_text(SCHEMA)

    outcome = run("check", "--base-schema", str(tmp_path / "secret.sql"))

    assert outcome.status == 2
    assert "lies outside the repository" in outcome.err


def test_a_pending_file_is_an_exit_code_only_if_asked(repository: Path, run: Callable[..., Outcome]) -> None:
    put(repository, n001_a="CREATE TABLE a (id TEXT);\n")
    with sqlite3.connect(repository / "local.sqlite") as database:
        database.execute("CREATE TABLE other (id TEXT)")
    words = ("status", "--local", "local.sqlite")

    assert (run(*words).status, run(*words, "--exit-code").status) == (0, 1)

    with sqlite3.connect(repository / "local.sqlite") as database:
        database.execute("CREATE TABLE a (id TEXT)")
    assert run(*words, "--exit-code").status == 0
