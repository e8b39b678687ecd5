"""The shapes that people have published, by their names in the corpus: what each does is what is known of D1.

The corpus compares each with workerd as well.
"""

from __future__ import annotations

import pytest

from pulse_ci.engine import RequestMode
from tests.workerd.cases import areas
from tests.workerd.corpus.splitting import SHAPES
from tests.workerd.engine import run_sequence
from tests.workerd.outcome import Call

REBUILDS = {case.name: case.sequence for case in areas()["rebuilds"]}
FAILED = "FOREIGN KEY constraint failed: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_FOREIGNKEY)"
RESTRICTED = "FOREIGN KEY constraint failed: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_TRIGGER)"
AT_COMMIT = (
    "Durable Object was reset and rolled back to its last known good state because the application left the "
    f"database in a state where constraints were violated: {FAILED}"
)
ALL, EMPTIED, WHOLE = {"p": 2, "c": 4, "gc": 2}, {"p": 2, "c": 1, "gc": 0}, {"p": 2, "c": 3, "c2": 2, "gc": 2}
KEPT, NULLED, DEFAULTED = ["1", "1", "2", "NULL"], ["NULL"] * 4, ["2", "2", "2", "NULL"]
NONE, OFF, DEFER, FORGET = (
    "no pragma",
    "foreign_keys = OFF",
    "defer_foreign_keys = ON",
    "defer_foreign_keys = ON, OFF at the end",
)

# Of a rebuild: the refusal, the rows of each table, and what the child's rows then refer to.
EXPECTED: dict[str, tuple[str | None, dict[str, int], list[str]]] = {
    f"standard rebuild, child {action}, {pragma}, sent as batch": outcome
    for action, outcomes in {
        "without an action": {NONE: FAILED, OFF: FAILED, DEFER: AT_COMMIT, FORGET: None},
        "ON DELETE NO ACTION": {NONE: FAILED, OFF: FAILED, DEFER: AT_COMMIT, FORGET: None},
        "ON DELETE RESTRICT": {NONE: RESTRICTED, OFF: RESTRICTED, DEFER: AT_COMMIT, FORGET: None},
    }.items()
    for pragma, error in outcomes.items()
    for outcome in [(error, ALL, KEPT)]
}
for pragma in (NONE, OFF, DEFER, FORGET):
    EXPECTED[f"standard rebuild, child ON DELETE CASCADE, {pragma}, sent as batch"] = (None, EMPTIED, ["NULL"])
    EXPECTED[f"standard rebuild, child ON DELETE SET NULL, {pragma}, sent as batch"] = (None, ALL, NULLED)
EXPECTED |= {
    f"double copy, child ON DELETE NO ACTION, {DEFER}, sent as batch": (None, ALL, KEPT),
    f"double copy, child ON DELETE RESTRICT, {DEFER}, sent as batch": (None, ALL, KEPT),
    f"double copy, child ON DELETE RESTRICT, {NONE}, sent as batch": (RESTRICTED, ALL, KEPT),
    f"double copy, child ON DELETE CASCADE, {DEFER}, sent as batch": (None, EMPTIED, ["NULL"]),
    f"double copy, child ON DELETE SET NULL, {DEFER}, sent as batch": (None, ALL, NULLED),
    f"double copy, child ON DELETE SET DEFAULT, {DEFER}, sent as batch": (None, ALL, DEFAULTED),
    "rename the family, no pragma batch": (None, WHOLE, ["1", "1", "2"]),
    "rename the family, PRAGMA legacy_alter_table = ON; batch": (None, WHOLE, ["1", "1", "2"]),
    f"an orphan, child ON DELETE NO ACTION, {FORGET}": (None, ALL | {"c": 5}, [*KEPT, "99"]),
    f"an orphan, child ON DELETE NO ACTION, {DEFER}": (AT_COMMIT, ALL, KEPT),
    f"an orphan, child DEFERRABLE INITIALLY DEFERRED, {FORGET}": (None, ALL | {"c": 5}, [*KEPT, "99"]),
    "import: foreign_keys = OFF behind a comment": (None, ALL | {"c": 5}, [*KEPT, "99"]),
    "import: foreign_keys = OFF behind the first write": (None, EMPTIED | {"w": 0}, ["NULL"]),
}

# Of the shapes that are known to fail on the way to a remote D1: whether SQLite's own cuts let them run.
SPLIT = {
    "a trigger with a lowercase begin": True,
    "a trigger all in lowercase": True,
    "a trigger with a lowercase end": True,
    "CRLF inside a trigger": True,
    "CASE … END without parentheses inside a trigger": True,
    "CASE … END just before a semicolon inside a trigger": True,
    "CASE … END in parentheses inside a trigger": True,
    "CASE … END moved into WHEN": True,
    "a trigger over many lines behind other statements": True,
    "a trigger on one line behind other statements": True,
    "a trigger alone": False,  # its table is missing: what is shown is that it arrives whole
    "a quote inside a line comment and several statements": True,
    "a file without a last semicolon": True,
    "a file without a last semicolon, and what wrangler appends": False,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_rebuild_keeps_or_loses_the_rows_that_it_is_known_to(name: str) -> None:
    error, counts, references = EXPECTED[name]

    outcome = run_sequence(REBUILDS[name])

    assert outcome.answers[1].error == error
    assert {table: len(rows) for table, rows in outcome.tables.items()} == counts
    assert [row[1] for row in outcome.tables["c"]] == references


@pytest.mark.parametrize(
    ("way", "error"),
    [
        ("a view over the table", "error in view v: no such table: main.p: SQLITE_ERROR"),
        ("a view over the table, dropped first", None),
        ("a view over the table, legacy_alter_table", None),
    ],
)
def test_a_view_over_the_table_stops_a_rebuild_at_its_rename(way: str, error: str | None) -> None:
    outcome = run_sequence(REBUILDS[f"{way}, sent as batch"])

    assert outcome.answers[1].error == error
    assert outcome.answers[2].rows == [["one"], ["two"]]


@pytest.mark.parametrize("pragma", [NONE, OFF, DEFER, FORGET])
def test_a_table_that_refers_to_itself_keeps_its_rows_only_where_the_new_one_refers_to_the_new_one(pragma: str) -> None:
    naive = run_sequence(REBUILDS[f"self-reference to s, {pragma}, sent as batch"])
    safe = run_sequence(REBUILDS[f"self-reference to s_new, {pragma}, sent as batch"])

    assert len(naive.tables["s"]) == 1
    assert len(safe.tables["s"]) == 3
    assert 'REFERENCES "s"' in safe.objects[-1][-1]


@pytest.mark.parametrize("mode", [RequestMode.BATCH, RequestMode.IMPORT])
@pytest.mark.parametrize("name", SPLIT)
def test_a_shape_that_splitters_break_is_cut_where_sqlite_cuts_it(name: str, mode: RequestMode) -> None:
    (answer,) = run_sequence((Call(SHAPES[name], mode),)).answers

    assert (answer.error is None) == SPLIT[name]
    assert (answer.error or "").partition(" at offset")[0] in (
        "",
        "no such table: main.nosuch: SQLITE_ERROR",
        'near "INSERT": syntax error',
    )
