"""Unsafe rebuilds of `users`, to which `posts` refers and to these `likes`, as tools and people write them."""

from __future__ import annotations

from pulse_ci.fixes.fix_context import FixContext, build_context
from tests.commands.files import HEADER
from tests.rules.example import review

PATH = "migrations/002_users.sql"
REASON = "-- Reason: shows something\n"
SCHEMA = """\
CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY NOT NULL, name TEXT, email TEXT);
CREATE UNIQUE INDEX IF NOT EXISTS users_email ON users (email);
CREATE TABLE IF NOT EXISTS posts (
  id INTEGER PRIMARY KEY NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE {action},
  body TEXT
);
CREATE INDEX IF NOT EXISTS posts_user ON posts (user_id);
CREATE TABLE IF NOT EXISTS likes (
  id INTEGER PRIMARY KEY NOT NULL,
  post_id INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE
);
"""

DRIZZLE = """\
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_users` (
\t`id` integer PRIMARY KEY NOT NULL,
\t`name` text DEFAULT 'nobody' NOT NULL,
\t`email` text
);
--> statement-breakpoint
INSERT INTO `__new_users`("id", "name", "email") SELECT "id", coalesce("name", ''), "email" FROM `users`;--> \
statement-breakpoint
DROP TABLE `users`;--> statement-breakpoint
ALTER TABLE `__new_users` RENAME TO `users`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `users_email` ON `users` (`email`);
"""

PRISMA = """\
-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL DEFAULT 'nobody',
    "email" TEXT
);
INSERT INTO "new_users" ("email", "id", "name") SELECT "email", "id", coalesce("name", 'nobody') AS "name" FROM "users";
DROP TABLE "users";
ALTER TABLE "new_users" RENAME TO "users";
CREATE UNIQUE INDEX "users_email" ON "users"("email");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
"""

BY_HAND = """\
-- A name for everybody.
CREATE TABLE users_new (
  id INTEGER PRIMARY KEY NOT NULL,
  name TEXT NOT NULL, -- shown beside each post
  email TEXT
);

-- The rows go over.
INSERT INTO users_new SELECT u.id, upper(coalesce(u.name, '?')), u.email FROM users AS u;
DROP TABLE users;
ALTER TABLE users_new RENAME TO users;

CREATE UNIQUE INDEX IF NOT EXISTS users_email ON users (email);
"""

RENAMED_FIRST = """\
ALTER TABLE users RENAME TO users_before;
CREATE TABLE users (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL DEFAULT '', email TEXT);
INSERT INTO users (id, name, email) SELECT id, coalesce(name, ''), email FROM users_before;
DROP TABLE users_before;
CREATE UNIQUE INDEX IF NOT EXISTS users_email ON users (email);
"""

DOUBLE_COPY = """\
PRAGMA defer_foreign_keys = ON;
CREATE TABLE users_kept AS SELECT * FROM users;
DROP TABLE users;
CREATE TABLE users (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL DEFAULT '', email TEXT);
INSERT INTO users (id, name, email) SELECT id, coalesce(name, ''), email FROM users_kept;
DROP TABLE users_kept;
CREATE UNIQUE INDEX IF NOT EXISTS users_email ON users (email);
"""

SHAPES = {
    "drizzle": DRIZZLE,
    "prisma": PRISMA,
    "by hand": BY_HAND,
    "renamed first": RENAMED_FIRST,
    "copied twice": DOUBLE_COPY,
}


def case_with(migration: str, schema: str = SCHEMA.format(action="CASCADE"), reverse: str | None = None) -> FixContext:
    """Return the case of a second migration, on the schema that the first one makes."""
    files = {"migrations/001_start.sql": HEADER + schema, PATH: migration}
    if reverse is not None:
        files["migrations/reverse/002_users.sql"] = reverse
    found = review(files, baseline=1)
    return build_context(found, found.analyses[0])
