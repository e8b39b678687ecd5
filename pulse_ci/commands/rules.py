"""rules: the list of rules, or one of them explained."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from pulse_ci.errors import ConfigError
from pulse_ci.rules.page import abbreviated
from pulse_ci.rules.registry import RULES

if TYPE_CHECKING:
    from pulse_ci.rules.rule import Example, Rule

_MARK = " -- expect"


def list_rules() -> str:
    """Return a line for each rule."""
    width = max(len(rule.name) for rule in RULES)
    lines = [f"{rule.name:<{width}}  {rule.severity.value:<7}  {rule.summary}" for rule in RULES]
    return "\n".join([*lines, "", "pulse-ci rules NAME explains one."]) + "\n"


def explain(name: str) -> str:
    """Return what a rule looks for, why, and an example of each kind; raises ConfigError for an unknown name."""
    rule = next((rule for rule in RULES if rule.name == name), None)
    if rule is None:
        close = get_close_matches(name, [rule.name for rule in RULES], n=1)
        meant = f" Did you mean {close[0]}?" if close else ""
        raise ConfigError(f"There is no rule {name!r}.{meant} `pulse-ci rules` lists all.")
    return _explained(rule)


def _explained(rule: Rule) -> str:
    parts = [
        f"{rule.name} ({rule.severity.value}): {rule.summary}",
        f"Why\n{_indented(rule.problem)}",
        f"Instead\n{_indented(rule.remedy)}",
        f"Reported\n{_example(rule.bad)}",
        f"Not reported\n{_example(rule.good)}",
        f"To silence it, above a statement: -- pulse-ci: ignore {rule.name} REASON",
    ]
    return "\n\n".join(parts) + "\n"


def _example(example: Example) -> str:
    blocks = []
    for path, text in example.files.items():
        blocks.append(_indented(f"{path}\n{abbreviated(text.replace(_MARK, '   <- here'))}"))
    return "\n\n".join(blocks)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())
