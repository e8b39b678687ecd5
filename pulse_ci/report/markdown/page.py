"""What every section of the document is given, and the folds that they write."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.report import phrases
from pulse_ci.report.escape import code_span, escape_cell, link, quote_path, truncate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


_MAX_NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Links:
    """Where things are on GitHub; what is None is written without a link. All parts are ours, not a stranger's."""

    blob_url: str | None = None  # https://github.com/OWNER/REPO/blob/SHA
    run_url: str | None = None
    summary_url: str | None = None  # where the whole report is, for a document that had to leave something out
    commit: str | None = None
    label: str | None = None
    version: str = ""
    rules_url: str | None = None  # the directory of the pages that explain the rules
    renders_mermaid: bool = True  # whether the server draws Mermaid

    @property
    def full_report(self) -> str:
        """What has all that had to be left out."""
        return link("the job summary", self.summary_url) if self.summary_url else "the JSON report"


@dataclass(frozen=True, slots=True)
class SectionLimits:
    """How much of each part is shown, in entries, or in bytes of SQL and of a diagram; None is all of it."""

    findings: int | None = None
    sentence: int | None = None
    changes: int | None = None
    sql: int | None = None
    diagram: int | None = None
    proofs: int | None = None
    rows: int | None = None
    queries: int | None = None
    drift: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The document that is being written: where its links go, and how much room there is."""

    links: Links
    limits: SectionLimits

    def render_omitted(self, count: int, noun: str) -> str:
        """Return the line that says how many entries are missing and where they are; nothing for none."""
        if count <= 0:
            return ""
        return f"_{phrases.pluralize(count, noun)} left out for size; {self.links.full_report} has all._"

    def render_location(self, path: str, line: int) -> str:
        """Return a file's name and line, linked to the line at the head commit."""
        name = truncate(path.rpartition("/")[2], _MAX_NAME_LENGTH)
        location = code_span(f"{name}:{line}")
        return link(location, f"{self.links.blob_url}/{quote_path(path)}#L{line}") if self.links.blob_url else location


def join_blocks(parts: Iterable[str]) -> str:
    """Return the parts that say something, each a block of its own."""
    return "\n\n".join(stripped for part in parts if (stripped := part.strip()))


def render_details(summary: str, body: str) -> Iterator[str]:
    """Yield a part that opens on a click; `summary` is plain text. An empty body yields nothing."""
    yield from render_fold(html.escape(summary), body)


def render_fold(summary: str, body: str) -> Iterator[str]:
    """Yield a part that opens on a click; `summary` is HTML. An empty body yields nothing."""
    if body.strip():
        yield f"<details><summary>{summary}</summary>\n\n{body.strip()}\n\n</details>"


def render_table(head: str, rows: list[str]) -> str:
    """Return a table; `head` is its first line, cells between bars."""
    columns = head.count("|") - 1
    return "\n".join([head, "|" + "---|" * columns, *rows])


def render_row(*cells: str) -> str:
    """Return a row of a table; each cell is a line of Markdown."""
    return f"| {' | '.join(map(escape_cell, cells))} |"


def limit_table(head: str, rows: list[str], most: int) -> Iterator[str]:
    """Yield a table of at most so many rows, and how many it leaves out."""
    if rows[:most]:
        yield render_table(head, rows[:most])
    if len(rows) > most:
        yield f"_{len(rows) - most} more; the JSON report has them all._"


def fit_to_size(
    head: str, parts: Callable[[int], Iterable[str]], steps: Iterable[int], max_bytes: int, footer: str = ""
) -> str:
    """Return head, parts and footer; `parts` gets how many entries to show, the first of `steps` that fits."""
    for most in steps:
        text = "\n\n".join(filter(None, [head, *parts(most), footer])) + "\n"
        if len(text.encode()) <= max_bytes:
            return text
    return f"{head}\n\nThe rest does not fit here; the JSON report has it all.\n{footer}"
