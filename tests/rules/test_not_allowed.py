"""Whose a refusal is, and that what D1 refuses everywhere is said once."""

from __future__ import annotations

import pytest

from pulse_ci.rules.error_rules import NOT_ALLOWED_RULES
from pulse_ci.rules.examples import EXAMPLE_HEADER
from pulse_ci.rules.lint import lint
from tests.rules.example import review

SITES = EXAMPLE_HEADER + "CREATE TABLE sites (site_id INTEGER PRIMARY KEY, title TEXT);\n"

STATEMENTS = {
    "CREATE TEMPORARY TABLE IF NOT EXISTS x (a);": "temporary-object",
    "CREATE TEMP VIEW v AS SELECT 1;": "temporary-object",
    "create temp trigger g after insert on sites begin select 1; end;": "temporary-object",
    "CREATE TABLE temp.x (a);": "temporary-object",
    "ATTACH 'x.db' AS x;": "attach-database",
    "DETACH DATABASE main;": "attach-database",
    "VACUUM;": "vacuum",
    "VACUUM INTO 'copy.db';": "vacuum",
    "PRAGMA journal_mode = WAL;": "pragma-not-allowed",
    "pragma integrity_check;": "pragma-not-allowed",
    "SELECT sqlite_version();": "function-not-allowed",
    "SELECT median(site_id) FROM sites;": "function-not-allowed",
    "SELECT 'a' REGEXP 'b';": "function-not-allowed",
    "UPDATE sites SET title = unistr(title);": "function-not-allowed",
    "CREATE INDEX i ON sites (json_pretty(title));": "function-not-allowed",
    "CREATE VIRTUAL TABLE s USING fts3(title);": "module-not-allowed",
    "CREATE VIRTUAL TABLE s USING nosuch(title);": "module-not-allowed",
    "CREATE TABLE _CF_own (a);": "reserved-name",
    'DROP TABLE "_cf_METADATA";': "reserved-name",
    "SELECT * FROM _cf_METADATA;": "reserved-name",
    "ALTER TABLE sites RENAME TO _cf_sites;": "reserved-name",
    "CREATE TABLE sqlite_sites (a);": "reserved-name",
    "DELETE FROM sqlite_master;": "reserved-name",
    "ALTER TABLE sites ADD CONSTRAINT c CHECK (site_id > 0);": "alter-not-supported",
    "ALTER TABLE sites DROP CONSTRAINT c;": "alter-not-supported",
    "ALTER TABLE sites ALTER COLUMN title TYPE INTEGER;": "alter-not-supported",
    "ALTER TABLE sites MODIFY title VARCHAR(20);": "alter-not-supported",
    "ALTER TABLE sites ADD PRIMARY KEY (title);": "alter-not-supported",
    "ALTER TABLE sites ADD COLUMN;": "replay-fails",
    "SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6;": "compound-select-limit",
    f"SELECT {', '.join('1' * 101)};": "too-many-columns",
    f"SELECT 1 FROM sites ORDER BY {', '.join(['site_id + 0'] * 101)};": "too-many-columns",
    f"SELECT 'a' GLOB '{'a' * 51}';": "pattern-too-long",
    f"UPDATE sites SET title = 'x' WHERE title LIKE '{'a' * 51}';": "pattern-too-long",
    f"SELECT {' || '.join(['1'] * 101)};": "expression-too-deep",
    f"SELECT {'(' * 40_000}1{')' * 40_000};": "expression-too-deep",
    f"SELECT 1 /*{'x' * 100_000}*/;": "statement-too-long",
    "SELECT nosuch FROM sites;": "replay-fails",
    "BEGIN;": "explicit-transaction",
}


@pytest.mark.parametrize("sql", STATEMENTS, ids=lambda sql: sql[:60])
def test_a_refusal_is_reported_once_by_the_rule_that_explains_it(sql: str) -> None:
    seen = review({"migrations/001_a.sql": SITES, "migrations/002_b.sql": f"{EXAMPLE_HEADER}{sql}\n"}, baseline=1)

    refused = NOT_ALLOWED_RULES | {"replay-fails", "explicit-transaction"}
    assert [finding.rule for finding in lint(seen) if finding.rule in refused] == [STATEMENTS[sql]]


def test_the_message_names_the_statement_and_has_d1s_own_words() -> None:
    seen = review({"migrations/001_a.sql": f"{EXAMPLE_HEADER}\nPRAGMA  user_version\n = 22;\n"})

    (found,) = (finding for finding in lint(seen) if finding.rule == "pragma-not-allowed")
    assert (found.line, found.end_line) == (5, 6)
    assert found.message == (
        "D1 rejects `PRAGMA user_version = 22`: `not authorized: SQLITE_AUTH`. Nothing of `001_a.sql` is kept."
    )
