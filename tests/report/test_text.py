"""The text for a terminal, to the letter."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from pulse_ci.model import RejectedBy
from pulse_ci.report import text
from tests.report.hostile import hostile_reports
from tests.report.reports import small_report


def test_a_small_report_reads_like_this() -> None:
    assert text.render(small_report()) == (
        "migrations/022_custom_fields.sql\n"
        "  4: error missing-drop\n"
        "     Nothing drops table `a` again.\n"
        "     → `DROP TABLE a;`\n"
        "\n"
        "Schema  adds 1 table and 1 index, changes 1 column\n"
        "  + table a\n"
        "  + index i on a\n"
        "  ~ column url of sites\n"
        "      was url\n"
        "      now url TEXT\n"
        "\n"
        "Proofs\n"
        "  022_custom_fields.sql  ✓ runs  ✓ runs twice  ✗ undone  needs 001\n"
        "\n"
        "✗ Do not merge `022_custom_fields.sql`: it cannot be undone\n"
        "  1 error (1 ignored); 2 files replayed on embedded D1 (SQLite 3.54.1), 1 under review\n"
    )


def test_who_has_a_whole_history_reviewed_is_told_how_to_leave_it_out() -> None:
    report = small_report()
    whole = replace(report, migrations=report.under_review, findings=report.findings * 21)
    hint = "  Every file was reviewed. To review only those to come: --baseline 22, or --base and a git ref\n"
    conventions = "  To leave out headers, reverses and second runs, which D1 does not ask for: --skip conventions\n"

    assert text.render(whole).endswith(hint + conventions)
    assert text.render(
        replace(whole, findings=tuple(replace(each, rule="drop-table") for each in whole.findings))
    ).endswith(hint)
    assert hint not in text.render(replace(whole, findings=report.findings))
    assert hint not in text.render(replace(whole, migrations=report.migrations))


def test_many_files_that_fail_are_not_all_named() -> None:
    report = small_report()
    failed = [
        replace(report.under_review[0], name=f"{name}.sql", replay="failed", refused_by=RejectedBy.D1)
        for name in "abcde"
    ]

    assert "✗ Do not merge: D1 rejects `a.sql`, `b.sql`, `c.sql` and 2 more\n" in text.render(
        replace(report, migrations=tuple(failed))
    )


def test_colour_adds_no_more_than_colour() -> None:
    coloured = text.render(small_report(), colour=True)

    assert "\x1b[31;1merror\x1b[0m" in coloured
    assert "\x1b[31;1m✗\x1b[0m" in coloured


def test_nothing_that_comes_in_steers_the_terminal() -> None:
    for report, _ in hostile_reports(200):
        shown = text.render(report)

        assert not any(unicodedata.category(each) in ("Cc", "Cf", "Cs") for each in shown if each != "\n")
        assert len(shown.split("\n")) == len(shown.splitlines()) + 1
