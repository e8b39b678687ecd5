"""What a file leaves behind that can no longer be read or written."""

from __future__ import annotations

from tests.rules.example import findings

BASE = """CREATE TABLE pages (id INTEGER PRIMARY KEY, body TEXT, meta TEXT);
CREATE VIRTUAL TABLE pages_search USING fts5(body, content='pages', content_rowid='id');
CREATE TRIGGER pages_gone AFTER DELETE ON pages
BEGIN INSERT INTO pages_search (pages_search, rowid, body) VALUES ('delete', OLD.id, OLD.body); END;
"""


def said(base: str, sql: str) -> list[str]:
    files = {"migrations/001_a.sql": base, "migrations/002_b.sql": sql}
    return [each.message for each in findings(files, "broken-object", baseline=1)]


def test_a_search_table_without_its_content_is_reported() -> None:
    (message,) = said(BASE, "DROP TABLE pages;")

    assert "`pages_search`" in message


def test_a_search_table_over_rows_must_be_filled() -> None:
    base = BASE.partition("CREATE VIRTUAL")[0]
    create = "CREATE VIRTUAL TABLE pages_search USING fts5(body, content='pages', content_rowid='id');\n"

    assert "not filled" in said(base, create)[0]
    assert said(base, create + "INSERT INTO pages_search (pages_search) VALUES ('rebuild');") == []


def test_a_generated_column_that_fails_on_some_rows_is_a_warning() -> None:
    added = "ALTER TABLE pages ADD COLUMN kind TEXT GENERATED ALWAYS AS ({}) VIRTUAL;"

    assert "generated column" in said(BASE, added.format("meta ->> '$.kind'"))[0]
    guarded = "CASE WHEN json_valid(meta) THEN meta ->> '$.kind' END"
    assert said(BASE, added.format(guarded)) == []
