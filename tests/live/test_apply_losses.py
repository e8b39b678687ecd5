"""apply never leads into a loss: what would go is counted on the database itself, and needs --allow lost-rows."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import apsw
import jsonschema
import pytest

from pulse_ci.commands.apply_checks import LOSS_RULES, ROW_RULES, UNRELATED_RULES
from pulse_ci.rules.registry import RULES
from tests.live.test_drift import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cloudflare.server import Cloudflare
    from tests.commands.conftest import Outcome

    Run = Callable[..., Outcome]

USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, old TEXT);\n"
ORDERS = "CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE);\n"
REBUILD = """\
CREATE TABLE new_users (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT '', old TEXT);
INSERT INTO new_users SELECT id, coalesce(name, ''), old FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;
"""
SWAP = """\
CREATE TABLE new_users (id INTEGER PRIMARY KEY, old TEXT, name TEXT);
INSERT INTO new_users SELECT id, name, old FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;
"""
RENAMES = "ALTER TABLE users RENAME COLUMN old TO older; ALTER TABLE orders RENAME TO sales;"
ROWS = "INSERT INTO users VALUES (1, 'a', 'x'), (2, 'b', NULL); INSERT INTO orders VALUES (1, 1), (2, 1), (3, 2);"
RECORD = (
    "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP);"
    "INSERT INTO d1_migrations (name) VALUES ('001_users.sql');"
)


@pytest.fixture
def files(repository: Path) -> Path:
    """A first file with two tables; a test adds the second."""
    (repository / "migrations/001_users.sql").write_text(USERS + ORDERS)
    return repository / "migrations"


@pytest.fixture
def local(files: Path) -> Path:
    """A database file on which the first file ran, without rows."""
    fill(Path("d1.sqlite"), USERS + ORDERS + RECORD)
    return Path("d1.sqlite")


def fill(path: Path, sql: str) -> None:
    with apsw.Connection(str(path)) as connection:
        connection.execute(sql)


def read(path: Path, sql: str) -> list[tuple[object, ...]]:
    return list(apsw.Connection(str(path)).execute(sql))


def test_a_rebuild_that_cascades_is_refused_with_the_rows_of_this_database(files: Path, local: Path, run: Run) -> None:
    (files / "002_rebuild.sql").write_text(REBUILD)
    fill(local, ROWS)

    refused = run("apply", "--local", "d1.sqlite")

    assert refused.status == 2
    assert "3 rows of `orders` would be lost" in refused.err
    assert "rows of `users`" not in refused.err
    assert "To continue anyway: --allow lost-rows\n" in refused.err
    assert read(local, "SELECT count(*) FROM orders") == [(3,)]


def test_what_went_is_reported_after_it_was_allowed(files: Path, local: Path, run: Run) -> None:
    (files / "002_rebuild.sql").write_text(REBUILD)
    fill(local, ROWS)

    allowed = run("apply", "--local", "d1.sqlite", "--allow", "lost-rows", "--format", "json")

    assert allowed.status == 0
    assert "rows of `orders`: 3 before, 0 now" in allowed.err
    jsonschema.validate(allowed.report, SCHEMA)
    assert allowed.report["rows"] == [{"table": "orders", "before": 3, "after": 0, "source": "live", "cause": None}]
    assert read(local, "SELECT count(*) FROM users") == [(2,)]


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("DROP TABLE orders;", "3 rows of `orders` would be lost"),
        ("ALTER TABLE users DROP COLUMN old;", "1 value of `users`.`old` would be lost"),
        ("DELETE FROM orders;", "3 rows of `orders` would be lost"),
        ("DELETE FROM orders WHERE user_id NOT IN (SELECT id FROM users);", None),
        (SWAP, "2 values of `users`.`name` would be lost"),
        ("UPDATE users SET old = 'gone';", None),
        (RENAMES, "To continue anyway: --allow rename-column --allow rename-table\n"),
    ],
)
def test_what_a_file_deletes_is_named(files: Path, local: Path, run: Run, sql: str, told: str | None) -> None:
    (files / "002_next.sql").write_text(f"{sql}\n")
    fill(local, ROWS)

    outcome = run("apply", "--local", "d1.sqlite")

    assert (outcome.status, outcome.err if told is None else told in outcome.err) == (
        (0, "") if told is None else (2, True)
    )


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE users DROP COLUMN old;",
        "DROP TABLE orders;",
        RENAMES,
        REBUILD,
        "ALTER TABLE users ADD COLUMN plan TEXT NOT NULL;",
        REBUILD.replace("coalesce(name, '')", "name"),
    ],
)
def test_findings_about_rows_do_not_stand_against_a_database_without_rows(files: Path, run: Run, sql: str) -> None:
    (files / "002_next.sql").write_text(f"{sql}\n")
    Path("new.sqlite").touch()

    outcome = run("apply", "--local", "new.sqlite")

    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.count("  ran\n") == 2


def test_each_rule_that_the_checks_name_is_there() -> None:
    assert {rule.name for rule in RULES} >= LOSS_RULES | ROW_RULES | UNRELATED_RULES


CONFIG = """
[[d1_databases]]
binding = "DB"
database_name = "app-dev"
database_id = "aaaaaaaa-0000-4000-8000-000000000001"

[env.production]
[[env.production.d1_databases]]
binding = "DB"
database_name = "app"
database_id = "aaaaaaaa-0000-4000-8000-000000000002"
"""


@pytest.mark.parametrize("words", [(), ("--database", "DB")])
def test_nothing_is_chosen_where_several_databases_fit(
    account: Cloudflare, run: Run, repository: Path, words: tuple[str, ...]
) -> None:
    (repository / "wrangler.toml").write_text(CONFIG)

    outcome = run("apply", *words)

    assert outcome.status == 2
    assert "several databases fit" in outcome.err
    assert "  --database aaaaaaaa-0000-4000-8000-000000000001  (app-dev)" in outcome.err
    assert "  --environment production --database aaaaaaaa-0000-4000-8000-000000000002  (app)" in outcome.err
    assert account.log == []


def test_the_first_of_two_databases_with_one_directory_is_not_taken(
    account: Cloudflare, run: Run, repository: Path
) -> None:
    first, _, _ = CONFIG.partition("[env.production]")
    second = first.replace("app-dev", "app").replace("0001", "0002").replace("DB", "LIVE")
    (repository / "wrangler.toml").write_text(first + second)

    ambiguous = run("apply")
    named = run("apply", "--database", "LIVE")

    assert "several databases fit" in ambiguous.err
    assert "several databases fit" not in named.err
    assert account.writes == []


def test_the_plan_names_database_and_environment(account: Cloudflare, files: Path, run: Run, repository: Path) -> None:
    database = account.create("app", USERS + ORDERS + RECORD)
    (repository / "wrangler.toml").write_text(CONFIG.replace("aaaaaaaa-0000-4000-8000-000000000002", database))
    for path in files.glob("*_*.sql"):
        path.unlink()
    (files / "001_users.sql").write_text(USERS + ORDERS)
    (files / "002_plans.sql").write_text("CREATE TABLE plans (id INTEGER);\n")

    outcome = run("apply", "--environment", "production", "--dry-run")

    assert outcome.out.splitlines()[0] == "1 migration pending on app (environment production):"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("answer", "words", "status"), [("n\n", (), 2), ("", (), 2), ("y\n", (), 0), ("n\n", ("--yes",), 0)]
)
def test_a_person_is_asked_before_a_remote_database_is_changed(
    account: Cloudflare,
    files: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    words: tuple[str, ...],
    status: int,
) -> None:
    for path in files.glob("*_*.sql"):
        path.unlink()
    (files / "001_users.sql").write_text(USERS + ORDERS)
    (files / "002_plans.sql").write_text("CREATE TABLE plans (id INTEGER);\n")
    account.create("app", USERS + ORDERS + RECORD)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    monkeypatch.setattr(sys, "stderr", terminal)

    outcome = run("apply", "--database", "app", *words)

    assert outcome.status == status
    assert ("Run 1 migration on app? [y/N] " in terminal.getvalue()) is not bool(words)
    assert len(account.writes) == (0 if status else 1)
