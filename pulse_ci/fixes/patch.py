"""Two texts of a file to the lines that differ, and to a patch as `git apply` takes it."""

from __future__ import annotations

from difflib import SequenceMatcher, unified_diff
from typing import TYPE_CHECKING

from pulse_ci.model import LineEdit

if TYPE_CHECKING:
    from collections.abc import Iterator


def find_line_edits(path: str, before: str | None, after: str) -> Iterator[LineEdit]:
    """Yield the edits that make `after` of `before`, None for a file that is not there."""
    old, new = _split_lines(before or ""), _split_lines(after)
    for kind, first, last, start, end in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            continue
        if first == last and old:
            # Something is only added: the line that it stands at is written again.
            at = min(first, len(old) - 1)
            text = [*new[start:end], old[at]] if at == first else [old[at], *new[start:end]]
            yield LineEdit(path, at + 1, at + 1, "".join(text))
        else:
            yield LineEdit(path, first + 1, last, "".join(new[start:end]))


def make_patch(path: str, before: str | None, after: str) -> str:
    """Return the unified diff that makes `after` of `before`, None for a file that is not there."""
    was = f"a/{path}" if before is not None else "/dev/null"
    lines = unified_diff(_split_lines(before or ""), _split_lines(after), was, f"b/{path}", lineterm="\n")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _split_lines(text: str) -> list[str]:
    # Only what git takes for the end of a line: str.splitlines() knows more.
    lines = text.split("\n")
    return [*(f"{line}\n" for line in lines[:-1]), *filter(None, lines[-1:])]
