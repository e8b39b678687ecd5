"""Untrusted text to text that is only shown: the one place where Markdown is made safe.

What a pull request brings (SQL, file names, headers, D1's messages that quote them) must not become a link, a
mention, an image, a table, a fence or HTML, nor hide behind control or bidirectional characters.
"""

from __future__ import annotations

import json
import re
from urllib.parse import quote

_ZERO_WIDTH_SPACE = "\u200b"
# Control characters, and those that are not seen or that turn the direction of what follows.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# What means something anywhere; what does at the start of a line, and the colon that opens an emoji's name.
_PUNCTUATION = re.compile(r"([\\`*_\[\]<>|~&$]|^[#+=-]|:(?=[\w+-]))")
_LIST_NUMBER = re.compile(r"^(\d+)([.)])")
# GitHub turns these into links after the Markdown is rendered, where no backslash helps.
_AUTOLINKED = re.compile(r"(@|#|GH-|(?<=\w)/(?=\w)|:(?=//)|www|mailto|xmpp)", re.IGNORECASE)
_HEX_RUN = re.compile(r"([0-9a-f]{6})(?=[0-9a-f])", re.IGNORECASE)
_BACKTICKS = re.compile(r"`+")


def escape_invisible(text: str) -> str:
    """Return `text` with every character that cannot be seen spelled out as `\\u{…}`; line ends and tabs stay."""
    text = text.replace("\r\n", "\n")
    return _INVISIBLE.sub(lambda match: f"\\u{{{ord(match[0]):x}}}", text)


def dump_json(value: object) -> str:
    """Return indented JSON in which what cannot be seen, or is half a character, is spelled `\\uXXXX`."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    # In a log, GitHub's runner takes `##[` anywhere as the beginning of a command.
    return _INVISIBLE.sub(lambda match: json.dumps(match[0])[1:-1], text).replace("##[", "#\\u0023[") + "\n"


def escape_text(text: str) -> str:
    """Return Markdown that shows `text` on one line, and nothing else."""
    line = " ".join(escape_invisible(text).split())
    line = _HEX_RUN.sub(lambda match: match[1] + _ZERO_WIDTH_SPACE, line)
    line = _AUTOLINKED.sub(lambda match: match[1] + _ZERO_WIDTH_SPACE, line)
    return _LIST_NUMBER.sub(r"\1\\\2", _PUNCTUATION.sub(r"\\\1", line))


def code_span(text: str, limit: int | None = None) -> str:
    """Return a code span that shows `text` on one line, or about its first `limit` characters."""
    line = " ".join(escape_invisible(truncate(text, limit)).split()) or " "
    ticks = "`" * (_find_longest_run(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def truncate(text: str, limit: int | None) -> str:
    """Return `text`, or its beginning and an ellipsis where it is longer than `limit`."""
    return text if limit is None or len(text) <= limit else f"{text[:limit]}…"


def escape_cell(markdown: str) -> str:
    """Return one line of Markdown made fit for a table cell, which a bar would end even in a code span."""
    return markdown.replace("|", "\\|")


def escape_message(text: str, limit: int | None = None) -> str:
    """Return Markdown for a message in which `…` marks code, as findings write them; cut after `limit` characters.

    Wherever a hostile name puts backticks of its own, each part is still escaped one way or the other.
    """
    parts = truncate(text, limit).split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["`".join(parts[-2:])]
    spans = [
        code_span(part) if index % 2 else escape_text_part(part) or _ZERO_WIDTH_SPACE
        for index, part in enumerate(parts)
    ]
    return "".join(spans).strip(_ZERO_WIDTH_SPACE)


def escape_text_part(text: str) -> str:
    """Do as `plain`, and keep the spaces at both ends."""
    lead = " " if text[:1] == " " else ""
    trail = " " if text[-1:] == " " and text.strip() else ""
    return f"{lead}{escape_text(text)}{trail}"


def code_block(text: str, language: str = "") -> str:
    """Return a code block that `text` cannot end."""
    body = escape_invisible(text).strip("\n")
    ticks = "`" * max(3, _find_longest_run(body) + 1)
    return f"{ticks}{language}\n{body}\n{ticks}"


def suggestion_block(text: str) -> str | None:
    """Return the block that GitHub offers to put in place of the lines it stands at; no text takes them away.

    None where the block would not show every character that it writes: nobody shall accept what cannot be seen.
    """
    if escape_invisible(text) != text:
        return None
    ticks = "`" * max(3, _find_longest_run(text) + 1)
    return f"{ticks}suggestion\n{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{ticks}"


def link(markdown: str, url: str) -> str:
    """Return a link; `url` is one of ours, with its untrusted parts quoted by `path_in_url`."""
    return f"[{markdown}]({url})"


def quote_path(path: str) -> str:
    """Return a file's path as part of a URL."""
    return quote(path.encode(errors="surrogatepass"), safe="/")


def _find_longest_run(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)
