"""Files that do no harm, and in which nothing must be found to be wrong."""

from __future__ import annotations

from tests.cases.case import Case, safe, unsafe, warned

_POSTS = """
CREATE TABLE posts (id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, host TEXT, path TEXT,
  CHECK ((host IS NULL) = (path IS NULL)));
CREATE INDEX posts_place ON posts (host, path);
CREATE INDEX posts_name ON posts (name);
CREATE TRIGGER posts_host AFTER INSERT ON posts WHEN NEW.host IS NOT NULL
BEGIN UPDATE posts SET host = lower(NEW.host) WHERE id = NEW.id; END;
"""
_SLIM = """
CREATE TABLE posts_v2 (id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL);
INSERT INTO posts_v2 (id, name) SELECT id, name FROM posts;
{ignore}DROP TABLE posts;
ALTER TABLE posts_v2 RENAME TO posts;
CREATE INDEX posts_name ON posts (name);
"""
_MEMOS = "CREATE TABLE `memos` (`id` text PRIMARY KEY NOT NULL, `text` text NOT NULL);\n"

CASES = (
    Case(
        "objects of a dropped column go with it",
        _POSTS,
        _SLIM.format(ignore=""),
        unsafe("drop-column", silent=("rebuild-loses-objects",)),
        "INSERT INTO posts VALUES ('a', 'n', 'h', 'p');",
        then=(("SELECT * FROM posts", [["a", "n"]]),),
    ),
    Case(
        "objects of a column that may go",
        _POSTS,
        _SLIM.format(ignore="-- pulse-ci: ignore drop-column places moved to their own table\n"),
        safe("rebuild-loses-objects", "replay-fails"),
        "INSERT INTO posts VALUES ('a', 'n', 'h', 'p');",
        then=(("SELECT * FROM posts", [["a", "n"]]),),
    ),
    Case(
        "an index of a column that stays is lost",
        _POSTS,
        _SLIM.format(ignore="-- pulse-ci: ignore drop-column places moved\n").replace(
            "CREATE INDEX", "-- CREATE INDEX"
        ),
        unsafe("rebuild-loses-objects", phrases=("posts_name",)),
        then=(("SELECT count(*) FROM sqlite_master WHERE name = 'posts_name'", [[0]]),),
    ),
    Case(
        "a unique index takes the place of UNIQUE",
        "CREATE TABLE hosts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);",
        "CREATE TABLE hosts_v2 (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n"
        "INSERT INTO hosts_v2 (id, name) SELECT id, name FROM hosts;\n"
        "DROP TABLE hosts;\nALTER TABLE hosts_v2 RENAME TO hosts;\n"
        "CREATE UNIQUE INDEX hosts_name ON hosts (name);\n",
        safe("rebuild-loses-objects", "unique-on-existing"),
        "INSERT INTO hosts VALUES (1, 'a');",
        then=(("INSERT INTO hosts (name) VALUES ('a')", "UNIQUE constraint failed: hosts.name"),),
    ),
    Case(
        "drizzle's rebuild of a table alone",
        _MEMOS,
        "PRAGMA foreign_keys=OFF;--> statement-breakpoint\n"
        "CREATE TABLE `__new_memos` (\n\t`id` text PRIMARY KEY NOT NULL,\n\t`text` text\n);\n--> statement-breakpoint\n"
        'INSERT INTO `__new_memos`("id", "text") SELECT "id", "text" FROM `memos`;--> statement-breakpoint\n'
        "DROP TABLE `memos`;--> statement-breakpoint\n"
        "ALTER TABLE `__new_memos` RENAME TO `memos`;--> statement-breakpoint\nPRAGMA foreign_keys=ON;\n",
        warned("foreign-keys-pragma"),
        "INSERT INTO memos VALUES ('a', 'x');",
        then=(("SELECT * FROM memos", [["a", "x"]]),),
    ),
    Case(
        "a comment of words follows the last statement",
        _MEMOS,
        "ALTER TABLE memos ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;\n-- Down: none, see the handbook\n",
        safe("reverse-fails", "reverse-incomplete"),
        "INSERT INTO memos VALUES ('a', 'x');",
        then=(("SELECT pinned FROM memos", [[0]]),),
    ),
    Case(
        "a comment of words names SQL",
        _MEMOS,
        "ALTER TABLE memos ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;\n"
        "-- Rollback: drop the column by hand, older releases do not read it\n",
        safe("reverse-fails", "reverse-incomplete"),
        then=(("SELECT count(*) FROM memos", [[0]]),),
    ),
    Case(
        "a renamed column is kept by a view",
        _MEMOS,
        "ALTER TABLE memos RENAME TO notes;\nCREATE VIEW memos AS SELECT * FROM notes;\n",
        safe("rename-table"),
        "INSERT INTO memos VALUES ('a', 'x');",
        then=(("SELECT * FROM memos", [["a", "x"]]),),
    ),
)
