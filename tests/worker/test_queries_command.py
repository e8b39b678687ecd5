"""`pulse-ci queries` and `check` on a repository with a Worker's source."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from pulse_ci.cli import main

HEADER = "-- Migration: Example\n-- Created: 2024-03-05\n-- Reason: a test\n"
EVENTS = f"{HEADER}CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, name TEXT);\n"
WORKER = """\
    export const list = (env: Env) =>
      env.DB.prepare("SELECT id, name, custom_field FROM events").all();
    export const all = (env: Env) => env.DB.prepare("SELECT * FROM events").all();
    export const dynamic = (env: Env, table: string) => env.DB.prepare(`SELECT * FROM ${table}`).all();
"""
CHANGE = f"{HEADER}ALTER TABLE events ADD COLUMN custom_field TEXT;\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose base has a table and a Worker, and whose checkout adds a column."""
    monkeypatch.chdir(tmp_path)
    for name, text in {"migrations/001_events.sql": EVENTS, "src/index.ts": WORKER}.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(dedent(text))
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", *words], check=True)
    Path("migrations/002_column.sql").write_text(CHANGE)
    return tmp_path


def check(*flags: str) -> dict[str, list[dict[str, Any]]]:
    main(["check", "--base", "HEAD", "--format", "json", "--output", "report.json", "--skip", "conventions", *flags])
    report: dict[str, list[dict[str, Any]]] = json.loads(Path("report.json").read_text())
    return report


def test_each_query_is_listed_with_its_line_and_what_becomes_of_it(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["queries", "--base", "HEAD"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "src/index.ts",
        "  2: needs the migration, DB: SELECT id, name, custom_field FROM events",
        "      before the change: no such column: custom_field at offset 17: SQLITE_ERROR",
        "  3: static, DB: SELECT * FROM events",
        "  4: not checked, DB: SELECT * FROM ${table}",
        "      it has no form that makes sense",
        "2 checked, 1 not checked, in 1 files",
    ]


def test_json_has_the_same(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queries", "--base", "HEAD", "--format", "json"]) == 0

    listed = json.loads(capsys.readouterr().out)
    assert (listed["checked"], listed["not_checked"]) == (2, 1)
    assert [each["status"] for each in listed["queries"]] == ["needs-migration", "ok", "ok"]


def test_code_that_is_deployed_first_must_not_need_the_migration(repository: Path) -> None:
    found = check("--deploy-order", "code-first")

    (finding,) = [each for each in found["findings"] if each["rule"] == "query-needs-migration"]
    assert (finding["severity"], finding["path"], finding["line"]) == ("error", "src/index.ts", 2)
    assert "on D1 the statement already fails to prepare" in finding["message"]


def test_else_one_notice_says_what_must_wait_for_the_migration(repository: Path) -> None:
    found = check()

    (finding,) = [each for each in found["findings"] if each["rule"] == "query-needs-migration"]
    assert (finding["severity"], finding["path"]) == ("notice", "migrations/002_column.sql")
    assert finding["message"] == "Deploy the Worker after the migration: 1 query needs it (src/index.ts:2)."


def test_a_query_that_a_migration_breaks_names_its_line_and_the_migration(repository: Path) -> None:
    Path("migrations/002_column.sql").write_text(f"{HEADER}ALTER TABLE events RENAME COLUMN name TO title;\n")
    Path("src/more.ts").write_text('export const f = (env) => env.DB.prepare("SELECT name FROM events").first();\n')
    subprocess.run(["git", "add", "src"], check=True)
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "y"], check=True)

    (finding,) = [each for each in check()["findings"] if each["rule"] == "query-breaks"]

    assert (finding["severity"], finding["path"], finding["line"]) == ("error", "src/more.ts", 1)
    assert "fails once `002_column.sql` has run: no such column: name" in finding["message"]


def test_the_report_lists_each_query_once_for_each_side(repository: Path) -> None:
    assert [(each["line"], each["side"], each["status"]) for each in check()["queries"]] == [
        (2, "old-code-new-schema", "ok"),
        (2, "new-code-old-schema", "broken"),
        (3, "old-code-new-schema", "ok"),
        (3, "new-code-old-schema", "ok"),
        (4, "new-code-old-schema", "unchecked"),
    ]
