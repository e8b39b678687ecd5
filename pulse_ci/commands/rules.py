"""rules: list the rules, or explain one."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

from pulse_ci.commands.exit_codes import OK
from pulse_ci.rules.error_rules import REQUIRED_RULES
from pulse_ci.rules.registry import RULES, find_rule
from pulse_ci.rules.rule_docs import truncate_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pulse_ci.analysis.rule import Example, Rule

_EXPECT_MARK = re.compile(r" (?:--|//) expect$", re.MULTILINE)


def run(_: str, options: Mapping[str, object]) -> int:
    """Print the list, or one rule's page; return the exit code."""
    name = options["name"]
    if options["format"] == "json":
        sys.stdout.write(serialize_rules([find_rule(str(name))] if name else RULES))
    else:
        sys.stdout.write(explain(str(name)) if name else list_rules())
    return OK


def serialize_rules(rules: Iterable[Rule]) -> str:
    """Return rules as a JSON list, for programs."""
    fields = [
        {
            "name": rule.name,
            "severity": rule.severity.value,
            "summary": rule.summary,
            "problem": rule.problem,
            "remedy": rule.remedy,
            "convention": rule.is_convention,
            "required": rule.name in REQUIRED_RULES,
        }
        for rule in rules
    ]
    return json.dumps(fields, indent=2, ensure_ascii=False) + "\n"


def list_rules() -> str:
    """Return a line for each rule."""
    width = max(len(rule.name) for rule in RULES)
    lines = [f"{rule.name:<{width}}  {rule.severity.value:<7}  {rule.summary}" for rule in RULES]
    conventions = ", ".join(rule.name for rule in RULES if rule.is_convention)
    tail = [
        "",
        "pulse-ci rules NAME explains one.",
        f"--skip NAME leaves one out, --skip conventions those that D1 does not ask for: {conventions}.",
    ]
    return "\n".join([*lines, *tail]) + "\n"


def explain(name: str) -> str:
    """Return what a rule looks for, why, and an example of each kind; raises ConfigError for an unknown name."""
    return _format_rule(find_rule(name))


def _format_rule(rule: Rule) -> str:
    parts = [
        f"{rule.name} ({rule.severity.value}): {rule.summary}",
        f"Why\n{_indent(rule.problem)}",
        f"Instead\n{_indent(rule.remedy)}",
        f"Reported\n{_format_example(rule.bad)}",
        f"Not reported\n{_format_example(rule.good)}",
        f"To silence it, above a statement: -- pulse-ci: ignore {rule.name} REASON",
        *_explain_skip(rule),
    ]
    return "\n\n".join(parts) + "\n"


def _explain_skip(rule: Rule) -> Iterator[str]:
    if rule.name not in REQUIRED_RULES:
        all_alike = "conventions, or --skip " if rule.is_convention else ""
        yield f"To leave it out everywhere: --skip {all_alike}{rule.name}"


def _format_example(example: Example) -> str:
    blocks = []
    for path, text in example.files.items():
        blocks.append(_indent(f"{path}\n{truncate_lines(_EXPECT_MARK.sub('   <- here', text))}"))
    return "\n\n".join(blocks)


def _indent(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())
