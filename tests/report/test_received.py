"""A report that another run wrote is read as it was written, or refused; nothing in it has an effect of its own."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse_ci import check_directory
from pulse_ci.errors import ConfigError
from pulse_ci.report import markdown, sarif, text
from pulse_ci.report.models import Conclusion, FailOn, Report
from pulse_ci.report.report_json import MAX_BYTES, read_report
from pulse_ci.rules.registry import RULES
from tests.report.github_html import rendered
from tests.report.reports import nasty
from tests.report.test_hostile_markdown import LINKS, assert_ours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SAMPLE = "examples/pull-request/migrations"


@pytest.fixture(scope="module")
def written() -> Report:
    return check_directory(SAMPLE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("received")


def read(folder: Path, content: object) -> Report:
    path = folder / "report.json"
    path.write_text(json.dumps(content))
    return read_report(path, FailOn.ERROR)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a JSON value with each of its keys, to change what stands there."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in pairs:
        yield value, key
        if isinstance(part, dict | list):
            yield from places(part)


def test_a_report_survives_being_written_and_read(written: Report, folder: Path) -> None:
    (folder / "report.json").write_text(written.to_json())

    assert read_report(folder / "report.json", FailOn.ERROR) == written


def test_what_it_concludes_is_not_believed(written: Report, folder: Path) -> None:
    content = written.to_dict() | {"conclusion": "success"}

    assert read(folder, content).conclusion is Conclusion.FAILURE


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_whatever_stands_in_it_is_refused_or_only_shown(data: st.DataObject, written: Report, folder: Path) -> None:
    content = json.loads(written.to_json())
    texts = [(holder, key) for holder, key in places(content) if isinstance(holder[key], str)]
    for holder, key in data.draw(st.lists(st.sampled_from(texts), min_size=1, max_size=5)):
        holder[key] = data.draw(nasty)

    try:
        report = read(folder, content)
    except ConfigError:
        return
    body = markdown.render(report, LINKS)
    assert_ours(rendered(body), body)
    text.render(report)
    sarif.render(report, "1.0.0", RULES)


@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_another_type_in_any_place_is_refused_or_read(data: st.DataObject, written: Report, folder: Path) -> None:
    content = json.loads(written.to_json())
    holder, key = data.draw(st.sampled_from(list(places(content))))
    holder[key] = data.draw(st.sampled_from([None, True, -1, 10**30, 1.5, "x", [], {}, [[]], {"a": {}}]))

    try:
        report = read(folder, content)
    except ConfigError:
        return
    markdown.render(report, LINKS)


def without(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda content: content.pop(key)


CHANGES: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (without("findings"), "must contain"),
    (lambda content: content.update(schema_version=2), "data.schema_version must be same as const definition: 1"),
    (lambda content: content.update(surprise=1), "data must not contain"),
    (lambda content: content["findings"][0].update(line=0), r"data\.findings\[0\]\.line must be bigger than"),
    (lambda content: content["findings"][0].update(rule="a\n"), r"data\.findings\[0\]\.rule must match pattern"),
    (lambda content: content["database"].update(sqlite_version="3.<b>"), "sqlite_version must match pattern"),
]


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_what_is_no_report_is_refused_by_its_place(
    change: Callable[[dict[str, Any]], None], said: str, written: Report, folder: Path
) -> None:
    content = copy.deepcopy(written.to_dict())
    change(content)

    with pytest.raises(ConfigError, match=said):
        read(folder, content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is not JSON"),
        (b"\xff", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b'{"schema_version": NaN}', "it is not JSON: NaN is no number"),
        (b'{"schema_version": 1' + b"0" * 5000 + b"}", "it is not JSON"),
        (b"[]", "data must be object"),
        (b" " * (MAX_BYTES + 1), "it has 10,000,001 bytes"),
    ],
)
def test_what_is_no_json_is_refused(content: bytes, said: str, folder: Path) -> None:
    (folder / "report.json").write_bytes(content)

    with pytest.raises(ConfigError, match=said):
        read_report(folder / "report.json", FailOn.ERROR)


def test_a_report_that_is_not_there_is_told_with_both_ways_out(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read: No such file.*download-artifact.*leave `report-file` out"):
        read_report(folder / "none.json", FailOn.ERROR)
