from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse_ci.github.runner import (
    MAX_SUMMARY_BYTES,
    append_summary,
    escape_commands,
    format_annotations,
    format_message,
    mask_secret,
    stop_commands,
    write_outputs,
)
from pulse_ci.model import Finding, Severity
from tests.github.runner_model import read_commands, read_outputs

if TYPE_CHECKING:
    from pathlib import Path

# Text made of what means something to the runner, with what it skips in between.
COMMANDS = ["::", ":", "#", "##[", "[", "]", "error", "add-mask", "stop-commands", "%0A", "%", ",", "="]
SPACES = [" ", "\t", "\n", "\r", "\r\n", "\u2028", "\u00a0", "\u3000"]
SKIPPED = ["\u200b", "\u00ad", "\ufeff", "\x00", "\x1b[0m"]
PIECES = st.sampled_from([*COMMANDS, *SPACES, *SKIPPED, "é"])
HOSTILE = st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join)
CALM = settings(deadline=None, max_examples=200)  # a busy machine is no failure
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)


def finding(
    severity: Severity = Severity.ERROR,
    *,
    path: str = "migrations/022_a.sql",
    line: int = 4,
    message: str = "It fails.",
    remedy: str = "",
    ignored: bool = False,
) -> Finding:
    return Finding("not-idempotent", severity, path, line, line + 1, message, remedy, ignored)


@CALM
@given(HOSTILE)
def test_no_line_of_neutralised_text_is_a_command(text: str) -> None:
    assert read_commands(escape_commands(text)) == []


@CALM
@given(HOSTILE, HOSTILE)
def test_no_line_of_two_pieces_is_a_command_when_they_are_neutralised_as_one(first: str, second: str) -> None:
    assert read_commands(escape_commands(first + second)) == []


@CALM
@given(st.text())
def test_neutralised_text_keeps_all_but_spaces(text: str) -> None:
    assert escape_commands(text).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("text", ["SELECT a::b", "# heading", "##", "x ::error::", "#[x]", "https://[::1]/", ""])
def test_harmless_text_is_left_alone(text: str) -> None:
    assert escape_commands(text) == text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("::error::x", ": :error::x"),
        ("ok\n \t::error::x", "ok\n \t: :error::x"),
        ("ok\r::error::x", "ok\r: :error::x"),
        ("SELECT '##[error]x'", "SELECT '# #[error]x'"),
        ("###[error]x", "## #[error]x"),
        ("\u200b:\u200b:error::x", "\u200b:\u200b :error::x"),
        ("#\u00ad#[error]x", "#\u00ad #[error]x"),
    ],
)
def test_a_command_is_broken_by_a_space(text: str, safe: str) -> None:
    assert escape_commands(text) == safe


def test_a_million_line_ends_are_neutralised_at_once() -> None:
    assert len(escape_commands("\n" * 1_000_000 + "#" * 1_000_000 + " " * 1_000_000)) == 3_000_000


@CALM
@given(path=HOSTILE, message=HOSTILE, remedy=HOSTILE)
def test_an_annotation_is_one_command_that_says_what_the_finding_says(path: str, message: str, remedy: str) -> None:
    [line] = format_annotations([finding(path=path, message=message, remedy=remedy)])

    [command] = read_commands(line)
    assert command.name == "error"
    assert command.data == f"{message} {remedy}".strip()
    assert command.properties.get("file", "") == path
    assert command.properties.keys() <= {"file", "line", "endLine", "title"}
    assert command.properties["title"] == "not-idempotent"


def test_an_annotation_names_file_lines_and_rule() -> None:
    assert format_annotations([finding(message="50% of\nthe rows", remedy="Keep them.", path="a,b:c.sql")]) == [
        "::error file=a%2Cb%3Ac.sql,line=4,endLine=5,title=not-idempotent::50%25 of%0Athe rows Keep them."
    ]


def test_ten_of_a_kind_are_all_shown() -> None:
    assert len(format_annotations([finding(line=line) for line in range(1, 11)])) == 10


def test_of_more_than_ten_of_a_kind_the_tenth_says_how_many_more() -> None:
    lines = format_annotations([finding(Severity.WARNING, line=line) for line in range(1, 26)])

    assert len(lines) == 10
    assert lines[-1] == "::warning::16 more, see the summary"


def test_the_worst_come_first() -> None:
    lines = format_annotations([finding(severity, line=line) for line in (9, 3) for severity in reversed(Severity)])

    assert [re.findall(r"::(\w+) .*,line=(\d)", line)[0] for line in lines] == [
        ("error", "3"),
        ("error", "9"),
        ("warning", "3"),
        ("warning", "9"),
        ("notice", "3"),
        ("notice", "9"),
    ]


def test_an_ignored_finding_has_no_annotation() -> None:
    assert format_annotations([finding(ignored=True)]) == []


def test_a_message_longer_than_the_runner_takes_is_cut() -> None:
    [line] = format_annotations([finding(message="x" * 5000)])

    assert len(read_commands(line)[0].data) <= 4096


@CALM
@given(HOSTILE)
def test_a_notice_is_one_command(message: str) -> None:
    [command] = read_commands(format_message(Severity.NOTICE, message))

    assert (command.name, command.data) == ("notice", message)


@CALM
@given(st.dictionaries(NAMES, HOSTILE | st.text(), max_size=4))
def test_outputs_arrive_as_they_were_whatever_they_hold(
    tmp_path_factory: pytest.TempPathFactory, outputs: dict[str, str]
) -> None:
    path = tmp_path_factory.mktemp("runner") / "output"

    write_outputs(path, outputs)

    assert read_outputs(path) == outputs


def test_an_output_cannot_set_another(tmp_path: Path) -> None:
    path = tmp_path / "output"
    write_outputs(path, {"conclusion": "failure"})
    delimiter = path.read_text().splitlines()[-1]

    write_outputs(path, {"diff": f"x\n{delimiter}\nconclusion=success", "report": "r\nconclusion<<E\nsuccess\nE"})

    assert read_outputs(path)["conclusion"] == "failure"


def test_every_value_has_a_delimiter_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "output"

    write_outputs(path, {"errors": "1", "warnings": "1"})

    assert len(set(re.findall(r"<<(\w{30,})", path.read_text()))) == 2


@pytest.mark.parametrize("name", ["", "a=b", "a<<E", "a\nb", "Ä"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name of an output"):
        write_outputs(tmp_path / "output", {name: "x"})


def test_text_that_is_no_unicode_is_written_all_the_same(tmp_path: Path) -> None:
    write_outputs(tmp_path / "output", {"report": "\udcff.sql"})
    append_summary(tmp_path / "summary", "\udcff.sql")

    assert read_outputs(tmp_path / "output") == {"report": "?.sql"}
    assert (tmp_path / "summary").read_text() == "?.sql"


def test_outside_a_workflow_nothing_is_written() -> None:
    write_outputs(None, {"errors": "1"})
    append_summary(None, "# Report")


def test_the_summary_is_appended(tmp_path: Path) -> None:
    path = tmp_path / "summary"
    path.write_text("before\n")

    append_summary(path, "ä\n")

    assert path.read_text() == "before\nä\n"


@pytest.mark.parametrize("used", [0, 400_000, 999_999, 1_000_000, 1_040_000])
def test_a_summary_stays_within_what_the_runner_takes(tmp_path: Path, used: int) -> None:
    path = tmp_path / "summary"
    path.write_bytes(b"x" * used)

    append_summary(path, "äöü\n" * 300_000)

    assert path.stat().st_size <= max(MAX_SUMMARY_BYTES, used)
    path.read_text()


def test_a_summary_that_was_cut_says_so_outside_of_any_fence(tmp_path: Path) -> None:
    path = tmp_path / "summary"

    append_summary(path, "<details><summary>SQL</summary>\n\n````sql\n```\n" + "SELECT 1;\n" * 200_000 + "````\n")

    end = path.read_text()[-200:]
    assert "SELECT 1;\n````\n\n</details>\n\n> This summary was cut: GitHub shows no more" in end


def test_a_secret_is_masked_line_by_line() -> None:
    assert mask_secret("one\r\ntwo%\n\n") == ["::add-mask::one", "::add-mask::two%25"]
    assert mask_secret("") == []


def test_nothing_between_the_stop_lines_is_a_command() -> None:
    stop, resume = stop_commands()

    found = read_commands("\n".join([stop, "::error::x", "##[error]x", resume, "::notice::y"]))

    assert [command.name for command in found] == ["stop-commands", "notice"]


def test_the_stop_lines_cannot_be_guessed() -> None:
    assert stop_commands() != stop_commands()
