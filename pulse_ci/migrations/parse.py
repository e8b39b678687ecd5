"""An SQL file's text to a Migration: header, statements, ignores, commented reverse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pulse_ci.layout import SegmentKey, find_digits, make_sort_key
from pulse_ci.migrations.header import CommentLine, Header, parse_header
from pulse_ci.sandbox import get_sandbox
from pulse_ci.sql.split import LineIndex, Statement, find_boundaries, split_statements
from pulse_ci.sql.tokens import Token, TokenKind, tokenize, tokenize_comments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulse_ci.migrations.source import SourceFile

_IGNORE = re.compile(r"pulse-ci:\s{0,9}(ignore-file|ignore)\b(.*)", re.DOTALL)
_TOO_LARGE_REMEDY = (
    "Split it into several migrations. If it is meant to be this large, set PULSE_CI_SANDBOX_FACTOR=4, which "
    "multiplies each of the sandbox's limits."
)
# A block that begins with anything else is prose, as in "-- Rollback: not needed".
_SQL_START = re.compile(
    r"(?:(?:DROP|ALTER)\s+(?:TABLE|INDEX|VIEW|TRIGGER)|CREATE|DELETE\s+FROM|INSERT\s+(?:INTO|OR)|REPLACE\s+INTO|UPDATE\s.+?\sSET|PRAGMA|SELECT|WITH|BEGIN)\s",
    re.IGNORECASE | re.DOTALL,
)
_REVERSE_HEADING = re.compile(r"\s*(?:reverse|rollback|down)\s*:(.*)$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Location:
    """Some lines of one file, counted from 1."""

    path: str
    line: int = 1
    end_line: int = 1


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment that silences one rule, for a statement (its lines) or for the whole file (None)."""

    rule: str
    reason: str
    location: Location
    lines: range | None


@dataclass(frozen=True, slots=True)
class UnterminatedToken:
    """A comment or a quote that is never closed."""

    description: str
    location: Location


@dataclass(frozen=True)
class Migration:
    """One SQL file as its author wrote it; its text is read as far as somebody asks."""

    path: str
    text: str
    problem: str | None = None
    problem_line: int = 1
    problem_remedy: str = "Make it a regular file of UTF-8 text."
    recorded_name: str | None = None

    @cached_property
    def header(self) -> Header:
        """What the comments before the first statement say."""
        leading = takewhile(lambda token: not token.is_code, tokenize(self.text))
        return parse_header(_split_comment_lines(self.text, leading))

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """The statements, in order."""
        return split_statements(self.text)

    @cached_property
    def _comment_tokens(self) -> tuple[Token, ...]:
        return tuple(tokenize_comments(self.text))

    @cached_property
    def _comments(self) -> tuple[CommentLine, ...]:
        return tuple(_split_comment_lines(self.text, self._comment_tokens))

    @cached_property
    def reverse_block(self) -> tuple[Statement, ...]:
        """The statements of a trailing comment headed `Reverse:`, at their true lines."""
        last = self.statements[-1].end_line if self.statements else 0
        return _parse_reverse_block([comment for comment in self._comments if comment.line > last])

    @cached_property
    def ignores(self) -> tuple[Ignore, ...]:
        """The comments that silence a rule."""
        return _parse_ignores(self.path, self._comments, self.statements)

    @cached_property
    def unterminated_token(self) -> UnterminatedToken | None:
        """The comment or quote that is never closed, if there is one."""
        return _find_unterminated_token(self.path, self.text, self._comment_tokens)

    @property
    def name(self) -> str:
        """What D1's migrations table records: the path relative to the migrations directory."""
        return self.recorded_name or PurePosixPath(self.path).name

    @property
    def file_name(self) -> str:
        """The name that a file of its own in `reverse/` has: the folder's name where a folder holds the migration."""
        folders, _, file_name = self.name.rpartition("/")
        return f"{folders.replace('/', '_')}.sql" if folders and file_name == "migration.sql" else file_name

    @property
    def digits(self) -> str | None:
        """The number as it is spelled, or None where the name begins with no number."""
        return find_digits(self.name)

    @cached_property
    def number(self) -> int | None:
        """The migration number, or None where the name begins with no number."""
        return parse_number(self.name)

    @property
    def sort_key(self) -> tuple[SegmentKey, ...]:
        """Sort key of wrangler."""
        return make_sort_key(self.name)

    @property
    def reversed_number(self) -> int | None:
        """The number that the header `-- Reverse migration NNN` names, if it has one."""
        return int(self.header.reversed_number.value) if self.header.reversed_number else None

    def locate(self, statement: Statement | None = None) -> Location:
        """Return where `statement` stands, or the top of the file."""
        return Location(self.path, statement.line, statement.end_line) if statement else Location(self.path)

    def locate_line(self, line: int) -> Location:
        """Return one line of this file as a Place."""
        return Location(self.path, line, line)


def parse_number(name: str) -> int | None:
    """Return the migration number in a recorded name, or None where it begins with no number."""
    digits = find_digits(name)
    return int(digits) if digits else None


def parse_migration(source: SourceFile, name: str | None = None) -> Migration:
    """Make a Migration of one file; text that is not SQL gives one all the same, for the replay to judge.

    One that is larger than the sandbox lets a request be has a problem and no text.
    """
    excess = None if source.problem else _find_exceeded_limit(source.text)
    if excess:
        return Migration(source.path, "", *excess, _TOO_LARGE_REMEDY, name)
    return Migration(source.path, source.text, source.problem, source.problem_line, recorded_name=name)


def _find_exceeded_limit(text: str) -> tuple[str, int] | None:
    """Return what there is too much of, and the line where it is."""
    limits = get_sandbox()
    size = len(text.encode()) if len(text) * 4 > limits.request_bytes else 0
    if size > limits.request_bytes:
        return f"has {size:,} bytes; the sandbox runs at most {limits.request_bytes:,}", 1
    if text.count(";") < limits.statements and len(text) <= limits.statement_bytes:
        return None
    for count, (start, end, _) in enumerate(find_boundaries(text, limits.statement_bytes)):
        if count == limits.statements:
            return f"has more than {count:,} statements, which is all that the sandbox runs", _get_line(text, start)
        if end - start > limits.statement_bytes:
            most = f"{limits.statement_bytes:,}"
            return f"has a statement of more than {most} bytes, which is not read; D1 takes 100,000", _get_line(
                text, start
            )
    return None


def _get_line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _split_comment_lines(text: str, tokens: Iterable[Token]) -> list[CommentLine]:
    lines = LineIndex(text)
    found = []
    for token in tokens:
        if token.kind in (TokenKind.COMMENT, TokenKind.UNTERMINATED_COMMENT):
            first = lines.locate(token.start)[0]
            body = token.text[2:].removesuffix("*/") if token.text.startswith("/*") else token.text[2:]
            for offset, line in enumerate(body.split("\n")):
                found.append(CommentLine(line.rstrip("\r"), first + offset))
    return found


def _parse_reverse_block(comments: list[CommentLine]) -> tuple[Statement, ...]:
    for index, comment in enumerate(comments):
        if heading := _REVERSE_HEADING.match(comment.text):
            rest = [CommentLine(heading[1], comment.line), *comments[index + 1 :]]
            lines = [""] * rest[-1].line
            for line in rest:
                lines[line.line - 1] = line.text
            statements = split_statements("\n".join(lines))
            return statements if statements and _SQL_START.match(statements[0].sql) else ()
    return ()


def _parse_ignores(path: str, comments: Iterable[CommentLine], statements: tuple[Statement, ...]) -> tuple[Ignore, ...]:
    found = []
    for comment in comments:
        if match := _IGNORE.match(comment.text.strip()):
            rule, _, reason = match[2].strip().partition(" ")
            whole_file = match[1] == "ignore-file"
            lines = None if whole_file else _find_following_lines(comment.line, statements)
            found.append(Ignore(rule, _require_letters(reason), Location(path, comment.line, comment.line), lines))
    return tuple(found)


def _require_letters(reason: str) -> str:
    """Return a reason that somebody can read; nothing for one without a visible letter or digit."""
    return reason.strip() if any(character.isalnum() for character in reason) else ""


def _find_following_lines(line: int, statements: tuple[Statement, ...]) -> range:
    following = next((statement for statement in statements if statement.line >= line), None)
    return range(following.line, following.end_line + 1) if following else range(0)


def _find_unterminated_token(path: str, text: str, comment_tokens: tuple[Token, ...]) -> UnterminatedToken | None:
    last = comment_tokens[-1] if comment_tokens else None
    if last is None or last.kind is TokenKind.COMMENT:
        return None
    line = LineIndex(text).locate(last.start)[0]
    what = "comment" if last.kind is TokenKind.UNTERMINATED_COMMENT else f"quote {last.text[0]}"
    return UnterminatedToken(f"the {what} that starts here is never closed", Location(path, line, line))
