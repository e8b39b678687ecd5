"""Prisma's models and calls, and Kysely's chains, to the SQL that depends on the schema."""

from __future__ import annotations

import pytest

from pulse_ci.worker.builders import find_built_queries, read_declared
from pulse_ci.worker.check_worker import WorkerSource
from pulse_ci.worker.evaluate import Evaluator
from pulse_ci.worker.program import Program
from pulse_ci.worker.source_files import SourceTree
from tests.worker.test_sample import check

PRISMA = """\
datasource db { provider = "sqlite" }

model User {
  id       Int      @id @default(autoincrement())
  email    String   @unique
  fullName String?  @map("full_name")
  role     String   @default("member")
  secret   String   @ignore
  sites    Site[]
  changed  DateTime @updatedAt @map("updated_at")
  @@map("users")
}

model Site {
  id     String @id @map("site_id")
  userId Int    @map("user_id")
  user   User   @relation(fields: [userId], references: [id])
  url    String // the address
  @@map("sites")
}
"""


def built(source: str) -> list[str]:
    files = {"src/index.ts": source.encode(), "prisma/schema.prisma": PRISMA.encode()}
    evaluator = Evaluator(Program({"src/index.ts": files["src/index.ts"]}))
    declared = read_declared(evaluator, files)
    return [str(query.text) for query in find_built_queries(evaluator, declared, ["src/index.ts"])]


ALL = '"id", "email", "full_name", "role", "updated_at"'


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("prisma.user.findMany()", [f'SELECT {ALL} FROM "users"']),
        ("db.site.findUnique({ where: { id }, select: { url: true } })",
         ['SELECT "url" FROM "sites" WHERE "site_id" IS NOT NULL']),
        ("prisma.site.create({ data: { id, userId, url } })",
         ['INSERT INTO "sites" ("site_id", "user_id", "url") VALUES (?, ?, ?) RETURNING "site_id", "user_id", "url"']),
        ("prisma.user.update({ where: { id: 1 }, data: { fullName: 'a' } })",
         ['UPDATE "users" SET "full_name" = ?, "updated_at" = ? WHERE "id" IS NOT NULL',
          f'SELECT {ALL} FROM "users" WHERE "id" IS NOT NULL']),
        ("prisma.site.deleteMany({ where: { userId: 1 } })", ['DELETE FROM "sites" WHERE "user_id" IS NOT NULL']),
        ("map.unknown.findMany()", []),
    ],
)  # fmt: skip
def test_prisma(source: str, expected: list[str]) -> None:
    assert built(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("db.selectFrom('users').selectAll().where('email', '=', 'a').execute()",
         'SELECT * FROM "users" WHERE "email" IS NOT NULL'),
        ("db.selectFrom('sites as s').innerJoin('users', 'users.id', 's.user_id').select(['s.url', 'email as m'])",
         'SELECT "s"."url", "email" AS "m" FROM "sites" AS "s"'
         ' LEFT JOIN "users" ON "users"."id" = "s"."user_id"'),
        ("db.insertInto('sites').values({ site_id: 'a', url }).returning('site_id').execute()",
         'INSERT INTO "sites" ("site_id", "url") VALUES (?, ?) RETURNING "site_id"'),
        ("db.updateTable('users').set({ avatar: null }).where('id', '=', 1).execute()",
         'UPDATE "users" SET "avatar" = ? WHERE "id" IS NOT NULL'),
        ("db.deleteFrom('legacy').where('id', '=', 1).execute()", 'DELETE FROM "legacy" WHERE "id" IS NOT NULL'),
    ],
)  # fmt: skip
def test_kysely(source: str, expected: str) -> None:
    assert built(source) == [expected]


def test_camel_case_plugin_turns_names() -> None:
    source = "new CamelCasePlugin(); db.selectFrom('users').select('fullName').execute()"

    assert built(source) == ['SELECT "full_name" FROM "users"']


KYSELY = """\
export const k1 = (db) => db.selectFrom("users").select(["id", "full_name"]).execute();
export const k2 = (db) => db.selectFrom("users").selectAll().execute();
export const k3 = (db) => db.insertInto("users").values({ email: "a" }).execute();
export const k4 = (db) => db.updateTable("users").set({ full_name: "a" }).where("id", "=", 1).execute();
export const k5 = (db) => db.deleteFrom("legacy").execute();
"""
PRISMA_CALLS = """\
export const p1 = (prisma) => prisma.user.findMany();
export const p2 = (prisma) => prisma.user.findMany({ select: { email: true } });
export const p3 = (prisma) => prisma.site.findFirst({ where: { userId: 1 } });
"""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("ALTER TABLE users RENAME COLUMN full_name TO name;", {("k.ts", 1), ("k.ts", 4), ("p.ts", 1)}),
        ("DROP TABLE legacy;", {("k.ts", 5)}),
        ("ALTER TABLE sites RENAME TO pages;", {("p.ts", 3)}),
    ],
)
def test_a_change_breaks_exactly_the_right_ones(change: str, expected: set[tuple[str, int]]) -> None:
    files = {"k.ts": KYSELY, "p.ts": PRISMA_CALLS, "schema.prisma": PRISMA}
    tree = SourceTree({name: text.encode() for name, text in files.items()})

    broken = check(WorkerSource(tree, {}), change).broken

    assert {(query.path, query.line) for query in broken} == expected
