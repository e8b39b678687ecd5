"""Write the parts of the docs that follow from the code; with --check, say which are out of date."""

from __future__ import annotations

import dataclasses
import re
import shutil
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT))

from pulse_ci.cli import format_help  # noqa: E402
from pulse_ci.commands.check import check  # noqa: E402
from pulse_ci.commands.request import build_request  # noqa: E402
from pulse_ci.report import Report, markdown  # noqa: E402
from pulse_ci.report.markdown import Links  # noqa: E402
from pulse_ci.report.phrases import join_words  # noqa: E402
from pulse_ci.rules.registry import RULES  # noqa: E402
from pulse_ci.rules.rule_docs import render_rule_page  # noqa: E402

if TYPE_CHECKING:
    from pulse_ci.analysis.rule import Rule


def main(words: list[str]) -> int:
    """Write what is out of date, or with --check only name it; return 1 where something was."""
    only_check = "--check" in words
    stale = {path: text for path, text in generated().items() if not path.exists() or path.read_text() != text}
    for path, text in stale.items():
        if not only_check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        print(f"{'out of date' if only_check else 'written'}: {path.relative_to(ROOT)}")  # noqa: T201
    return 1 if stale and only_check else 0


def generated() -> dict[Path, str]:
    """Return every generated file with the text that it should have."""
    inputs, outputs = _read_action()
    return {
        DOCS / "cli.md": _fill(DOCS / "cli.md", help=_format_block(format_help())),
        DOCS / "inputs.md": _fill(DOCS / "inputs.md", inputs=inputs, outputs=outputs),
        DOCS / "comment.md": _render_comment(_check_demo()),
        DOCS / "rules/README.md": _render_rule_index(),
        **{DOCS / f"rules/{rule.name}.md": _render_rule(rule) for rule in RULES},
    }


def _fill(path: Path, **parts: str) -> str:
    """Return a document with new text between the markers of each named part."""
    text = path.read_text()
    for name, body in parts.items():
        pattern = rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- {name} end -->)"
        text, count = re.subn(
            pattern, lambda match, body=body: f"{match[1]}\n{body}\n{match[2]}", text, flags=re.DOTALL
        )
        if count != 1:
            sys.exit(f"{path.name} has {count} places for {name}")
    return text


def _format_block(text: str) -> str:
    return f"```text\n{text.strip()}\n```\n"


def _read_action() -> tuple[str, str]:
    """Return the tables of inputs and of outputs, from action.yml."""
    action = YAML(typ="safe").load(ROOT / "action.yml")
    inputs = [
        f"| `{name}` | {_clean(each['description'])} | {_format_default(each.get('default'))} |"
        for name, each in action["inputs"].items()
    ]
    outputs = [f"| `{name}` | {_clean(each['description'])} |" for name, each in action["outputs"].items()]
    return (
        "\n".join(["| input | what it sets | default |", "|---|---|---|", *inputs, ""]),
        "\n".join(["| output | value |", "|---|---|", *outputs, ""]),
    )


def _clean(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _format_default(value: object) -> str:
    return f"`{value}`" if value not in ("", None) else ""


def _check_demo() -> Report:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "migrations", Path(folder, "migrations"))
        shutil.copytree(ROOT / "examples/pull-request", folder, dirs_exist_ok=True)
        request = dataclasses.replace(build_request(Path(folder, "migrations")), baseline=21)
        return check(request)


def _render_comment(report: Report) -> str:
    head = "<!-- Written by `make docs`: the comment on examples/pull-request, rendered by GitHub like any comment. -->"
    links = Links(blob_url="../examples/pull-request", rules_url="rules")
    return f"{head}\n\n{markdown.render(report, links)}"


def _render_rule(rule: Rule) -> str:
    return f"# {rule.name}\n\n{render_rule_page(rule)}\n<!-- Written by `make docs` from pulse_ci/rules. -->\n"


def _render_rule_index() -> str:
    rows = [f"| [`{rule.name}`]({rule.name}.md) | {rule.severity} | {rule.summary} |" for rule in RULES]
    table = "\n".join(["| rule | severity | fires when |", "|---|---|---|", *rows])
    head = "# Rules\n\nWritten by `make docs` from the rules themselves. Each example is also a test.\n"
    return "\n".join([head, table, "", _format_conventions()])


def _format_conventions() -> str:
    names = join_words([f"`{rule.name}`" for rule in RULES if rule.is_convention])
    text = "Most rules concern what D1 rejects or what loses data. These are conventions that D1 does not require: "
    text += f"{names}."
    return textwrap.fill(text, 120, break_on_hyphens=False) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
