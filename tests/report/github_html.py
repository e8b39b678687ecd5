"""Markdown to what GitHub makes of it, as facts that a test can ask for."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

import cmarkgfm  # type: ignore[import-untyped]
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]

_VOID = {"br", "img", "hr", "input"}
# Of these, the text before and the text after are no one word.
_APART = {"br", "td", "th", "li", "p", "summary", "h3", "h4"}
# What GitHub links in a text that is not code: a user, an issue, a commit.
_MAGIC = re.compile(r"(?<![\w`])@[a-z0-9]|(?<!\w)#[0-9]|\bGH-[0-9]|\b[0-9a-f]{7,40}\b", re.IGNORECASE)


@dataclass
class Page:
    """The elements of a rendered page, the addresses that it links, and what GitHub would make a link of."""

    tags: Counter[str] = field(default_factory=Counter)
    attributes: set[tuple[str, str]] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    text: str = ""
    unbalanced: list[str] = field(default_factory=list)

    @property
    def magic(self) -> list[str]:
        """What becomes a mention or a reference."""
        return _MAGIC.findall(self.text)


def rendered(markdown: str) -> Page:
    """Return what becomes of `markdown` on GitHub."""
    reader = _Reader()
    reader.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))
    reader.close()
    reader.page.unbalanced += reader.open
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        page = self.page
        page.tags[tag] += 1
        page.attributes |= {(tag, name) for name, _ in attrs}
        page.links += [str(value) for name, value in attrs if name in ("href", "src")]
        if tag in _APART:
            page.text += "\n"
        if tag == "tr":
            page.rows.append(0)
        if tag in ("td", "th"):
            page.rows[-1] += 1
        if tag in ("code", "pre"):
            page.code.append("")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.page.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if {"code", "pre"} & set(self.open):
            self.page.code[-1] += data
        else:
            self.page.text += data

    def handle_comment(self, _: str) -> None:
        self.page.tags["!--"] += 1
