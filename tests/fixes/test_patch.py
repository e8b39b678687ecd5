"""A fix as lines and as a patch: both make the new text of the old one."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from pulse_ci.fixes.text_edits import apply_line_edits, find_line_edits, make_patch
from pulse_ci.model import LineEdit

if TYPE_CHECKING:
    from pathlib import Path

PAIRS = {
    "a line more at the top": ("b\nc\n", "a\nb\nc\n"),
    "a line more in the middle": ("a\nc\n", "a\nb\nc\n"),
    "a line more at the end": ("a\n", "a\nb\n"),
    "a line less": ("a\nb\nc\n", "a\nc\n"),
    "another line": ("a\nb\nc\n", "a\nB\nc\n"),
    "no end of line": ("a\nb", "a\nb;"),
    "an end of line more": ("a\nb", "a\nb\n"),
    "line ends of Windows": ("a\r\nb\r\n", "a\r\nB\r\nb\r\n"),
    "what only some take for a line end": ("a\x0bb\u2028c\n", "a\x0bb\u2028C\nd\n"),
    "an empty file": ("", "a\n"),
    "all of it": ("a\n", ""),
    "far apart": ("".join(f"{n}\n" for n in range(40)), "".join(f"{n if n % 30 else 'x'}\n" for n in range(40))),
}


@pytest.mark.parametrize(("before", "after"), PAIRS.values(), ids=PAIRS)
def test_the_lines_are_there_and_become_the_new_text(before: str, after: str) -> None:
    lines = before.splitlines(keepends=True) if "\u2028" not in before else [before]

    for edit in reversed(list(find_line_edits("x.sql", before, after))):
        assert 1 <= edit.line <= edit.end_line <= len(lines) or (not lines and edit.end_line == 0)
        lines[edit.line - 1 : edit.end_line] = [edit.text]

    assert "".join(lines) == after
    assert apply_line_edits(before, find_line_edits("x.sql", before, after)) == after


@pytest.mark.parametrize(("before", "after"), PAIRS.values(), ids=PAIRS)
def test_git_applies_the_patch(before: str, after: str, tmp_path: Path) -> None:
    path = tmp_path / "migrations" / "001_x.sql"
    path.parent.mkdir()
    path.write_bytes(before.encode())

    text = make_patch("migrations/001_x.sql", before, after)
    subprocess.run(["git", "apply", "--whitespace=nowarn"], cwd=tmp_path, input=text.encode(), check=True)

    assert (path.read_bytes().decode() if path.exists() else "") == after


def test_a_new_file_is_one_edit_of_no_line() -> None:
    assert list(find_line_edits("x.sql", None, "a\nb\n")) == [LineEdit("x.sql", 1, 0, "a\nb\n")]
    assert make_patch("x.sql", None, "a\n") == "--- /dev/null\n+++ b/x.sql\n@@ -0,0 +1 @@\n+a\n"
