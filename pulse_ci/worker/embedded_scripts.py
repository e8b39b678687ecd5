"""Vue, Svelte and Astro files to their scripts, with the lines where they were."""

from __future__ import annotations

import re

_SCRIPT = re.compile(rb"<script\b[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_FRONTMATTER = re.compile(rb"\A\s*---[ \t]*\r?\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_BLANKS = bytes(each if each == 0x0A else 0x20 for each in range(256))


def only_scripts(content: bytes, suffix: str) -> bytes:
    """Return `content` with everything but its scripts blanked, byte for byte."""
    found = _SCRIPT.finditer(content)
    spans = [match.span(1) for match in found]
    if suffix == "astro" and (match := _FRONTMATTER.match(content)):
        spans.insert(0, match.span(1))
    kept, position = [], 0
    for start, end in spans:
        if start >= position:
            kept += [content[position:start].translate(_BLANKS), content[start:end]]
            position = end
    kept.append(content[position:].translate(_BLANKS))
    return b"".join(kept)
