"""Statements run as one request, watched: what each touches, what is refused, what is undone."""

from __future__ import annotations

from pulse_ci.analysis.statement_run import run_statements
from pulse_ci.engine import EmbeddedD1
from pulse_ci.sql.split import split_statements


def test_a_request_goes_on_after_a_refused_statement_where_that_is_asked_for() -> None:
    with EmbeddedD1() as database:
        run = run_statements(
            database, split_statements("CREATE TABLE a (x); DROP TABLE no; CREATE TABLE b (x);"), keep_going=True
        )

        assert [refusal.message for refusal in run.rejections] == ["no such table: no: SQLITE_ERROR"]
        assert [sorted(access.creates) for _, access in run.executed] == [["a"], ["b"]]
        assert database.schema().tables == ()


def test_a_begin_is_refused_and_the_rest_of_the_file_is_seen_all_the_same() -> None:
    with EmbeddedD1() as database:
        run = run_statements(database, split_statements("BEGIN; CREATE TABLE a (x); COMMIT;"))

        assert [refusal.is_transaction for refusal in run.rejections] == [True, True]
        assert [table.name for table in database.schema().tables] == ["a"]


def test_what_fails_leaves_no_trace() -> None:
    with EmbeddedD1() as database:
        run = run_statements(
            database, split_statements("CREATE TABLE a (x); SELECT missing FROM a; CREATE TABLE b (x);")
        )

        assert [refusal.message for refusal in run.rejections] == ["no such column: missing at offset 7: SQLITE_ERROR"]
        assert database.schema().tables == ()


def test_a_deferred_violation_is_refused_at_the_end_of_the_request() -> None:
    tables = "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY DEFERRED);"
    with EmbeddedD1() as database:
        run = run_statements(database, split_statements(f"{tables} INSERT INTO c VALUES (1);"))

        assert [refusal.statement for refusal in run.rejections] == [None]
        assert "FOREIGN KEY constraint failed" in run.rejections[0].message


def test_the_statement_behind_a_column_is_the_one_that_spells_its_name() -> None:
    from pulse_ci.model import Change, ChangeAction, ObjectKind

    with EmbeddedD1() as database:
        run = run_statements(
            database, split_statements("CREATE TABLE t (a);\nALTER TABLE t ADD COLUMN b;\nALTER TABLE t ADD COLUMN c;")
        )
        maker = run.find_statement_behind(Change(ObjectKind.COLUMN, "b", "t", ChangeAction.ADDED, None, "b"))

        assert maker is not None
        assert maker.line == 2
