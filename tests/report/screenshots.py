"""Comments as a reviewer sees them: `make screenshots` draws each case, folded and unfolded, wide and narrow."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import cmarkgfm  # type: ignore[import-untyped]
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]

from pulse_ci.report import markdown
from tests.report.cases import CASES

ROOT = Path(__file__).parents[2]
NODE_MODULES = ROOT / "tests/node/node_modules"
FOLDER = ROOT / "build/screenshots"
WIDTHS = (900, 400)
RUN = "https://github.com/octo/pulse/actions/runs/7/attempts/1"
LINKS = markdown.Links(
    blob_url="https://github.com/octo/pulse/blob/0123456",
    run_url=RUN,
    summary_url=RUN,
    commit="0123456789",
    version="1.0.0",
    rules_url="https://github.com/octo/pulse-migrate-action/blob/v1/docs/rules",
)
_PAGE = """<!doctype html><meta charset="utf-8"><style>{css} body {{ margin: 0 }}
.markdown-body {{ box-sizing: border-box; width: {width}px; padding: 16px }}</style>
<script src="{mermaid}"></script><script>mermaid.initialize({{ startOnLoad: true }})</script>
<article class="markdown-body">{body}</article>"""


def main(words: list[str]) -> int:
    """Draw the cases named, or all; return 1 where there is no browser."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("Install chromium to see the comments (Debian: apt-get install chromium).", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in words or CASES:
        text = CASES[name](LINKS)
        for width in WIDTHS:
            for state in ("folded", "unfolded"):
                _draw(browser, _page(text, width, state), width, FOLDER / f"{name}-{width}-{state}.png")
    return 0


def _page(text: str, width: int, state: str) -> str:
    body = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    if state == "unfolded":
        body = body.replace("<details>", "<details open>")
    body = re.sub(
        r'<pre lang="mermaid"><code>(.*?)</code></pre>', r'<pre class="mermaid">\1</pre>', body, flags=re.DOTALL
    )
    css = (NODE_MODULES / "github-markdown-css/github-markdown-light.css").read_text()
    mermaid = html.escape((NODE_MODULES / "mermaid/dist/mermaid.min.js").as_uri())
    return _PAGE.format(css=css, width=width, mermaid=mermaid, body=body)


def _draw(browser: str, page: str, width: int, picture: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.html")
        source.write_text(page, encoding="utf-8")
        flags = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=5000")
        size = f"--window-size={width},{1500 if 'unfolded' not in picture.name else 4000}"
        profile = f"--user-data-dir={folder}/profile"
        words = [browser, *flags, profile, size, f"--screenshot={picture}", source.as_uri()]
        subprocess.run(words, check=True, capture_output=True, timeout=120)
    print(picture.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
