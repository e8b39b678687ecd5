"""Writes that prepare on both schemas and fail on rows of one of them."""

from __future__ import annotations

import pytest

from pulse_ci.engine import EmbeddedD1
from pulse_ci.worker.check_worker import WorkerSource, check_worker
from pulse_ci.worker.source_files import SourceTree

ORDERS = (
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, email TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'new', note TEXT, "
    "CHECK (status IN ('new', 'paid', 'old')));"
)
REBUILT = (
    "CREATE TABLE orders_new (id INTEGER PRIMARY KEY, email TEXT NOT NULL{unique}, status TEXT NOT NULL DEFAULT 'new', "
    "note TEXT{note}, CHECK (status IN ('new', 'paid'{old}))); DROP TABLE orders; "
    "ALTER TABLE orders_new RENAME TO orders;"
)
NOT_NULL = REBUILT.format(unique="", note=" NOT NULL", old=", 'old'")
NARROWED = REBUILT.format(unique="", note="", old="")
UNIQUE = "CREATE UNIQUE INDEX one_email ON orders (email);"
TRIGGER = (
    "CREATE TRIGGER no_old BEFORE UPDATE ON orders WHEN new.status = 'old' BEGIN SELECT raise(ABORT, 'not old'); END;"
)


def broken(change: str, *queries: str) -> dict[str, str]:
    source = "\n".join(f"env.DB.prepare(`{query}`).run();" for query in queries)
    tree = SourceTree({"src/index.ts": source.encode()})
    with EmbeddedD1() as before, EmbeddedD1() as after:
        before.run(ORDERS)
        after.run(ORDERS)
        after.run(change)
        found = check_worker(WorkerSource(tree, {}), before, after).broken
    return {query.sql: str(query.after).partition(": SQLITE")[0] for query in found}


LEAVES_OUT = "INSERT INTO orders (email) VALUES (?)"
GIVES = "INSERT INTO orders (email, note) VALUES (?, ?)"
SETS_NULL = "UPDATE orders SET note = NULL WHERE id = ?"
SETS = "UPDATE orders SET note = ?1, status = ?2 WHERE email = ?3 AND id > ?4"


def test_a_new_not_null_rejects_what_leaves_the_column_out_or_sets_it_to_null() -> None:
    reason = "NOT NULL constraint failed: orders.note"

    assert broken(NOT_NULL, LEAVES_OUT, GIVES, SETS_NULL, SETS) == {LEAVES_OUT: reason, SETS_NULL: reason}


@pytest.mark.parametrize("change", [NARROWED, TRIGGER])
def test_a_narrowed_check_or_a_trigger_rejects_the_value_that_a_statement_spells_out(change: str) -> None:
    old, paid = "UPDATE orders SET status = 'old' WHERE id = ?", "UPDATE orders SET status = 'paid' WHERE id = ?"

    assert list(broken(change, old, paid, SETS, GIVES)) == [old]


def test_a_new_unique_index_breaks_a_constant_that_is_written_to_every_row_alone() -> None:
    upsert = "INSERT INTO orders (id, email) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET email = excluded.email"

    assert broken(UNIQUE, GIVES, LEAVES_OUT, upsert, SETS) == {}


def test_a_parameter_within_an_expression_says_nothing() -> None:
    assert broken(NARROWED, "INSERT INTO orders (email, status) VALUES (?, lower(?))") == {}


def test_an_insert_without_columns_breaks_after_add_column() -> None:
    whole = "INSERT INTO orders VALUES (?, ?, ?, ?)"

    assert broken("ALTER TABLE orders ADD COLUMN sent INTEGER;", whole, GIVES) == {
        whole: "table orders has 5 columns but 4 values were supplied"
    }


def test_new_code_that_leaves_out_what_the_old_schema_requires_needs_the_migration() -> None:
    source = f"env.DB.prepare(`{LEAVES_OUT}`).run(); env.DB.prepare(`{GIVES}`).run();"
    tree = SourceTree({"src/index.ts": source.encode()})
    with EmbeddedD1() as before, EmbeddedD1() as after:
        before.run(ORDERS)
        before.run(NOT_NULL)
        after.run(ORDERS)
        found = check_worker(WorkerSource(tree, {"src/index.ts": None}), before, after).needing

    assert [query.sql for query in found] == [LEAVES_OUT]


def test_many_holes_cost_a_bounded_number_of_tries() -> None:
    holes = " ".join(f"${{a{number}}}" for number in range(40))

    assert broken("DROP TABLE orders;", f"SELECT 1 {holes} FROM ${{table}}", GIVES) == {GIVES: "no such table: orders"}
