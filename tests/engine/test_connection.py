from __future__ import annotations

from dataclasses import replace

import pytest

from pulse_ci.engine import Access, D1Refused, EmbeddedD1, RequestMode
from pulse_ci.errors import UnsupportedByEngine


@pytest.fixture
def database() -> EmbeddedD1:
    made = EmbeddedD1()
    made.run("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO users VALUES (1, 'Ada'), (2, 'Bo')")
    return made


def test_a_request_is_all_or_nothing(database: EmbeddedD1) -> None:
    with pytest.raises(D1Refused):
        database.run("INSERT INTO users VALUES (3, 'Cy'); INSERT INTO users VALUES (1, 'twice')")

    assert database.query("SELECT count(*) FROM users") == [(2,)]


def test_a_refusal_names_the_statement_and_where_it_starts(database: EmbeddedD1) -> None:
    sql = "-- first\nSELECT 1;\n\nSELECT nosuch FROM users;\nSELECT 2;"

    with pytest.raises(D1Refused) as refused:
        database.run(sql)

    assert str(refused.value) == "no such column: nosuch at offset 7: SQLITE_ERROR"
    assert refused.value.statement == 1
    assert refused.value.sql == "SELECT nosuch FROM users;"
    assert sql[refused.value.start or 0 :].startswith("SELECT nosuch")


def test_a_refusal_at_the_commit_names_no_statement(database: EmbeddedD1) -> None:
    database.run("CREATE TABLE c (x REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED)")

    with pytest.raises(D1Refused) as refused:
        database.run("INSERT INTO c VALUES (99)")

    assert "FOREIGN KEY constraint failed" in str(refused.value)
    assert refused.value.statement is None
    assert database.query("SELECT * FROM c") == []


def test_rows_are_those_of_the_last_statement(database: EmbeddedD1) -> None:
    assert database.query("SELECT 1; SELECT id, name FROM users ORDER BY id") == [(1, "Ada"), (2, "Bo")]


@pytest.mark.parametrize("word", ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT s", "RELEASE s"])
def test_a_user_cannot_end_the_transaction(database: EmbeddedD1, word: str) -> None:
    with pytest.raises(D1Refused, match=r"state\.storage\.transaction\(\)"):
        database.run(f"DELETE FROM users; {word}")

    assert database.query("SELECT count(*) FROM users") == [(2,)]


def test_what_our_own_code_ran_before_does_not_let_a_user_run_it(database: EmbeddedD1) -> None:
    with database.open_unrestricted() as connection:
        connection.execute("PRAGMA user_version").fetchall()
        connection.execute("SELECT * FROM _cf_METADATA").fetchall()

    for sql in ("PRAGMA user_version", "SELECT * FROM _cf_METADATA", "COMMIT", "BEGIN"):
        with pytest.raises(D1Refused):
            database.run(sql)


def test_a_request_of_several_steps_is_undone_by_an_exception(database: EmbeddedD1) -> None:
    def fail() -> None:
        with database.open_request() as request:
            request.execute("DELETE FROM users")
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert database.query("SELECT count(*) FROM users") == [(2,)]


def test_a_request_may_go_on_after_a_refusal(database: EmbeddedD1) -> None:
    with database.open_request() as request:
        request.execute("INSERT INTO users VALUES (3, 'Cy')")
        with pytest.raises(D1Refused):
            request.execute("INSERT INTO users VALUES (1, 'twice')")
        request.execute("INSERT INTO users VALUES (4, 'Di')")

    assert database.query("SELECT count(*) FROM users") == [(4,)]


@pytest.mark.parametrize(
    ("sql", "access"),
    [
        ("SELECT NAME FROM Users", Access(reads=frozenset({"users"}))),
        ("INSERT INTO users VALUES (5, 'E')", Access(writes=frozenset({"users"}))),
        ("CREATE TABLE New (a)", Access(creates=frozenset({"New"}))),
        ("CREATE INDEX i ON users (name)", Access(creates=frozenset({"i"}), reads=frozenset({"users"}))),
        (
            "CREATE TRIGGER g AFTER INSERT ON users BEGIN SELECT 1; END",
            Access(creates=frozenset({"g"}), reads=frozenset({"users"})),
        ),
        ("DROP TABLE users", Access(drops=frozenset({"users"}), writes=frozenset({"users"}))),
        ("SELECT 1", Access()),
    ],
)
def test_access_tells_what_a_statement_touches(database: EmbeddedD1, sql: str, access: Access) -> None:
    with database.open_request() as request:
        assert replace(request.execute(sql), columns=frozenset()) == access


def test_access_tells_a_statements_own_touches_from_those_of_its_triggers(database: EmbeddedD1) -> None:
    database.run(
        "CREATE TABLE log (a); CREATE TRIGGER g AFTER DELETE ON users BEGIN INSERT INTO log VALUES (old.id); END"
    )

    with database.open_request() as request:
        touches = request.execute("DELETE FROM users WHERE name = 'x'").columns

    assert touches == {
        ("users", None, None),
        ("users", "name", None),
        ("log", None, "g"),
        ("users", "id", "g"),
    }


def test_access_tells_what_is_altered_and_what_a_trigger_writes(database: EmbeddedD1) -> None:
    database.run(
        "CREATE TABLE log (a); CREATE TRIGGER g AFTER DELETE ON users BEGIN INSERT INTO log VALUES (old.id); END"
    )

    with database.open_request() as request:
        deleted = request.execute("DELETE FROM users")
        altered = request.execute("ALTER TABLE users ADD COLUMN age INTEGER")

    assert deleted.writes == {"users", "log"}
    assert altered.alters == {"users"}


def test_a_snapshot_brings_back_schema_rows_and_pragmas(database: EmbeddedD1) -> None:
    snapshot = database.take_snapshot()
    database.run("PRAGMA case_sensitive_like = ON; DROP TABLE users; CREATE TABLE other (a)")

    database.restore(snapshot)

    assert database.query("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_CF\\_%' ESCAPE '\\'") == [("users",)]
    assert database.query("SELECT count(*) FROM users") == [(2,)]


def test_limits_hold_after_a_restore(database: EmbeddedD1) -> None:
    database.restore(database.take_snapshot())

    for sql in (
        "PRAGMA user_version",
        "ATTACH 'x' AS y",
        "SELECT 1 " + "UNION ALL SELECT 1 " * 5,
        "UPDATE sqlite_master SET sql = ''",
    ):
        with pytest.raises(D1Refused):
            database.run(sql)


def test_analyze_leaves_the_one_table_that_d1_has(database: EmbeddedD1) -> None:
    database.run("ANALYZE; SELECT 1")

    assert database.query("SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat%'") == [("sqlite_stat1",)]


def test_d1s_own_table_is_listed_and_closed(database: EmbeddedD1) -> None:
    assert database.query("SELECT count(*) FROM sqlite_master WHERE name = '_cf_METADATA'") == [(1,)]
    with pytest.raises(D1Refused, match=r"access to _cf_METADATA\.key is prohibited: SQLITE_AUTH"):
        database.query("SELECT * FROM _cf_METADATA")


ORPHAN = "PRAGMA foreign_keys = OFF; INSERT INTO kids VALUES (99);"
KIDS = "CREATE TABLE kids (user_id REFERENCES users (id))"


def test_foreign_keys_off_counts_at_the_top_of_an_import(database: EmbeddedD1) -> None:
    database.run(KIDS)
    database.mode = RequestMode.IMPORT

    database.run(ORPHAN)

    database.mode = RequestMode.BATCH
    assert database.query("SELECT * FROM kids") == [(99,)]


def test_foreign_keys_off_does_not_count_in_a_migration(database: EmbeddedD1) -> None:
    database.run(KIDS)

    with pytest.raises(D1Refused, match="FOREIGN KEY constraint failed"):
        database.run(ORPHAN)


def test_a_query_refuses_a_comment_behind_its_last_statement() -> None:
    with EmbeddedD1(mode=RequestMode.QUERY) as database, pytest.raises(D1Refused, match="did not contain a statement"):
        database.run("SELECT 1; -- done")


def test_closing_twice_does_no_harm(database: EmbeddedD1) -> None:
    database.close()
    database.close()


@pytest.mark.parametrize("mode", [RequestMode.BATCH, RequestMode.IMPORT])
def test_what_was_read_before_a_write_is_not_shown_after_it(mode: RequestMode) -> None:
    with EmbeddedD1(mode=mode) as database:
        empty, content = database.schema(), database.take_snapshot()

        with database.open_request() as request:
            request.execute("SELECT 1")
            assert database.schema() == empty
            request.execute("CREATE TABLE t (a)")
            assert [table.name for table in database.schema().tables] == ["t"]
            request.execute("CREATE TABLE u (a)")

        assert [table.name for table in database.schema().tables] == ["t", "u"]
        assert database.take_snapshot() != content
        database.restore(content)
        assert database.schema() == empty
        with database.open_unrestricted() as connection:
            connection.execute("CREATE TABLE v (a)")
        assert [table.name for table in database.schema().tables] == ["v"]


def test_a_pragma_that_would_make_the_schema_unreadable_is_not_run() -> None:
    with EmbeddedD1() as database:
        database.run("CREATE TABLE t (a, b AS (a LIKE 'x%')); INSERT INTO t VALUES ('xy')")

        with pytest.raises(UnsupportedByEngine, match="case_sensitive_like"):
            database.run("CREATE TABLE u (a); PRAGMA Case_Sensitive_Like = ON")

        assert database.query("SELECT b, 'A' LIKE 'a' FROM t") == [(1, 1)]
