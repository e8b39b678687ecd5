"""What must not be shown, cut out of whatever is shown: the runner masks its own log, but no comment and no file."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from pulse_ci.report.models import Schemas

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MASK = "***"
_SECRET_VARIABLES = (
    "PULSE_CI_GITHUB_TOKEN",
    "PULSE_CI_API_TOKEN",
    "PULSE_CI_ACCOUNT_ID",
    "CLOUDFLARE_API_TOKEN",
    "CLOUDFLARE_ACCOUNT_ID",
    "GITHUB_TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
)
# Shorter than any token; a shorter value is one that was put there by mistake, and would blank half of the text.
_MIN_LENGTH = 8
# https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
_GITHUB_TOKEN = re.compile(r"\b(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{20,}")
_Part = TypeVar("_Part")


def find_secrets(environ: Mapping[str, str], extra: Iterable[str | None] = ()) -> tuple[str, ...]:
    """Return the tokens and account ids that the environment holds and that were given, the longest first."""
    values = {value.strip() for value in (*map(environ.get, _SECRET_VARIABLES), *extra) if value}
    return tuple(
        sorted((value for value in values if len(value) >= _MIN_LENGTH), key=lambda value: (-len(value), value))
    )


def redact(text: str, secrets: tuple[str, ...]) -> str:
    """Return `text` without the secrets, and without anything that has the form of a GitHub token."""
    for secret in secrets:
        text = text.replace(secret, _MASK)
    return _GITHUB_TOKEN.sub(_MASK, text)


def redact_report(report: _Part, secrets: tuple[str, ...]) -> _Part:
    """Return a report with every text in it redacted, before escaping could tear a secret apart.

    Schemas are left as they are: what is theirs comes from the files, or is the database's own.
    """
    match report:
        case Enum() | Schemas():
            return report
        case str():
            return redact(report, secrets)  # type: ignore[return-value]
        case tuple():
            return tuple(redact_report(each, secrets) for each in report)  # type: ignore[return-value]
        case dict():
            return {key: redact_report(each, secrets) for key, each in report.items()}  # type: ignore[return-value]
    if not is_dataclass(report) or isinstance(report, type):
        return report
    return replace(report, **{each.name: redact_report(getattr(report, each.name), secrets) for each in fields(report)})
