"""Rows are read and told apart whatever they hold, text that is no UTF-8 too, which D1 stores."""

from __future__ import annotations

from pulse_ci.analysis.table_rows import fingerprint_tables, read_table_rows
from pulse_ci.engine import EmbeddedD1

TABLE = "CREATE TABLE t (a, b);"
ODD = "INSERT INTO t VALUES (CAST(x'41ff' AS TEXT), x'41ff');"


def test_text_that_is_no_text_is_read_and_differs_from_the_blob_of_its_bytes() -> None:
    with EmbeddedD1() as database:
        database.run(f"{TABLE}INSERT INTO t VALUES ('é', 1.5);{ODD}")

        with database.open_unrestricted() as connection:
            assert read_table_rows(connection, "t", ["a", "b"]) == [("é", 1.5), ("A\udcff", b"A\xff")]
            assert read_table_rows(connection, "t", []) == [(1,), (1,)]


def test_a_fingerprint_tells_such_text_apart_and_does_not_depend_on_the_order() -> None:
    with EmbeddedD1() as first, EmbeddedD1() as second, EmbeddedD1() as third:
        first.run(f"{TABLE}{ODD}INSERT INTO t VALUES (1, 2);")
        second.run(f"{TABLE}INSERT INTO t VALUES (1, 2);{ODD}")
        third.run(f"{TABLE}INSERT INTO t VALUES (1, 2);{ODD.replace('41ff', '41fe')}")

        assert fingerprint_tables(first, ["t", "no"]) == fingerprint_tables(second, ["t"])
        assert fingerprint_tables(first, ["t"]) != fingerprint_tables(third, ["t"])
