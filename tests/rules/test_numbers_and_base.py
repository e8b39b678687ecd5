"""Numbers, names and edits, as a branch meets the branch that it will be merged into."""

from __future__ import annotations

import pytest

from pulse_ci.migrations.base_diff import BaseDiff, FileEdit
from tests.commands.files import table
from tests.rules.example import base_with, findings

A, B, C, D = (f"migrations/00{number}_{word}.sql" for number, word in enumerate("abcd", start=1))


def files(*paths: str) -> dict[str, str]:
    return {path: table(f"t{index}") for index, path in enumerate(paths)}


def told(
    found: dict[str, str], rule: str, base: BaseDiff | None = None, baseline: int = 0
) -> list[tuple[str, str, str]]:
    return [(each.path, each.message, each.remedy) for each in findings(found, rule, base=base, baseline=baseline)]


def test_a_number_that_the_base_got_since_is_a_duplicate() -> None:
    base = BaseDiff("origin/main", frozenset({C}), (), frozenset({A, B, "migrations/003_theirs.sql"}))

    assert told(files(A, B, C), "migration-number-duplicate", base) == [
        (
            C,
            "003 is also the number of migrations/003_theirs.sql on origin/main: "
            "wrangler runs `migrations/003_c.sql` first, by its name.",
            f"git mv {C} migrations/004_c.sql",
        )
    ]


def test_three_files_of_one_number_have_two_findings() -> None:
    names = ["migrations/001_a.sql", "migrations/001_b.sql", "migrations/01_c.sql"]

    assert [path for path, _, _ in told(files(*names), "migration-number-duplicate")] == names[1:]


def test_a_number_below_the_bases_highest_is_out_of_order_and_no_gap() -> None:
    base = base_with([A, B, C], [B])

    assert told(files(A, B, C), "migration-number-order", base) == [
        (
            B,
            "002 comes before 003, which origin/main already has: "
            "a database that is up to date would run it out of order.",
            f"git mv {B} migrations/004_b.sql",
        )
    ]
    assert told(files(A, B, C), "migration-number-gap", base) == []


def test_several_missing_numbers_are_told_together() -> None:
    last = "migrations/007_x.sql"

    assert told(files(A, last), "migration-number-gap") == [
        (
            last,
            "007 follows 001: numbers 2 to 6 are missing.",
            f"git mv {last} migrations/002_x.sql  (or commit the missing file)",
        )
    ]


@pytest.mark.parametrize(("first", "baseline"), [("000", 0), ("001", 0), ("022", 21), ("012", 11)])
def test_the_first_file_may_have_the_first_number(first: str, baseline: int) -> None:
    assert told(files(f"migrations/{first}_a.sql"), "migration-number-gap", baseline=baseline) == []


def test_a_number_that_only_the_base_has_fills_the_gap() -> None:
    base = BaseDiff("origin/main", frozenset({D}), (), frozenset({A, B, C}))

    assert told(files(A, B, D), "migration-number-gap", base) == []


RESTORE = f"git checkout origin/main -- {A}"


@pytest.mark.parametrize(
    ("edit", "path", "what", "remedy"),
    [
        (FileEdit(A, "modified", None), A, "was changed", f"{RESTORE}, and put the change into a new migration"),
        (FileEdit(A, "deleted", None), A, "was deleted", f"{RESTORE}; undo it with a new migration"),
        (FileEdit(D, "renamed", A), D, f"was renamed to `{D}`", f"git mv {D} {A}"),
    ],
)
def test_an_edited_migration_is_told_with_what_restores_it(edit: FileEdit, path: str, what: str, remedy: str) -> None:
    base = BaseDiff("origin/main", frozenset(), (edit,), frozenset({A}), "origin/main")

    assert told(files(A), "edited-migration", base) == [
        (
            path,
            f"`{A}` {what}, though origin/main has it: a database that has run it never sees the difference, "
            "a new one never has what came before.",
            remedy,
        )
    ]


def test_without_a_ref_the_restoring_is_put_in_words() -> None:
    base = BaseDiff("main at GitHub", frozenset(), (FileEdit(A, "deleted", None),), frozenset({A}))

    assert [remedy for _, _, remedy in told({}, "edited-migration", base)] == [
        "Restore the file as main at GitHub has it; undo it with a new migration"
    ]


@pytest.mark.parametrize("path", ["migrations/reverse/001_a.sql", "other/001_a.sql"])
def test_an_edit_elsewhere_is_none_of_a_migration(path: str) -> None:
    base = BaseDiff("origin/main", frozenset(), (FileEdit(path, "modified", None),), frozenset({A}))

    assert told(files(A), "edited-migration", base) == []


def test_a_renamed_file_is_looked_at_as_a_new_one() -> None:
    base = BaseDiff("origin/main", frozenset({D}), (FileEdit(D, "renamed", A),), frozenset({A, B}))

    assert [path for path, _, _ in told(files(B, D), "migration-number-gap", base)] == [D]


def test_nothing_new_is_nothing_to_object_to() -> None:
    base = base_with([A, C], [])

    for rule in ("migration-number-gap", "migration-number-order", "migration-name", "missing-reason"):
        assert told({A: "nonsense", C: ""}, rule, base) == []


def test_a_merged_file_that_does_not_run_is_told_once() -> None:
    found = told({A: "SELECT missing;", B: table("b")}, "replay-fails", base_with([A, B], [B]))

    assert [path for path, _, _ in found] == [A]
    assert "`001_a.sql` is merged but does not run on the files before it" in found[0][1]


DATED = tuple(f"migrations/{digits}_{word}.sql" for digits, word in (("20240305120000", "a"), ("20240401090000", "b")))


@pytest.mark.parametrize("names", [DATED, tuple(name.replace("0000_", "_") for name in DATED)])
def test_dates_and_times_are_numbers_and_have_gaps(names: tuple[str, ...]) -> None:
    assert [told(files(*names), rule) for rule in ("migration-number-gap", "migration-name")] == [[], []]


def test_a_date_among_short_numbers_becomes_the_next_of_these() -> None:
    dated = "migrations/20240305_Late.sql"
    found = files(A, B, dated)

    assert told(found, "migration-name") == [
        (
            dated,
            "`20240305_Late.sql` has 8 digits where its neighbours have 3: tools disagree on when it runs.",
            f"git mv {dated} migrations/003_late.sql",
        )
    ]
    assert told(found, "migration-number-gap") == []
