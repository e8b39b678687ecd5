"""A rule to the page that explains it, in Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulse_ci.analysis.rule import Example, Rule


_WIDEST, _TAIL = 200, 30
_LANGUAGES = {"toml": ("toml", "#"), "ts": ("ts", "//"), "prisma": ("prisma", "//")}


def render_rule_page(rule: Rule) -> str:
    """Return what the rule looks for, why, what to do, and an example of each kind."""
    return (
        f"**{rule.severity}**: {rule.summary}.\n\n{rule.problem}\n\n{rule.remedy}\n\n{_render_convention(rule)}"
        f"Reported, on the lines marked:\n\n{_render_example(rule.bad)}\nNot reported:\n\n{_render_example(rule.good)}"
    )


def _render_convention(rule: Rule) -> str:
    return (
        "A convention: D1 does not ask for it, and `--skip conventions` leaves it out.\n\n"
        if rule.is_convention
        else ""
    )


def truncate_lines(text: str) -> str:
    """Return an example with its longest lines cut in the middle: what is too long for D1 is too long for a page."""
    return "".join(
        line if len(line) <= _WIDEST else f"{line[: _WIDEST - _TAIL]} … {line[-_TAIL:]}"
        for line in text.splitlines(keepends=True)
    )


def _render_example(example: Example) -> str:
    parts = []
    for path, text in example.files.items():
        marked = re.sub(r" (--|//) expect$", r"  \1 ←", text, flags=re.MULTILINE)
        language, comment = _LANGUAGES.get(path.rpartition(".")[2], ("sql", "--"))
        parts.append(f"```{language}\n{comment} file: {path}\n{truncate_lines(marked)}```\n")
    return "\n".join(parts)
