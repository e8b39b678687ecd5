"""What `fix` writes, run on real workerd with rows: it keeps what the file before it lost, and every trigger fires."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pulse_ci.engine import RequestMode
from tests.cases.known import FIXES_THAT_FAIL, fails_today
from tests.cases.product import PULL_REQUEST, judge, judge_directory, write
from tests.workerd.outcome import Call

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from tests.workerd.rig import Rig


@dataclass(frozen=True)
class Fixed:
    """A file that `fix` rewrites, and what D1 must return after the rewritten file: by statement."""

    name: str
    merged: str
    change: str
    rows: str
    then: tuple[tuple[str, list[list[Any]]], ...]


CLUBS = """
CREATE TABLE clubs (id TEXT PRIMARY KEY, fee TEXT NOT NULL CHECK (fee IN ('none', 'full')));
CREATE TABLE entries (id TEXT PRIMARY KEY, club_id TEXT NOT NULL REFERENCES clubs (id) ON DELETE CASCADE);
CREATE INDEX entries_club ON entries (club_id);
CREATE TABLE club_log (id INTEGER PRIMARY KEY, text TEXT);
"""
CLUB_TRIGGER = """
CREATE TRIGGER clubs_logged AFTER INSERT ON clubs BEGIN INSERT INTO club_log (text) VALUES ('new ' || NEW.id); END;
"""
CLUB_VIEW = "\nCREATE VIEW paying AS SELECT id FROM clubs WHERE fee = 'full';\n"
NEW_CLUBS = """
CREATE TABLE clubs_v2 (id TEXT PRIMARY KEY, fee TEXT NOT NULL CHECK (fee IN ('none', 'full', 'half')));
INSERT INTO clubs_v2 (id, fee) SELECT id, fee FROM clubs;
DROP TABLE clubs;
ALTER TABLE clubs_v2 RENAME TO clubs;
"""
CLUB_ROWS = "INSERT INTO clubs VALUES ('c', 'full'); INSERT INTO entries VALUES ('e', 'c');"
KEPT = (("SELECT count(*) FROM clubs", [[1]]), ("SELECT count(*) FROM entries", [[1]]))

FIXES = (
    Fixed(
        "a rebuilt parent keeps its trigger",
        CLUBS + CLUB_TRIGGER,
        NEW_CLUBS,
        CLUB_ROWS,
        (
            *KEPT,
            ("DELETE FROM club_log", []),
            ("INSERT INTO clubs VALUES ('d', 'half')", []),
            ("SELECT text FROM club_log", [["new d"]]),
        ),
    ),
    Fixed(
        "a rebuilt parent under a view",
        CLUBS + CLUB_VIEW,
        NEW_CLUBS,
        CLUB_ROWS,
        (*KEPT, ("SELECT id FROM paying", [["c"]])),
    ),
    Fixed(
        "a rebuilt table that another table's trigger writes",
        CLUBS + CLUB_TRIGGER,
        "CREATE TABLE club_log_v2 (id INTEGER PRIMARY KEY, text TEXT NOT NULL DEFAULT '');\n"
        "INSERT INTO club_log_v2 (id, text) SELECT id, coalesce(text, '') FROM club_log;\n"
        "DROP TABLE club_log;\nALTER TABLE club_log_v2 RENAME TO club_log;\n",
        CLUB_ROWS,
        (
            *KEPT,
            ("INSERT INTO clubs VALUES ('d', 'none')", []),
            ("SELECT text FROM club_log", [["new c"], ["new d"]]),
        ),
    ),
    Fixed(
        "a trigger follows a column that the rebuild renames",
        "CREATE TABLE pupils (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, touched INTEGER NOT NULL DEFAULT 0);\n"
        "CREATE TRIGGER pupils_touched AFTER UPDATE OF name ON pupils\n"
        "BEGIN UPDATE pupils SET touched = touched + 1 WHERE id = NEW.id; END;\n",
        "CREATE TABLE pupils_v2 (pupil_id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
        "touched INTEGER NOT NULL DEFAULT 0);\n"
        "INSERT INTO pupils_v2 (pupil_id, name, touched) SELECT id, name, touched FROM pupils;\n"
        "DROP TABLE pupils;\nALTER TABLE pupils_v2 RENAME TO pupils;\n",
        "INSERT INTO pupils (id, name) VALUES ('p', 'Ann');",
        (("UPDATE pupils SET name = 'Bea'", []), ("SELECT pupil_id, touched FROM pupils", [["p", 1]])),
    ),
    Fixed(
        "a column under a foreign key goes",
        "CREATE TABLE owners (id TEXT PRIMARY KEY NOT NULL);\n"
        "CREATE TABLE boats (id TEXT PRIMARY KEY NOT NULL, owner_id TEXT REFERENCES owners (id), name TEXT);\n"
        "CREATE INDEX boats_name ON boats (name);\n",
        "-- pulse-ci: ignore drop-column owners moved to another service\nALTER TABLE boats DROP COLUMN owner_id;\n",
        "INSERT INTO owners VALUES ('o'); INSERT INTO boats VALUES ('b', 'o', 'n');",
        (
            ("SELECT * FROM boats", [["b", "n"]]),
            ("SELECT count(*) FROM sqlite_master WHERE name = 'boats_name'", [[1]]),
        ),
    ),
    Fixed(
        "a quoted column that is not there is left out of the copy",
        'CREATE TABLE "rooms" ("id" text PRIMARY KEY NOT NULL, "mail" text NOT NULL);\n',
        'CREATE TABLE "__new_rooms" ("id" text PRIMARY KEY NOT NULL, "mail" text NOT NULL, "code" text);\n'
        'INSERT INTO "__new_rooms"("id", "mail", "code") SELECT "id", "mail", "code" FROM "rooms";\n'
        'DROP TABLE "rooms";\nALTER TABLE "__new_rooms" RENAME TO "rooms";\n',
        "INSERT INTO rooms VALUES ('a', 'm');",
        (("SELECT * FROM rooms", [["a", "m", None]]),),
    ),
)


def git(folder: Path, *words: str) -> None:
    """Run git with an identity of its own."""
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def branch(folder: Path, case: Fixed) -> None:
    """Make a repository whose last commit adds the change."""
    (folder / "migrations").mkdir()
    git(folder, "init")
    for name, text in (("0001_base.sql", case.merged), ("0002_change.sql", case.change)):
        (folder / "migrations" / name).write_text(text, encoding="utf-8")
        git(folder, "add", ".")
        git(folder, "commit", "-m", name)


def marked(case: Fixed) -> Any:
    return pytest.param(
        case,
        id=case.name,
        marks=pytest.mark.xfail(strict=True, reason=FIXES_THAT_FAIL[case.name]) if case.name in FIXES_THAT_FAIL else (),
    )


@pytest.mark.parametrize("case", [marked(case) for case in FIXES])
def test_a_fixed_file_runs_on_real_d1_and_keeps_what_there_was(case: Fixed, tmp_path: Path, rig: Rig) -> None:
    branch(tmp_path, case)

    judge_directory(tmp_path, "fix", "--base", "HEAD~1", "--skip", "conventions")

    fixed = (tmp_path / "migrations" / "0002_change.sql").read_text(encoding="utf-8")
    calls = [Call(case.merged), Call(case.rows), Call(f"{fixed}\nSELECT 1;", RequestMode.QUERY)]
    rig.send([(*calls, *(Call(sql) for sql, _ in case.then))])
    answers = rig.receive()[0].answers
    assert [each.error for each in answers] == [None] * len(answers)
    assert [each.rows for each in answers[3:]] == [rows for _, rows in case.then]
    after = judge({"migrations/0001_base.sql": case.merged, "migrations/0002_change.sql": fixed}, *PULL_REQUEST)
    assert set(after.rules("error")) <= {"rename-column"}


@pytest.mark.parametrize("case", FIXES, ids=[case.name for case in FIXES])
def test_the_merged_file_is_never_edited(case: Fixed, tmp_path: Path) -> None:
    branch(tmp_path, case)

    judge_directory(tmp_path, "fix", "--base", "HEAD~1", "--skip", "conventions")

    assert (tmp_path / "migrations" / "0001_base.sql").read_text(encoding="utf-8") == case.merged


@fails_today("fix without a base edits all files")
def test_fix_without_a_base_stops(tmp_path: Path) -> None:
    write(tmp_path, {"migrations/0001_base.sql": CLUBS, "migrations/0002_change.sql": NEW_CLUBS})

    judged = judge_directory(tmp_path, "fix", "--skip", "conventions")

    assert judged.status == 2
    assert "--base" in judged.said
    assert (tmp_path / "migrations" / "0002_change.sql").read_text(encoding="utf-8") == NEW_CLUBS


def test_every_known_failure_is_a_case() -> None:
    assert FIXES_THAT_FAIL.keys() <= {case.name for case in FIXES}
