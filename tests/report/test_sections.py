"""What a reviewer meets in the comment, from top to bottom, and what is folded."""

from __future__ import annotations

from dataclasses import replace

from pulse_ci.model import Finding, Severity
from pulse_ci.report import markdown
from pulse_ci.report.finding_order import sort_by_severity
from pulse_ci.report.models import Database, QueryResult, Staging, TableRowChange
from pulse_ci.report.verdict import format_headline
from tests.report.cases import clean, drift, findings, rebuild
from tests.report.github_html import rendered
from tests.report.reports import large_report, small_report

BLOB = "https://github.com/octo/pulse/blob/0123"
LINKS = markdown.Links(blob_url=BLOB, rules_url="https://github.com/org/action/blob/v1/docs/rules")


def unfolded(text: str) -> str:
    """What is seen without a click."""
    parts = text.split("<details>")
    return parts[0] + "".join(part.partition("</details>")[2] for part in parts[1:])


def error(rule: str, line: int = 1) -> Finding:
    return Finding(rule, Severity.ERROR, "migrations/022_a.sql", line, line, "It fails.", "Mend it.")


def test_a_clean_migration_is_told_in_a_line_and_its_schema() -> None:
    seen = unfolded(markdown.render(clean()))

    assert seen.startswith(
        "### ✅ Safe to merge: adds table `goal_budgets` and index `idx_goal_budgets_month`\n\nNo problems found. "
    )
    assert "runs on D1, runs twice and can be undone." in seen
    assert len(seen.splitlines()) < 30


def test_the_verdict_on_lost_rows_says_so_before_anything_else() -> None:
    text = markdown.render(rebuild(), LINKS)

    assert text.startswith(
        "### ❌ Do not merge: this would delete all rows of `experiment_exposures` and `experiment_variants`\n"
    )
    assert "rebuild-cascades" in text.split("**1.** ❌ ")[1][:40]
    assert "<b>How this was tested</b>: a reverse is incomplete and rows are lost" in text


def test_rows_that_are_lost_and_ignored_are_a_condition() -> None:
    report = replace(
        small_report(), findings=(), rows=(TableRowChange("sites", 2, 0, "seed"), TableRowChange("goals", 2, 2, "seed"))
    )
    warned = replace(report, findings=(replace(error("unbounded-write"), severity=Severity.WARNING),))

    condition = "Safe to merge if all rows of `sites` may go"
    assert format_headline(report).startswith(f"{condition}: adds 1 table and 1 index")
    assert format_headline(warned).startswith(f"{condition}, with 1 warning: adds ")


def test_a_finding_leads_to_its_line_and_its_rule() -> None:
    text = markdown.render(small_report(), LINKS)

    assert f"[`022_custom_fields.sql:4`]({BLOB}/migrations/022_custom_fields.sql#L4)" in text
    assert "[missing-drop](https://github.com/org/action/blob/v1/docs/rules/missing-drop.md)" in text


def test_what_loses_rows_comes_before_what_is_untidy() -> None:
    order = sort_by_severity([error("missing-drop"), error("replay-fails", 9), error("rebuild-cascades", 30)])

    assert [finding.rule for finding in order] == ["rebuild-cascades", "replay-fails", "missing-drop"]


def test_five_findings_are_seen_and_the_others_a_click_away() -> None:
    report = replace(small_report(), findings=tuple(error(f"rule-{letter}") for letter in "abcdefghijkl"))

    text = markdown.render(report)

    assert unfolded(text).count(".** ❌") == 5
    assert "<summary>7 more: 7 errors</summary>" in text


def test_what_was_ignored_can_be_looked_at() -> None:
    text = markdown.render(small_report())

    assert "1 error (1 ignored)." in text
    assert "<summary>1 finding ignored by a comment in the file</summary>\n\n- `022_custom_fields.sql:1`" in text


def test_a_file_that_d1_refuses_is_named_in_the_verdict() -> None:
    assert markdown.render(findings()).startswith(
        "### ❌ Do not merge: D1 rejects `022_custom_fields.sql`, and this would delete all rows of "
    )


def test_the_workers_queries_that_break_come_first_and_those_that_work_are_a_number() -> None:
    text = markdown.render(drift(), LINKS)

    assert "<summary>The Worker: 3 queries checked, 1 breaks, 1 faster</summary>" in text
    assert text.index("no such column: minimum\\_amount") < text.index("faster: SCAN goals")
    assert "SELECT 1`" not in text


def test_queries_that_all_work_are_told_in_one_line() -> None:
    works = QueryResult("src/a.ts", 1, "SELECT 1", "old-code-new-schema", "ok", "")

    text = markdown.render(replace(small_report(), queries=(works,)))

    assert "<summary>The Worker: 1 query checked, all work</summary>" in text
    assert "Every query runs on the schema before and after" in text


def test_staging_says_what_is_pending_there_and_what_the_answer_cost() -> None:
    text = markdown.render(drift())

    assert "1 of 22 files pending on staging `pulse_analytics`" in text
    assert "<summary>Staging: 21 applied, 1 pending (2 requests, 412 rows read" in text


def test_a_staging_that_has_drifted_or_did_not_answer_is_told_without_a_click() -> None:
    staging = Staging("used", "Index `idx_hot` is in no file.", 2, 3, probe_failure="D1 is overloaded.")

    seen = unfolded(markdown.render(replace(drift(), staging=staging)))

    assert "⚠️ Staging has drifted. Index `idx_hot` is in no file." in seen
    assert "⚠️ What depends on rows is open, staging did not answer: D1 is overloaded." in seen


def test_a_staging_that_was_not_reached_is_told_at_the_top() -> None:
    report = replace(small_report(), staging=Staging("skipped", "the token was refused", missed=True))

    assert "Staging was not used: the token was refused." in markdown.render(report).splitlines()[2]


def test_drift_is_seen_without_a_click() -> None:
    seen = unfolded(markdown.render(drift()))

    assert "`pulse_analytics` is not what the files say: it also has 1 index, differs in 1 column." in seen


def test_rows_that_are_fewer_are_counted() -> None:
    report = replace(small_report(), rows=(TableRowChange("pages", 2, 0, "seed", "ON DELETE CASCADE of `sites`"),))

    assert "- ❌ rows kept: 2 → 0 in `pages` by ON DELETE CASCADE of `sites`" in markdown.render(report)


def test_a_diagram_shows_changed_tables_and_their_neighbours_where_the_server_draws() -> None:
    drawn, plain = (markdown.render(clean(), replace(LINKS, renders_mermaid=draws)) for draws in (True, False))

    assert rendered(drawn).tags["pre"] == rendered(plain).tags["pre"] + 1
    assert '"goal_budgets (new)"' in drawn
    assert '"goals" ||--o{ "goal_budgets (new)" : "goal_id, cascade, new"' in drawn
    assert "mermaid" not in plain


def test_a_database_has_a_name_or_a_question_mark() -> None:
    report = replace(small_report(), database=Database("staging"))

    assert "staging" in markdown.render(report).splitlines()[2]


def test_every_step_of_folding_says_what_is_missing_and_where_it_is() -> None:
    links = replace(LINKS, summary_url="https://github.com/octo/pulse/actions/runs/7")
    report = large_report(60, 60, 60)

    for budget in (20_000, 8_000, 4_000, 2_000, 700):
        text = markdown.render(report, links, budget)
        assert len(text.encode()) <= budget
        assert "[the job summary](https://github.com/octo/pulse/actions/runs/7)" in text
