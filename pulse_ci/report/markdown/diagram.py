"""The touched tables and their neighbours, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.report import phrases
from pulse_ci.report.er_model import MAX_CHANGED_TABLES, build_er_model, find_changed_tables
from pulse_ci.report.escape import code_block
from pulse_ci.report.markdown.page import render_details
from pulse_ci.report.mermaid import render_er_diagram

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse_ci.report.er_model import ErModel
    from pulse_ci.report.markdown.page import Page
    from pulse_ci.report.models import Report, Schemas

# Mermaid refuses a text of more than 50,000 characters; nobody reads one of a third of that.
_MAX_BYTES = 16_000


def render(report: Report, page: Page) -> Iterator[str]:
    """Yield the diagram, folded, where tables change and the server draws; say so where it would be too large."""
    changed_tables = find_changed_tables(report.changes)
    if report.schemas is None or not changed_tables or not page.links.renders_mermaid:
        return
    if len(changed_tables) > MAX_CHANGED_TABLES:
        yield f"_No diagram: {phrases.pluralize(len(changed_tables), 'table')} change, too many to read in one._"
        return
    yield from _render_diagram(report, report.schemas, page)


def _render_diagram(report: Report, schemas: Schemas, page: Page) -> Iterator[str]:
    model = build_er_model(report.changes, schemas)
    source = render_er_diagram(model)
    max_bytes = _MAX_BYTES if page.limits.diagram is None else min(_MAX_BYTES, page.limits.diagram)
    if len(source.encode()) > max_bytes:
        full_report = f"; {page.links.full_report} has it" if max_bytes < _MAX_BYTES else ""
        yield f"_The diagram is left out for its size{full_report}._"
        return
    neighbours_note = "\n\nNeighbours are drawn with their keys alone." if model.neighbours else ""
    hidden_note = (
        f" {phrases.pluralize(model.hidden_neighbours, 'more neighbour')} not drawn." if model.hidden_neighbours else ""
    )
    yield from render_details(_render_summary(model), code_block(source, "mermaid") + neighbours_note + hidden_note)


def _render_summary(model: ErModel) -> str:
    neighbours = f" and {phrases.pluralize(len(model.neighbours), 'neighbour')}" if model.neighbours else ""
    return f"Diagram: {phrases.pluralize(len(model.changed_tables), 'table')}{neighbours}"
