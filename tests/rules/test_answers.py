"""The words in which a live database's answer stands in a finding."""

from __future__ import annotations

import pytest

from pulse_ci.analysis.probe_results import apply_probe_results, describe_counts
from pulse_ci.model import PROBE_ROW_LIMIT, Probe, ProbeCounts, Severity
from pulse_ci.rules.examples import make_example_on_schema
from pulse_ci.rules.lint import lint
from tests.rules.example import review_of

PROBE = Probe("sites", "duplicates of `url`", "", "")
UNIQUE = make_example_on_schema(
    "CREATE TABLE sites (id INTEGER PRIMARY KEY, url TEXT);\n", "CREATE UNIQUE INDEX u ON sites (url);\n"
)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (ProbeCounts(3, 12_431), "3 duplicates of `url` in about 12,000 rows"),
        (ProbeCounts(1, 2), "1 duplicate of `url` in 2 rows"),
        (ProbeCounts(0, 1), "0 duplicates of `url` in 1 row"),
        (ProbeCounts(0, 0), "0 duplicates of `url` in 0 rows"),
        (ProbeCounts(2, PROBE_ROW_LIMIT), "2 duplicates of `url` in the first 100,000 rows"),
    ],
)
def test_an_answer_is_told_in_words(answer: ProbeCounts, words: str) -> None:
    assert describe_counts(PROBE, answer) == words


@pytest.mark.parametrize(
    ("answer", "severity"),
    [
        (ProbeCounts(1, 10), Severity.ERROR),
        (ProbeCounts(0, 10), Severity.NOTICE),
        (ProbeCounts(0, PROBE_ROW_LIMIT), Severity.WARNING),
        (ProbeCounts(1, PROBE_ROW_LIMIT), Severity.ERROR),
    ],
)
def test_the_severity_follows_the_answer_where_it_is_whole(answer: ProbeCounts, severity: Severity) -> None:
    review = review_of(UNIQUE)
    findings = lint(review)
    (probe,) = {each.probe for each in findings if each.probe}

    settled = apply_probe_results(findings, {probe: answer}, review, "staging")

    assert [each.severity for each in settled if each.rule == "unique-on-existing"] == [severity]
    assert [each for each in settled if each.probe is None] == [each for each in findings if each.probe is None]
