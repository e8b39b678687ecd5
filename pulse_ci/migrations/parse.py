"""An SQL file's text to a Migration: header, statements, ignores, commented reverse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pulse_ci.migrations.header import CommentLine, Header, parse_header
from pulse_ci.sql.split import LineIndex, Statement, split, split_tokens
from pulse_ci.sql.tokens import Token, TokenKind, tokenize

if TYPE_CHECKING:
    from pulse_ci.migrations.source import SourceFile

_NAME = re.compile(r"([0-9]{1,9})_[A-Za-z0-9][A-Za-z0-9_.-]*\.sql")
_LEADING_NUMBER = re.compile(r"[0-9]{1,9}")
_IGNORE = re.compile(r"\s*pulse-ci:\s*(ignore-file|ignore)\b[ \t]*(\S*)[ \t]*(.*?)\s*$")
_REVERSE_HEADING = re.compile(r"\s*(?:reverse|rollback|down)\s*:(.*)$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """Some lines of one file, counted from 1."""

    path: str
    line: int = 1
    end_line: int = 1


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment that silences one rule, for a statement (its lines) or for the whole file (None)."""

    rule: str
    reason: str
    place: Place
    lines: range | None


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """A comment or a quote that is never closed."""

    what: str
    place: Place


@dataclass(frozen=True, slots=True)
class Migration:
    """One SQL file as its author wrote it."""

    path: str
    text: str
    header: Header
    statements: tuple[Statement, ...]
    reverse_block: tuple[Statement, ...]
    ignores: tuple[Ignore, ...]
    open_end: OpenEnd | None
    problem: str | None
    problem_line: int

    @property
    def name(self) -> str:
        """The file's name, which is what D1's migrations table records."""
        return PurePosixPath(self.path).name

    @property
    def digits(self) -> str | None:
        """The number as it is spelled, or None where the name is not `NNN_description.sql`."""
        return _digits(self.path)

    @property
    def number(self) -> int | None:
        """The migration number, or None where the name is not `NNN_description.sql`."""
        return number_of(self.path)

    @property
    def order(self) -> tuple[bool, int, str]:
        """Sort key of wrangler: by leading integer, files without one last, then by name.

        Source: workers-sdk, packages/wrangler/src/d1/migrations/helpers.ts, compareMigrationPaths.
        """
        match = _LEADING_NUMBER.match(self.name)
        return (match is None, int(match[0]) if match else 0, self.name)

    @property
    def reverse_of(self) -> int | None:
        """The number that the header `-- Reverse migration NNN` names, if it has one."""
        return int(self.header.reverse_of.value) if self.header.reverse_of else None

    def place(self, statement: Statement | None = None) -> Place:
        """Return where `statement` stands, or the top of the file."""
        return Place(self.path, statement.line, statement.end_line) if statement else Place(self.path)

    def place_of_line(self, line: int) -> Place:
        """Return one line of this file as a Place."""
        return Place(self.path, line, line)


def number_of(path: str) -> int | None:
    """Return the migration number in a file's name, or None where it is not `NNN_description.sql`."""
    digits = _digits(path)
    return int(digits) if digits else None


def _digits(path: str) -> str | None:
    match = _NAME.fullmatch(PurePosixPath(path).name)
    return match[1] if match else None


def parse(source: SourceFile) -> Migration:
    """Read one file; text that is not SQL gives a Migration all the same, for the replay to judge."""
    tokens = tuple(tokenize(source.text))
    statements = split_tokens(source.text, tokens)
    comments = _comment_lines(source.text, tokens)
    first = statements[0].line if statements else len(source.text) + 1
    last = statements[-1].end_line if statements else 0
    return Migration(
        path=source.path,
        text=source.text,
        header=parse_header(comment for comment in comments if comment.line < first),
        statements=statements,
        reverse_block=_reverse_block([comment for comment in comments if comment.line > last]),
        ignores=_ignores(source.path, comments, statements),
        open_end=_open_end(source, tokens),
        problem=source.problem,
        problem_line=source.problem_line,
    )


def _comment_lines(text: str, tokens: tuple[Token, ...]) -> list[CommentLine]:
    lines = LineIndex(text)
    found = []
    for token in tokens:
        if token.kind in (TokenKind.COMMENT, TokenKind.OPEN_COMMENT):
            first = lines.position(token.start)[0]
            body = token.text[2:].removesuffix("*/") if token.text.startswith("/*") else token.text[2:]
            for offset, line in enumerate(body.split("\n")):
                found.append(CommentLine(line.rstrip("\r"), first + offset))
    return found


def _reverse_block(comments: list[CommentLine]) -> tuple[Statement, ...]:
    for index, comment in enumerate(comments):
        if heading := _REVERSE_HEADING.match(comment.text):
            rest = [CommentLine(heading[1], comment.line), *comments[index + 1 :]]
            lines = [""] * rest[-1].line
            for line in rest:
                lines[line.line - 1] = line.text
            return split("\n".join(lines))
    return ()


def _ignores(path: str, comments: list[CommentLine], statements: tuple[Statement, ...]) -> tuple[Ignore, ...]:
    found = []
    for comment in comments:
        if match := _IGNORE.match(comment.text):
            whole_file = match[1] == "ignore-file"
            lines = None if whole_file else _lines_below(comment.line, statements)
            found.append(Ignore(match[2], match[3], Place(path, comment.line, comment.line), lines))
    return tuple(found)


def _lines_below(line: int, statements: tuple[Statement, ...]) -> range:
    below = next((statement for statement in statements if statement.line >= line), None)
    return range(below.line, below.end_line + 1) if below else range(0)


def _open_end(source: SourceFile, tokens: tuple[Token, ...]) -> OpenEnd | None:
    last = tokens[-1] if tokens else None
    if last is None or last.kind not in (TokenKind.OPEN_COMMENT, TokenKind.OPEN_QUOTE):
        return None
    line = LineIndex(source.text).position(last.start)[0]
    what = "comment" if last.kind is TokenKind.OPEN_COMMENT else f"quote {last.text[0]}"
    return OpenEnd(f"the {what} that starts here is never closed", Place(source.path, line, line))
