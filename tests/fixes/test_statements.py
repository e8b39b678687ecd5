"""Guards, ends, headers, transactions and pragmas: what is written, and that every other byte stays."""

from __future__ import annotations

import pytest

from pulse_ci.fixes.fixes import apply_fixes
from tests.commands.files import HEADER
from tests.fixes.cases import PATH, case_with
from tests.rules.example import TODAY

REVERSE = "-- Reverse migration 002\n-- Created: 2024-03-05\nDROP TABLE IF EXISTS a;\n"
TABLE = "CREATE TABLE IF NOT EXISTS a (x INTEGER PRIMARY KEY);"
GUARDED = f"{HEADER}{TABLE}\n"
TITLE, DATE, REASON = HEADER.splitlines(keepends=True)
OURS = f"-- Created: {TODAY}\n"

TEXTS = {
    "a table without guard": (f"{HEADER}create table\ta (x INTEGER PRIMARY KEY) ;\n", None),
    "comments stay": (
        f"{HEADER}/* one */ CREATE /* two */ TABLE a -- three\n(x INTEGER PRIMARY KEY); -- four",
        f"{HEADER}/* one */ CREATE /* two */ TABLE IF NOT EXISTS a -- three\n(x INTEGER PRIMARY KEY); -- four",
    ),
    "line ends of Windows and a mark at the start": (
        f"\ufeff{HEADER}BEGIN;\n{TABLE}\nCOMMIT;\n".replace("\n", "\r\n"),
        f"\ufeff{HEADER}{TABLE}\n".replace("\n", "\r\n"),
    ),
    "a mark before the statement that goes": (
        f"\ufeffBEGIN;\n{TABLE}\n",
        f"\ufeff-- Migration: Users\n{OURS}\n{TABLE}\n",
    ),
    "transactions among others on a line": (f"{HEADER}BEGIN; {TABLE} COMMIT; -- done\n", f"{HEADER}{TABLE} -- done\n"),
    "savepoints": (f"{HEADER}SAVEPOINT s;\n{TABLE}\nRELEASE s;\n", GUARDED),
    "a pragma that does nothing": (
        f"{HEADER}PRAGMA foreign_keys = OFF;\n{TABLE}\n\nPRAGMA foreign_keys = ON;\n",
        f"{HEADER}{TABLE}\n\n",
    ),
    "a last statement without its end": (f"{HEADER}{TABLE[:-1]} -- the end", f"{HEADER}{TABLE} -- the end"),
    "no header at all": (f"{TABLE}\n", f"-- Migration: Users\n{OURS}\n{TABLE}\n"),
    "a header without a date": (f"{TITLE}{REASON}{TABLE}\n", f"{TITLE}{OURS}{REASON}{TABLE}\n"),
    "a header without a title": (f"{DATE}{REASON}{TABLE}\n", f"-- Migration: Users\n{DATE}{REASON}{TABLE}\n"),
    "a header in a comment of several lines": (
        f"/* Migration: A\n*/\n{TABLE}\n",
        f"{OURS}/* Migration: A\n*/\n{TABLE}\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), TEXTS.values(), ids=TEXTS)
def test_what_is_missing_is_put_in_and_all_else_stays(before: str, after: str | None) -> None:
    wanted = after or before.replace("table\ta", "table IF NOT EXISTS\ta")

    mended = apply_fixes(case_with(before, reverse=REVERSE))

    assert mended.context.text == wanted
    assert not [finding for finding in mended.context.findings if finding.rule != "missing-reason"]


def test_a_drop_is_guarded() -> None:
    text, undo = f"{HEADER}DROP INDEX users_email;\n", "CREATE UNIQUE INDEX IF NOT EXISTS users_email ON users (email);"

    mended = apply_fixes(case_with(text, reverse=REVERSE.replace("DROP TABLE IF EXISTS a;", undo)))

    assert mended.context.text == f"{HEADER}DROP INDEX IF EXISTS users_email;\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}{TABLE}\n",
        f"{HEADER}BEGIN; INSERT INTO users (id) VALUES (9); ROLLBACK; {TABLE}\n",
        f"{HEADER}{TABLE} SELECT 'never closed\n",
        f"{HEADER}{TABLE} DROP TABLE nothing;\n",
        f"{HEADER}-- pulse-ci: ignore not-idempotent it runs once\nCREATE TABLE a (x INTEGER PRIMARY KEY);\n",
        "",
    ],
)
def test_what_is_right_ignored_or_meant_otherwise_is_left_alone(text: str) -> None:
    mended = apply_fixes(case_with(text, reverse=REVERSE))

    assert mended.context.text == (text or f"-- Migration: Users\n{OURS}")


def test_a_reason_is_not_invented() -> None:
    mended = apply_fixes(case_with(f"{TITLE}{DATE}{TABLE}\n", reverse=REVERSE))

    assert mended.applied == ()
    assert [each.reason for each in mended.skipped] == ["a reason cannot be invented"]


def test_a_missing_reverse_is_written_to_its_own_file() -> None:
    mended = apply_fixes(case_with(f"{HEADER}CREATE TABLE IF NOT EXISTS a (x INTEGER PRIMARY KEY);\n"))

    (reverse,) = mended.context.review.migrations.reverse_files
    assert reverse.path == "migrations/reverse/002_users.sql"
    assert reverse.text == (
        f"-- Reverse migration 002\n-- Created: {TODAY}\n-- Undoes: Example\n\nDROP TABLE IF EXISTS a;\n"
    )


def test_a_reverse_that_somebody_wrote_is_kept() -> None:
    mended = apply_fixes(case_with(GUARDED, reverse="-- Reverse migration 002\n-- Created: 2024-03-05\nSELECT 1;\n"))

    assert mended.applied == ()
    assert [each.reason for each in mended.skipped] == [
        "migrations/reverse/002_users.sql has statements already, which are kept"
    ]


def test_the_end_of_a_reverse_is_put_in_too() -> None:
    mended = apply_fixes(case_with(GUARDED, reverse=REVERSE.replace("a;", "a")))

    assert [each.text for each in mended.context.review.migrations.reverse_files] == [REVERSE]
    assert mended.context.analysis.migration.path == PATH
