"""The touched tables and their neighbours, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report import phrases
from pulse_ci.report.er_model import MOST_TOUCHED, picture, touched_tables
from pulse_ci.report.escape import fence
from pulse_ci.report.markdown.page import fold
from pulse_ci.report.mermaid import er_diagram

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.er_model import Picture
    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import Report, Schemas

# Mermaid refuses a text of more than 50,000 characters; nobody reads one of a third of that.
_LARGEST = 16_000


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the diagram, folded, where tables change and the server draws; say so where it would be too large."""
    touched = touched_tables(report.changes)
    if report.schemas is None or not touched or not page.links.draws:
        return
    if len(touched) > MOST_TOUCHED:
        yield f"_No diagram: {phrases.plural(len(touched), 'table')} change, too many to read in one._"
        return
    yield from _drawn(report, report.schemas, page)


def _drawn(report: Report, schemas: Schemas, page: Page) -> Iterator[str]:
    shown = picture(report.changes, schemas)
    source = er_diagram(shown)
    room = _LARGEST if page.size.diagram is None else min(_LARGEST, page.size.diagram)
    if len(source.encode()) > room:
        where = f"; {page.links.elsewhere} has it" if room < _LARGEST else ""
        yield f"_The diagram is left out for its size{where}._"
        return
    keys = "\n\nNeighbours are drawn with their keys alone." if shown.neighbours else ""
    hidden = f" {phrases.plural(shown.hidden, 'more neighbour')} not drawn." if shown.hidden else ""
    yield from fold(_summary(shown), fence(source, "mermaid") + keys + hidden)


def _summary(shown: Picture) -> str:
    near = f" and {phrases.plural(len(shown.neighbours), 'neighbour')}" if shown.neighbours else ""
    return f"Diagram: {phrases.plural(len(shown.touched), 'table')}{near}"
