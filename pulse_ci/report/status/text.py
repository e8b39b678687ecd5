"""A StatusReport to text for a person at a terminal or a reader of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.d1.state import Standing
from pulse_ci.model import Action
from pulse_ci.report.escape import visible
from pulse_ci.report.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.d1.state import FileState
    from pulse_ci.report.status.value import StatusReport

_BOLD, _DIM, _GREEN, _YELLOW = "1", "2", "32", "33"
_SIGN = {Action.ADDED: "+", Action.REMOVED: "-", Action.MODIFIED: "~"}
_MOST = 20


class _Painter:
    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def __call__(self, text: str, *codes: str) -> str:
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self._colour and codes else text


def render(report: StatusReport, *, colour: bool = False) -> str:
    """Return the report as lines of text; control characters are spelled out."""
    return "\n".join(_lines(report, _Painter(colour=colour))).rstrip() + "\n"


def _lines(report: StatusReport, paint: _Painter) -> Iterator[str]:
    width = max((len(_one_line(each.name)) for each in report.state.files), default=0)
    for each in report.state.files:
        yield from _file(each, width, paint)
    yield ""
    yield from _drift(report, paint)
    yield from _repairs(report, paint)
    yield paint(_one_line(report.verdict), _BOLD)
    asked = f"{plural(report.requests, 'request')}, " if report.requests else ""
    yield f"  {_one_line(report.source)}; {asked}nothing was written"


def _file(each: FileState, width: int, paint: _Painter) -> Iterator[str]:
    match each.standing:
        case Standing.APPLIED:
            mark, codes = "✓", (_GREEN,)
        case Standing.PENDING:
            mark, codes = "·", (_BOLD,)
        case _:
            mark, codes = "!", (_YELLOW,)
    yield f"  {paint(mark, *codes)} {_one_line(each.name):<{width}}  {paint(each.standing.value, *codes)}"
    if each.note:
        yield paint(f"      {_one_line(each.note)}", _DIM)


def _drift(report: StatusReport, paint: _Painter) -> Iterator[str]:
    differences = report.differences
    if not differences:
        return
    yield paint("Drift", _BOLD) + "  what the files do not explain; `pulse-ci drift` tells how to end it"
    for each in differences[:_MOST]:
        yield paint(f"  {_SIGN[each.change.action]} {_one_line(each.sentence)}", _YELLOW)
    if len(differences) > _MOST:
        yield paint(f"  and {len(differences) - _MOST} more; --format json has them all", _DIM)
    yield ""


def _repairs(report: StatusReport, paint: _Painter) -> Iterator[str]:
    if not report.repairs:
        return
    recorded = report.state.recorded is not None
    head = "statements that make the records true" if recorded else "statements that begin a record, if you want one"
    yield paint("Repairs", _BOLD) + f"  {head}; read them before you run them"
    for each in report.repairs:
        yield paint(f"  -- {_one_line(each.why)}", _DIM)
        yield from (f"  {line}" for line in visible(each.sql).splitlines())
    yield ""


def _one_line(text: str) -> str:
    return " ".join(visible(text).split())
