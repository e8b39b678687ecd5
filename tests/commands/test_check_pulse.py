"""`pulse-ci check` on PULSE's own migrations, and on the sample of PULSE's documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.commands.files import SAMPLE, put_pulse, table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Outcome

SAMPLE_PATH = "migrations/022_custom_fields.sql"


def test_pulse_own_migrations_have_nothing_to_object_to(repository: Path, check: Callable[..., Outcome]) -> None:
    put_pulse(repository)

    outcome = check()

    assert outcome.status == 0
    assert outcome.found == []
    report = outcome.report
    assert report["conclusion"] == "success"
    assert [migration["number"] for migration in report["migrations"]] == list(range(1, 22))
    assert {migration["replay"] for migration in report["migrations"]} == {"ok"}
    assert {migration["reversible"] for migration in report["migrations"]} == {True}


def test_what_cannot_be_guarded_in_pulse_own_migrations_is_ignored_for_a_reason_and_counted(
    repository: Path, run: Callable[..., Outcome]
) -> None:
    put_pulse(repository)

    outcome = run("lint")

    assert outcome.status == 0
    assert "✓ No problems found in 21 migrations\n  no problems found (8 ignored)" in outcome.out
    assert " ignored); 21 files replayed" in outcome.out


def test_the_sample_of_the_documentation_has_four_faults(repository: Path, check: Callable[..., Outcome]) -> None:
    put_pulse(repository)
    (repository / SAMPLE_PATH).write_text(SAMPLE)

    outcome = check()

    assert outcome.status == 1
    assert outcome.found == [
        ("missing-reason", SAMPLE_PATH, 1),
        ("missing-drop", SAMPLE_PATH, 4),
        ("missing-drop", SAMPLE_PATH, 13),
        ("not-idempotent", SAMPLE_PATH, 13),
    ]
    assert outcome.report["migrations"][-1] == {
        "number": 22,
        "name": "022_custom_fields.sql",
        "path": SAMPLE_PATH,
        "under_review": True,
        "applied": None,
        "depends_on": [1],
        "replay": "ok",
        "error": None,
        "idempotent": False,
        "reversible": False,
        "cost": None,
        "refused_by": None,
    }


def test_the_sample_adds_a_table_with_five_columns_and_an_index(
    repository: Path, check: Callable[..., Outcome]
) -> None:
    put_pulse(repository)
    (repository / SAMPLE_PATH).write_text(SAMPLE)

    assert check("--baseline", "21").report["changes"] == [
        {
            "kind": "table",
            "name": "custom_fields",
            "table": "custom_fields",
            "action": "added",
            "before": None,
            "after": (
                "CREATE TABLE custom_fields (\n"
                "  field_id TEXT PRIMARY KEY,\n"
                "  site_id TEXT NOT NULL REFERENCES sites (id),\n"
                "  name TEXT NOT NULL,\n"
                "  type TEXT NOT NULL,\n"
                "  created_at INTEGER NOT NULL\n"
                ")"
            ),
        },
        {
            "kind": "index",
            "name": "idx_custom_fields_site",
            "table": "custom_fields",
            "action": "added",
            "before": None,
            "after": "CREATE INDEX idx_custom_fields_site ON custom_fields (site_id)",
        },
    ]


def test_the_remedies_taken_by_the_letter_mend_the_sample(repository: Path, check: Callable[..., Outcome]) -> None:
    put_pulse(repository)
    (repository / SAMPLE_PATH).write_text(SAMPLE)
    remedies = [finding["remedy"] for finding in check("--baseline", "21").report["findings"]]
    assert remedies == [
        "Add `-- Reason:` and why this change is needed.",
        "Add to `migrations/reverse/022_custom_fields.sql` under the header `-- Reverse migration 022`: "
        "`DROP TABLE IF EXISTS custom_fields;`. `pulse-ci fix` writes `migrations/reverse/022_custom_fields.sql`.",
        "Add to `migrations/reverse/022_custom_fields.sql` under the header `-- Reverse migration 022`: "
        "`DROP INDEX IF EXISTS idx_custom_fields_site;`. `pulse-ci fix` writes "
        "`migrations/reverse/022_custom_fields.sql`.",
        "`CREATE INDEX IF NOT EXISTS idx_custom_fields_site ON custom_fields(site_id);`. "
        "`pulse-ci fix` adds `IF NOT EXISTS`.",
    ]

    mended = SAMPLE.replace("2024-03-05\n", "2024-03-05\n-- Reason: sites may keep values of their own\n").replace(
        "CREATE INDEX idx_custom_fields_site ON custom_fields(site_id);", remedies[3].split("`")[1]
    )
    (repository / SAMPLE_PATH).write_text(mended)
    (repository / "migrations/reverse/022_custom_fields.sql").write_text(
        "-- Reverse migration 022\nDROP TABLE IF EXISTS custom_fields;\nDROP INDEX IF EXISTS idx_custom_fields_site;\n"
    )

    outcome = check()

    assert (outcome.status, outcome.found) == (0, [])


def test_the_preview_says_what_changes_and_not_that_it_may_be_merged(
    repository: Path, run: Callable[..., Outcome]
) -> None:
    (repository / "migrations/001_sites.sql").write_text(table("sites"))
    (repository / "migrations/002_goals.sql").write_text("CREATE TABLE goals (goal_id);")

    outcome = run("preview", "--baseline", "1")

    assert outcome.status == 0
    assert "✓ `002_goals.sql`: adds 1 table\n" in outcome.out
    assert "safe to merge" not in outcome.out
