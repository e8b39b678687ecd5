"""Write the parts of the docs that follow from the code; with --check, say which are out of date."""

from __future__ import annotations

import dataclasses
import re
import shutil
import sys
import tempfile
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from pulse_ci.cli import format_help  # noqa: E402
from pulse_ci.commands.check import check  # noqa: E402
from pulse_ci.commands.output import render  # noqa: E402
from pulse_ci.commands.request import build_request  # noqa: E402
from pulse_ci.report import Report, markdown  # noqa: E402
from pulse_ci.report.markdown import Links  # noqa: E402
from pulse_ci.report.phrases import join_words  # noqa: E402
from pulse_ci.rules.registry import RULES  # noqa: E402
from pulse_ci.rules.rule_docs import render_rule_page  # noqa: E402


def main(words: list[str]) -> int:
    """Write what is out of date, or with --check only name it; return 1 where something was."""
    only_check = "--check" in words
    stale = {path: text for path, text in generated().items() if not path.exists() or path.read_text() != text}
    for path, text in stale.items():
        if not only_check:
            path.write_text(text)
        print(f"{'out of date' if only_check else 'written'}: {path.relative_to(ROOT)}")  # noqa: T201
    return 1 if stale and only_check else 0


def generated() -> dict[Path, str]:
    """Return every generated file with the text that it should have."""
    readme = ROOT / "README.md"
    text = readme.read_text()
    demo = _demo()
    for name, body in (("help", _block(format_help())), ("rules", _table()), ("demo", _block(render(demo, "text")))):
        text = _put(text, name, body)
    return {readme: text, ROOT / "docs/rules.md": _rules(), ROOT / "docs/comment.md": _comment(demo)}


def _put(text: str, name: str, body: str) -> str:
    pattern = rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- {name} end -->)"
    return re.sub(pattern, lambda match: f"{match[1]}\n{body}\n{match[2]}", text, flags=re.DOTALL)


def _block(text: str) -> str:
    return f"```text\n{text.strip()}\n```\n"


def _table() -> str:
    rows = [f"| [`{rule.name}`](docs/rules.md#{rule.name}) | {rule.severity} | {rule.summary} |" for rule in RULES]
    return "\n".join(["| rule | severity | fires when |", "|---|---|---|", *rows, "", _conventions()])


def _conventions() -> str:
    names = join_words([f"`{rule.name}`" for rule in RULES if rule.is_convention])
    text = "Most are laws of D1 and of rows. Conventions, by which PULSE lives and another team may not, are "
    return textwrap.fill(f"{text}{names}.", 120, break_on_hyphens=False) + "\n"


def _demo() -> Report:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "migrations", Path(folder, "migrations"))
        shutil.copytree(ROOT / "examples/pull-request", folder, dirs_exist_ok=True)
        request = dataclasses.replace(build_request(Path(folder, "migrations")), baseline=21)
        return check(request)


def _comment(report: Report) -> str:
    head = "<!-- Written by `make docs`: the comment on examples/pull-request, drawn by GitHub as it draws any. -->"
    links = Links(blob_url="../examples/pull-request", rules_url="rules.md")
    return f"{head}\n\n{markdown.render(report, links)}"


def _rules() -> str:
    head = "# Rules\n\nWritten by `make docs` from the rules themselves; each example is also a test.\n"
    return "\n".join([head, *(f"## {rule.name}\n\n{render_rule_page(rule)}" for rule in RULES)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
