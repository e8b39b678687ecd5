"""SQL as Workers write it, to the texts that it can be."""

from __future__ import annotations

import time
from textwrap import dedent

import pytest

from pulse_ci.worker.program import Program
from pulse_ci.worker.queries import Query, QueryFinder
from pulse_ci.worker.quick_reading import read_plain_queries
from pulse_ci.worker.text import variants


def read(files: dict[str, str], path: str = "src/index.ts") -> list[Query]:
    sources = {name: dedent(text).encode() for name, text in files.items()}
    return list(QueryFinder(Program(sources), several_databases=True).find(path))


def texts(source: str, **others: str) -> list[list[str]]:
    files = {"src/index.ts": source, **{f"src/{name}.ts": text for name, text in others.items()}}
    return [[str(each) for each in variants(query.text)] for query in read(files)]


ONE = {
    "a template": ("env.DB.prepare(`SELECT 1 FROM a`)", ["SELECT 1 FROM a"]),
    "a string with escapes": (r"env.DB.prepare('SELECT \'a\\b\u0041\'')", [r"SELECT 'a\bA'"]),
    "type arguments": ("env.DB.prepare<Row>('SELECT 1')", ["SELECT 1"]),
    "optional chaining": ("env?.DB?.prepare('SELECT 1')", ["SELECT 1"]),
    "concatenation": ("env.DB.prepare('SELECT a ' + 'FROM b')", ["SELECT a FROM b"]),
    "a constant": ("const T = 'users'; env.DB.prepare(`SELECT 1 FROM ${T}`)", ["SELECT 1 FROM users"]),
    "an object": ("const SQL = { all: 'SELECT 1' } as const; env.DB.prepare(SQL.all)", ["SELECT 1"]),
    "an enum": ("enum T { Users = 'users' }; env.DB.prepare(`SELECT 1 FROM ${T.Users}`)", ["SELECT 1 FROM users"]),
    "a ternary": ("env.DB.prepare(x ? 'SELECT 1' : 'SELECT 2')", ["SELECT 1", "SELECT 2"]),
    "a ternary in a template": (
        "env.DB.prepare(`SELECT 1 FROM a ${x ? 'WHERE b = ?' : ''}`)",
        ["SELECT 1 FROM a WHERE b = ?", "SELECT 1 FROM a "],
    ),
    "a logical and": ("env.DB.prepare(`SELECT 1${x && ' FROM a'}`)", ["SELECT 1", "SELECT 1 FROM a"]),
    "a list of columns": (
        "const C = ['a', 'b']; env.DB.prepare(`SELECT ${C.join(', ')} FROM t`)",
        ["SELECT a, b FROM t"],
    ),
    "mapped columns": (
        "env.DB.prepare(`UPDATE t SET ${['a', 'b'].map((c) => `${c} = ?`).join(', ')}`)",
        ["UPDATE t SET a = ?, b = ?"],
    ),
    "conditions that are pushed": (
        "const w = ['a = ?']; if (x) w.push('b = ?'); env.DB.prepare(`SELECT 1 FROM t WHERE ${w.join(' AND ')}`)",
        ["SELECT 1 FROM t WHERE a = ? AND b = ?", "SELECT 1 FROM t WHERE a = ?"],
    ),
    "a variable that grows": (
        "let q = 'SELECT 1 FROM t'; if (x) { q += ' WHERE a = ?'; } q += ' LIMIT 1'; env.DB.prepare(q)",
        ["SELECT 1 FROM t LIMIT 1", "SELECT 1 FROM t WHERE a = ? LIMIT 1"],
    ),
    "a function": (
        "function by(c: string) { return `SELECT 1 FROM t WHERE ${c} = ?`; } env.DB.prepare(by('id'))",
        ["SELECT 1 FROM t WHERE id = ?"],
    ),
    "a parameter": (
        "const f = (t: string) => env.DB.prepare(`SELECT 1 FROM ${t}`); f('a'); f('b')",
        ["SELECT 1 FROM a", "SELECT 1 FROM b"],
    ),
    "a loop over a list": (
        "for (const t of ['a', 'b']) { env.DB.prepare(`DELETE FROM ${t}`); }",
        ["DELETE FROM a", "DELETE FROM b"],
    ),
    "a static field": (
        "class R { private sql = 'SELECT 1'; f(env) { return env.DB.prepare(this.sql); } }",
        ["SELECT 1"],
    ),
    "trimmed": ("env.DB.prepare(` SELECT 1 `.trim())", [" SELECT 1 "]),
    "spread into another list": (
        "const A = ['a']; env.DB.prepare(`SELECT ${[...A, 'b'].join()} FROM t`)",
        ["SELECT a,b FROM t"],
    ),
    "an object's keys": (
        "const C = { a: 1, b: 2 }; env.DB.prepare(`SELECT ${Object.keys(C).join(', ')} FROM t`)",
        ["SELECT a, b FROM t"],
    ),
    "a function that returns an object": (
        "function q() { return { sql: 'SELECT 1', params: [] }; } const { sql } = q(); env.DB.prepare(sql)",
        ["SELECT 1"],
    ),
    "a lookup by an unknown key": (
        "const O = { new: 'a DESC', old: 'a ASC' }; env.DB.prepare(`SELECT 1 FROM t ORDER BY ${O[k]}`)",
        ["SELECT 1 FROM t ORDER BY a DESC", "SELECT 1 FROM t ORDER BY a ASC"],
    ),
    "an unknown name": ("env.DB.prepare(`SELECT 1 FROM ${table}`)", ["SELECT 1 FROM ${table}"]),
    "in an error": ("const a = ; interface X<in T> {}\nenv.DB.prepare('SELECT 1')", ["SELECT 1"]),
}


@pytest.mark.parametrize("case", ONE)
def test_one_query(case: str) -> None:
    source, expected = ONE[case]

    assert texts(source) == [expected]


@pytest.mark.parametrize(
    "source",
    [
        "// env.DB.prepare('SELECT 1')",
        "/* env.DB.prepare('SELECT 1') */",
        "const a = `env.DB.prepare('SELECT 1')`",
        "new RegExp('a').exec('SELECT 1')",
        "this.ctx.storage.sql.exec('SELECT 1')",
        "cipher.prepare('abc')",
    ],
)
def test_not_a_query(source: str) -> None:
    assert texts(source) == []


def test_constants_of_other_files() -> None:
    source = """
        import { TABLE, SQL as Q } from "./names";
        import * as all from "./names";
        env.DB.prepare(`SELECT ${Q.columns} FROM ${TABLE} WHERE ${all.KEY} = ?`);
    """
    names = "export const TABLE = 't'; export const SQL = { columns: 'a, b' }; export { KEY } from './keys';"

    assert texts(source, names=names, keys="export const KEY = 'id';") == [["SELECT a, b FROM t WHERE id = ?"]]


def test_what_is_given_to_a_wrapper_is_the_query_and_its_line_is_told() -> None:
    files = {
        "src/db.ts": """\
            export async function all<T>(db: D1Database, sql: string, ...values: unknown[]) {
              return (await db.prepare(sql).bind(...values).all<T>()).results;
            }
        """,
        "src/users.ts": """\
            import { all } from "./db";
            export const list = (env: Env) =>
              all<User>(env.USERS, "SELECT id FROM users");
        """,
    }
    (query,) = read(files, "src/db.ts")

    assert (query.path, query.line, str(query.text), query.binding) == (
        "src/users.ts", 3, "SELECT id FROM users", "USERS",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "binding"),
    [
        ("c.env.DB.prepare('SELECT 1')", "DB"),
        ("const { USERS } = env; USERS.prepare('SELECT 1')", "USERS"),
        ("const { USERS: db } = env; db.prepare('SELECT 1')", "USERS"),
        ("const db = env.USERS as D1Database; db.prepare('SELECT 1')", "USERS"),
        ("env.USERS.withSession('first-primary').prepare('SELECT 1')", "USERS"),
        ("const getDb = (env: Env) => env.USERS; getDb(env).prepare('SELECT 1')", "USERS"),
        ("class A { constructor(env) { this.db = env.USERS; } f() { this.db.prepare('SELECT 1'); } }", "USERS"),
        ("function f(db: D1Database) { db.prepare('SELECT 1'); } f(env.USERS);", "USERS"),
        ("function f(db: D1Database) { db.prepare('SELECT 1'); } f(env.A); f(env.B);", None),
    ],
)
def test_the_binding_says_which_database(source: str, binding: str | None) -> None:
    assert [query.binding for query in read({"src/index.ts": source})] == [binding]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("src/a.vue", "<template><p>{{ a }}</p></template>\n<script setup>\nenv.DB.prepare('SELECT 1')\n</script>"),
        ("src/a.svelte", "<p>{a}</p>\n<script lang='ts'>\nenv.DB.prepare('SELECT 1')\n</script>"),
        ("src/a.astro", "---\nconst a = 1;\nenv.DB.prepare('SELECT 1')\n---\n<p>{a}</p>"),
    ],
)
def test_scripts_in_markup_keep_their_lines(path: str, source: str) -> None:
    assert [(query.line, str(query.text)) for query in read({path: source}, path)] == [(3, "SELECT 1")]


@pytest.mark.parametrize(
    ("source", "is_plain"),
    [
        ("env.DB.prepare('SELECT 1').all();\nenv.DB.prepare(`SELECT\n 2`)", True),
        ("env.DB.prepare(`SELECT ${a}`)", False),
        ("env.DB.prepare(sql)", False),
        (r"env.DB.prepare('SELECT \'a\'')", False),
        ("env.DB.exec('SELECT 1'); env.DB.prepare('SELECT 1')", False),
    ],
)
def test_plain_texts_are_read_without_the_parser_as_with_it(source: str, is_plain: bool) -> None:
    plain = read_plain_queries("src/index.ts", source.encode(), several_databases=True)

    assert plain == (read({"src/index.ts": source}) if is_plain else None)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"const a = 1;\0", "is not text"),
        (b"x" * 1_000_001, "has 1,000,001 bytes; at most 1,000,000 are read"),
        (b"const a = '" + b"x" * 300_000 + b"';", "has a line of more than 200,000 bytes"),
        (b"[" * 100_000, "is nested deeper than 400 levels"),
        (b"\n".join(b"(" for _ in range(100_000)), "is nested deeper than 400 levels"),
    ],
)
def test_hostile_source_is_named_and_skipped(source: bytes, reason: str) -> None:
    program = Program({"src/index.ts": source + b"\nenv.DB.prepare('SELECT 1')"})

    assert list(QueryFinder(program).find("src/index.ts")) == []
    assert program.skipped["src/index.ts"] == reason.replace("1,000,001", f"{len(source) + 27:,}")


@pytest.mark.parametrize("source", ["!" * 100_000, "a+" * 50_000, "a ? b : " * 20_000, "`${" * 300, "<a>" * 390])
def test_deep_source_without_brackets_costs_a_bounded_time(source: str) -> None:
    started = time.process_time()
    program = Program({"src/index.ts": f"{source} env.DB.prepare('SELECT 1')\n".encode()})

    list(QueryFinder(program).find("src/index.ts"))

    assert time.process_time() - started < 10
