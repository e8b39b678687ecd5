"""ADD COLUMN in every form, on every table of PULSE's: what fails only where there are rows is told by its own rule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulse_ci.analysis.seed import seed
from pulse_ci.analysis.statement_run import Rejection
from pulse_ci.engine import D1Refused, EmbeddedD1
from pulse_ci.rules.error_rules import find_rule_name
from pulse_ci.rules.lint import lint
from pulse_ci.sql.split import split_statements
from tests.rules.example import review

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = {str(path): path.read_text() for path in sorted(Path("migrations").glob("[0-9]*.sql"))}
ON_ROWS = {
    "TEXT NOT NULL": "not-null-without-default",
    "TEXT NOT NULL DEFAULT NULL": "not-null-without-default",
    "INT CONSTRAINT required NOT NULL ON CONFLICT REPLACE": "not-null-without-default",
    "INT NOT NULL AS (NULL)": "not-null-without-default",
    "INT NOT NULL AS (nullif(1, 1)) VIRTUAL": "not-null-without-default",
    "TEXT DEFAULT CURRENT_TIMESTAMP": "non-constant-default",
    "TEXT NOT NULL DEFAULT CURRENT_DATE": "non-constant-default",
    "INT DEFAULT (1 + 1)": "non-constant-default",
    "INT DEFAULT (unixepoch())": "non-constant-default",
    "TEXT DEFAULT (lower(hex(randomblob(16)))) CHECK (new <> '')": "non-constant-default",
    "TEXT DEFAULT 'x' REFERENCES accounts (account_id)": "references-with-default",
    "TEXT NOT NULL DEFAULT 'x' REFERENCES accounts": "references-with-default",
    "INT AS (1) STORED": "stored-column",
    "INT NOT NULL GENERATED ALWAYS AS (1) STORED": "stored-column",
    "TEXT DEFAULT '' CHECK (new <> '')": "check-on-existing",
    "TEXT CHECK (new IS NOT NULL)": "check-on-existing",
    "INT AS (2) CHECK (new < 2)": "check-on-existing",
    "INT DEFAULT TRUE CONSTRAINT no CHECK (new = FALSE)": "check-on-existing",
}
ALWAYS = {
    "TEXT UNIQUE": "unique-or-primary-column",
    "TEXT NOT NULL DEFAULT '' UNIQUE": "unique-or-primary-column",
    "INT PRIMARY KEY": "unique-or-primary-column",
}
HABITS = {"missing-header", "missing-reason", "not-idempotent", "reverse-incomplete", "missing-drop"}
NEVER = (
    "TEXT",
    "TEXT NOT NULL DEFAULT ''",
    "INT DEFAULT (1)",
    "TEXT REFERENCES accounts",
    "TEXT DEFAULT NULL REFERENCES accounts (account_id) ON DELETE CASCADE",
    "INT AS (1)",
    "INT NOT NULL AS (1) VIRTUAL",
    "TEXT CHECK (new <> '')",
    "TEXT DEFAULT 'x' CHECK (new IN ('x', 'y'))",
)


@pytest.fixture(scope="module")
def empty() -> Iterator[EmbeddedD1]:
    with EmbeddedD1() as database:
        for text in FILES.values():
            database.run(text)
        with database.open_unrestricted() as connection:  # the rows that PULSE's own migrations bring
            connection.execute("PRAGMA foreign_keys = OFF; DELETE FROM currencies; DELETE FROM traffic_sources")
            connection.execute("PRAGMA foreign_keys = ON")
        yield database


@pytest.fixture(scope="module")
def filled(empty: EmbeddedD1) -> Iterator[EmbeddedD1]:
    with EmbeddedD1() as database:
        database.restore(empty.take_snapshot())
        assert not seed(database).failures
        yield database


def rule_of(database: EmbeddedD1, sql: str) -> str | None:
    """Return the rule that tells why D1 refuses a statement, None where it runs; nothing is kept of it."""
    (statement,) = split_statements(sql)
    try:
        with database.open_request() as request:
            request.execute(sql)
            request.mark_rollback_only()
    except D1Refused as refused:
        return find_rule_name(Rejection(statement, str(refused)))
    return None


def statements(database: EmbeddedD1, form: str) -> Iterator[str]:
    for table in database.schema().tables:
        if not table.is_virtual:
            yield f'ALTER TABLE "{table.name}" ADD COLUMN new {form};'


@pytest.mark.parametrize("form", ON_ROWS)
def test_a_form_that_fails_on_rows_alone_is_found_on_every_table(
    form: str, empty: EmbeddedD1, filled: EmbeddedD1
) -> None:
    every = list(statements(empty, form))

    assert {rule_of(empty, sql) for sql in every} == {None}
    assert {sql: rule_of(filled, sql) for sql in every} == dict.fromkeys(every, ON_ROWS[form])


@pytest.mark.parametrize("form", ALWAYS)
def test_a_form_that_always_fails_does_so_on_every_table(form: str, empty: EmbeddedD1, filled: EmbeddedD1) -> None:
    for sql in statements(empty, form):
        assert rule_of(empty, sql) == rule_of(filled, sql) == ALWAYS[form], sql


@pytest.mark.parametrize("form", NEVER)
def test_a_form_that_rows_do_not_hinder_is_left_in_peace(form: str, filled: EmbeddedD1) -> None:
    for sql in statements(filled, form):
        assert rule_of(filled, sql) is None, sql


def test_a_default_of_another_type_fails_on_the_rows_of_a_strict_table_alone(
    empty: EmbeddedD1, filled: EmbeddedD1
) -> None:
    form, strict = "INTEGER DEFAULT 'x'", {table.name for table in empty.schema().tables if table.strict}

    assert {rule_of(empty, sql) for sql in statements(empty, form)} == {None}
    failing = {sql.split('"')[1] for sql in statements(filled, form) if rule_of(filled, sql)}
    assert failing == strict
    assert len(strict) == 4


@pytest.mark.parametrize(
    ("table", "form", "rule"),
    [
        ("sites", "TEXT NOT NULL", "not-null-without-default"),
        ("events", "TEXT DEFAULT CURRENT_TIMESTAMP", "non-constant-default"),
        ("daily_stats", "TEXT DEFAULT 'x' REFERENCES accounts (account_id)", "references-with-default"),
        ("orders", "INT AS (1) STORED", "stored-column"),
        ("exchange_rates", "TEXT DEFAULT '' CHECK (new <> '')", "check-on-existing"),
        ("cohort_members", "INT NOT NULL AS (NULL)", "not-null-without-default"),
    ],
)
def test_a_check_of_pulse_finds_it_without_any_database_but_its_own(table: str, form: str, rule: str) -> None:
    path = "migrations/022_new.sql"
    files = {**FILES, path: f"ALTER TABLE {table} ADD COLUMN new {form};"}

    found = [each for each in lint(review(files, baseline=21)) if each.rule not in HABITS]

    assert [(each.path, each.rule) for each in found] == [(path, rule)]
    assert "once its table has a row: `" in found[0].message
    assert found[0].probe
