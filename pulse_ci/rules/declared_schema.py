"""declared-missing, schema-undeclared: what Drizzle or Prisma declares, beside what the migrations make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Review, Rule, RuleMatch
from pulse_ci.migrations.parse import Location
from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_worker_example

if TYPE_CHECKING:
    from collections.abc import Iterator


def _check_missing(review: Review) -> Iterator[RuleMatch]:
    yield from _list_problems(review, is_missing=True)


def _check_undeclared(review: Review) -> Iterator[RuleMatch]:
    yield from _list_problems(review, is_missing=False)


def _list_problems(review: Review, *, is_missing: bool) -> Iterator[RuleMatch]:
    for problem in review.worker.declared if review.worker else ():
        if problem.is_missing is is_missing:
            yield RuleMatch(Location(problem.path, problem.line, problem.line), problem.message, problem.remedy)


_USERS = "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n"
_POSTS = "CREATE TABLE IF NOT EXISTS posts (post_id INTEGER PRIMARY KEY, title TEXT NOT NULL{more});\n"
_DECLARED = """\
import {{ drizzle }} from "drizzle-orm/d1";
import {{ integer, sqliteTable, text }} from "drizzle-orm/sqlite-core";

export const posts = sqliteTable("posts", {{{mark}
  id: integer("post_id").primaryKey(),
  title: text("title").notNull(),
{more}}});
"""
_SLUG = '  slug: text("slug"),{mark}\n'
_UNDO = "DROP TABLE IF EXISTS posts;"

DECLARED_MISSING = Rule(
    name="declared-missing",
    severity=Severity.ERROR,
    summary="The source declares a table or column that no migration creates",
    problem=(
        "Drizzle and Prisma name every declared column in `select()`, `findMany()`, `insert()` and `returning()`. One "
        "that the database has not makes each of them fail. The declaration is read from the source and compared with "
        "the schema that the migrations make."
    ),
    remedy="Add the migration that belongs to the declaration, or delete what is declared in vain.",
    bad=make_worker_example(
        _USERS,
        _POSTS.format(more=""),
        _DECLARED.format(mark="", more=_SLUG.format(mark=" // expect")),
    ),
    good=make_worker_example(
        _USERS, _POSTS.format(more=", slug TEXT"), _DECLARED.format(mark="", more=_SLUG.format(mark="")), reverse=_UNDO
    ),
    check=_check_missing,
)

SCHEMA_UNDECLARED = Rule(
    name="schema-undeclared",
    severity=Severity.WARNING,
    summary="The database requires a value that the declared schema does not send",
    problem=(
        "A column that is NOT NULL without a default, and that the declaration lacks or lets be empty, makes every "
        "INSERT of Drizzle or Prisma fail: they name the declared columns alone, and send NULL where there is no value."
    ),
    remedy="Declare the column as the migrations make it, or give it a DEFAULT.",
    bad=make_worker_example(
        _USERS, _POSTS.format(more=", slug TEXT NOT NULL"), _DECLARED.format(mark=" // expect", more="")
    ),
    good=make_worker_example(
        _USERS,
        _POSTS.format(more=", slug TEXT NOT NULL DEFAULT ''"),
        _DECLARED.format(mark="", more=""),
        reverse=_UNDO,
    ),
    check=_check_undeclared,
)
