"""Drizzle's tables and queries, beside what the real drizzle-orm of both versions sends."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from pulse_ci.engine import EmbeddedD1
from pulse_ci.worker.drizzle_schema import find_casing, find_tables, to_case
from pulse_ci.worker.evaluate import Evaluator
from pulse_ci.worker.program import Program
from tests.worker.test_sample import CHANGES, SAMPLE, SCHEMA, check, name_at, read
from tests.workerd.rig import NODE, NODE_MODULES

VERSIONS = {"0.45": "drizzle-orm-0", "1.0": "drizzle-orm-1"}


@pytest.fixture(scope="module", params=VERSIONS)
def sent(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the real library sends, by the name of the query."""
    folder = tmp_path_factory.mktemp("drizzle")
    (folder / "node_modules").mkdir()
    (folder / "node_modules/drizzle-orm").symlink_to(NODE_MODULES / VERSIONS[request.param])
    shutil.copy(SAMPLE / "drizzle.mjs", folder)
    program = 'import("./drizzle.mjs").then((sample) => sample.record())'
    done = subprocess.run([NODE, "-e", program], cwd=folder, capture_output=True, text=True, check=True)
    texts: dict[str, list[str]] = json.loads(done.stdout)
    return texts


def fails(sql: str, change: str) -> bool:
    with EmbeddedD1() as database:
        database.run(SCHEMA)
        if change:
            database.run(change)
        with database.open_preparer() as preparer:
            return preparer.find_error(sql) is not None or preparer.find_unknown_name(sql) is not None


@pytest.mark.parametrize("change", [*CHANGES, "nothing"])
def test_what_breaks_is_what_the_real_library_sends(change: str, sent: dict[str, list[str]]) -> None:
    sql = CHANGES[change][0] if change in CHANGES else ""
    expected = {name: any(fails(text, sql) for text in texts) for name, texts in sent.items()}

    found = check(read("drizzle.mjs"), sql).queries

    prepares = {name_at(query.path, query.line): query.after is not None for query in found}
    on_rows = {name_at(query.path, query.line) for query in found if "constraint failed" in str(query.after)}
    assert all(texts for texts in sent.values())
    assert {name: broken and name not in on_rows for name, broken in prepares.items()} == expected


def tables(source: str, **files: str) -> dict[str, list[str]]:
    sources = {"src/schema.ts": source.encode(), **{f"src/{name}.ts": text.encode() for name, text in files.items()}}
    evaluator = Evaluator(Program(sources))
    found = find_tables(evaluator, "src/schema.ts", find_casing(sources.values()))
    return {table.name: [column.name for column in table.columns] for table in found if table.is_complete}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('export const a = sqliteTable("as", { id: integer("an_id"), b: text() });', {"as": ["an_id", "b"]}),
        ('import * as t from "x"; export const a = t.sqliteTable("as", { id: t.int() });', {"as": ["id"]}),
        ('export const a = sqliteTable("as", (t) => ({ id: t.integer() }));', {"as": ["id"]}),
        (
            "const make = sqliteTableCreator((n) => `p_${n}`); export const a = make('as', { id: integer() });",
            {"p_as": ["id"]},
        ),
        ('const c = { at: integer("made_at") }; export const a = sqliteTable("as", { ...c, b: text() });',
         {"as": ["made_at", "b"]}),
        ('import { c } from "./columns"; export const a = sqliteTable("as", { ...c });', {"as": ["made_at"]}),
        ('export const a = sqliteTable("as", { ...unknown(), b: text() });', {}),
        ("export const a = snakeCase.table('as', { madeAt: integer() });", {"as": ["made_at"]}),
        ('export const v = sqliteView("vs", { id: integer() }).existing();', {"vs": ["id"]}),
        ('const id = () => text("the_id").primaryKey(); export const a = sqliteTable("as", { id: id() });',
         {"as": ["the_id"]}),
    ],
)  # fmt: skip
def test_tables_are_read_in_every_spelling(source: str, expected: dict[str, list[str]]) -> None:
    assert tables(source, columns="export const c = { at: integer('made_at') };") == expected


def test_the_casing_of_the_client_names_columns_without_a_name() -> None:
    source = 'export const a = sqliteTable("as", { madeAt: integer(), kept: text("asIs") });'
    client = 'drizzle(env.DB, { casing: "snake_case" });'

    assert tables(source, client=client) == {"as": ["made_at", "asIs"]}


@pytest.mark.parametrize(
    ("name", "snake"),
    [("userId", "user_id"), ("userID2", "user_id_2"), ("oauth2Id", "oauth2_id"), ("HTMLBody", "html_body"), ("a", "a")],
)
def test_names_are_turned_as_the_library_turns_them(name: str, snake: str) -> None:
    assert to_case(name, "snake_case") == snake
