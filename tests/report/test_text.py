"""The text for a terminal, to the letter."""

from __future__ import annotations

import unicodedata

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
        "✗ `022_custom_fields.sql` should not be merged yet: 1 error to mend\n"
        "  1 error (1 ignored); 2 files replayed on embedded D1 (SQLite 3.54.1), 1 under review\n"
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
