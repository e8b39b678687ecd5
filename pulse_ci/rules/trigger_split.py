"""trigger-split: triggers that D1's API is known to cut in the middle.

Cloudflare cuts what is sent to `/query`, and nobody outside knows how; `/import` and the engine cut as SQLite does.
The shapes here are those that people saw fail, and run when mended: docs/decisions/007.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pulse_ci.analysis.rule import Review, Rule, RuleMatch
from pulse_ci.engine.limits import MAX_STATEMENT_BYTES
from pulse_ci.model import Severity
from pulse_ci.rules.examples import make_example
from pulse_ci.sql.cursor import track_depth
from pulse_ci.sql.operations import Create
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.sql.tokens import Token

_BODY_KEYWORDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH")
_MAX_CASE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class _SplitCause:
    """A spelling at which a trigger is cut: why, and how to spell it."""

    reason: str
    remedy: str


def find_split_causes(sql: str) -> tuple[_SplitCause, ...]:
    """Return what makes D1's API cut a CREATE TRIGGER in the middle."""
    if len(sql) > MAX_STATEMENT_BYTES:
        return ()  # D1 refuses it for that
    tokens = list(tokenize_code(sql))
    starts = (place for place, (token, after) in enumerate(pairwise(tokens)) if _begins_body(token, after))
    body_start = next(starts, None)
    return tuple(_find_causes(sql, tokens[body_start:])) if body_start is not None else ()


def _begins_body(token: Token, after: Token) -> bool:
    return token.keyword == "BEGIN" and after.keyword in _BODY_KEYWORDS


def _find_causes(sql: str, body: Sequence[Token]) -> Iterator[_SplitCause]:
    if body[0].text != "BEGIN":
        yield _SplitCause(f"it looks for BEGIN in capitals, and here stands `{body[0].text}`", "Write `BEGIN`.")
    if "\r\n" in sql[body[0].start : body[-1].end]:
        yield _SplitCause(
            "its lines end in CRLF, which a wrangler from before August 2026 sends as they are",
            "Save the file with LF at its line ends (`.gitattributes`: `*.sql text eol=lf`).",
        )
    cases = [f"`({each})`" for each in _find_unparenthesized_cases(sql, body)]
    if cases:
        yield _SplitCause(
            "it takes the END of a CASE that stands in no parentheses for the trigger's own",
            f"Put CASE … END in parentheses: {', '.join(dict.fromkeys(cases))}.",
        )


def _find_unparenthesized_cases(sql: str, body: Sequence[Token]) -> Iterator[str]:
    """Yield the outermost CASE expressions that no parentheses enclose, each on one line and not too long."""
    nested, start = 0, 0
    for token, depth in track_depth(body):
        if depth == 0 and token.keyword == "CASE":
            start = start if nested else token.start
            nested += 1
        elif depth == 0 and token.keyword == "END" and nested:
            nested -= 1
            if nested == 0:
                text = " ".join(sql[start : token.end].split())
                yield text if len(text) <= _MAX_CASE_LENGTH else "CASE … END"


def _check(review: Review) -> Iterator[RuleMatch]:
    database = (review.database and (review.database.name or review.database.binding)) or "DATABASE"
    for migration in review.new:
        for statement in migration.statements:
            match statement.operation:
                case Create("trigger", name) if causes := find_split_causes(statement.sql):
                    reasons = "; and ".join(cause.reason for cause in causes)
                    yield RuleMatch(
                        migration.locate(statement),
                        f"Trigger `{name}` runs on every local database. Where the file is sent as one text, as by "
                        f"`wrangler d1 migrations apply --remote`, D1's API cuts it in the middle and answers "
                        f"`incomplete input`: {reasons}.",
                        f"{' '.join(cause.remedy for cause in causes)} Or run the file with `wrangler d1 execute "
                        f"{database} --remote --file={migration.path}`, which cuts it where SQLite does.",
                    )


_BODY = "CREATE TRIGGER IF NOT EXISTS {name} AFTER INSERT ON sites {body}\n"
_SITES = "CREATE TABLE IF NOT EXISTS sites (site_id INTEGER PRIMARY KEY, kind TEXT);\n"
_UNDO = "DROP TRIGGER IF EXISTS kinds;\nDROP TRIGGER IF EXISTS names;\nDROP TABLE IF EXISTS sites;"
_KIND = "CASE WHEN new.kind = '' THEN NULL ELSE new.kind END"
_SET = "UPDATE sites SET kind = {value} WHERE site_id = new.site_id"

TRIGGER_SPLIT = Rule(
    name="trigger-split",
    severity=Severity.WARNING,
    summary="A trigger in a spelling that D1's API cuts in the middle",
    problem=(
        "`wrangler d1 migrations apply --remote` and `execute --remote --command` send one text, which Cloudflare does "
        "not cut into statements where SQLite does. It is known to stumble over a trigger whose BEGIN is not in "
        "capitals, whose lines end in CRLF, or that has a CASE … END outside all parentheses. The file runs on every "
        "local database, and fails there with `incomplete input`; nothing of it is kept."
    ),
    remedy="Spell it otherwise, or run the file with `wrangler d1 execute --remote --file`, which cuts as SQLite does.",
    bad=make_example(
        _SITES
        + _BODY.format(name="kinds", body=f"BEGIN {_SET.format(value=_KIND)}; END; -- expect")
        + _BODY.format(name="names", body="begin SELECT 1; end; -- expect"),
        reverse=_UNDO,
    ),
    good=make_example(
        _SITES
        + _BODY.format(name="kinds", body=f"BEGIN\n  {_SET.format(value=f'({_KIND})')};\nEND;")
        + _BODY.format(name="names", body="BEGIN SELECT 1; end;"),
        reverse=_UNDO,
    ),
    check=_check,
)
