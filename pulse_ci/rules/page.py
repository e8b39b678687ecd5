"""A rule to the page that explains it, in Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulse_ci.rules.rule import Example, Rule


def page(rule: Rule) -> str:
    """Return what the rule looks for, why, what to do, and an example of each kind."""
    return (
        f"**{rule.severity}**: {rule.summary}.\n\n{rule.problem}\n\n{rule.remedy}\n\n"
        f"Reported, on the lines marked:\n\n{_example(rule.bad)}\nNot reported:\n\n{_example(rule.good)}"
    )


def _example(example: Example) -> str:
    parts = []
    for path, text in example.files.items():
        marked = re.sub(r" -- expect$", "  -- ←", text, flags=re.MULTILINE)
        language, comment = ("toml", "#") if path.endswith(".toml") else ("sql", "--")
        parts.append(f"```{language}\n{comment} file: {path}\n{marked}```\n")
    return "\n".join(parts)
