"""Changes to a diff of canonical SQL."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from pulse_ci.model import ObjectKind
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.model import Change
    from pulse_ci.report.models import Schemas
    from pulse_ci.schema.schema import Schema

_CONTEXT_LINES = 12


def format_schema_diff(changes: Iterable[Change], schemas: Schemas | None = None, limit: int | None = None) -> str:
    """Return the changes as a diff, with at most about `limit` bytes; a cut is said.

    With the schemas, a changed table is shown whole; without them, a changed column is shown alone.
    """
    lines = list(_diff_lines(changes, schemas))
    text, size = list[str](), 0
    for line in lines:
        size += len(line.encode(errors="replace")) + 1
        if limit is not None and size > limit:
            text.append(f" … {len(lines) - len(text)} more lines, left out for their size")
            break
        text.append(line)
    return "\n".join(text)


def _diff_lines(changes: Iterable[Change], schemas: Schemas | None) -> Iterator[str]:
    pairs = _pair_objects(changes, schemas) if schemas else _pair_changes(changes)
    for number, (comment, before, after) in enumerate(pairs):
        yield from [" "] if number else []
        yield from [f" -- {comment}"] if comment else []
        yield from _diff_texts(before, after)


def _pair_changes(changes: Iterable[Change]) -> Iterator[tuple[str, str, str]]:
    for change in changes:
        comment = f"{change.table}.{change.name}" if change.kind is ObjectKind.COLUMN else ""
        yield comment, change.before or "", change.after or ""


def _pair_objects(changes: Iterable[Change], schemas: Schemas) -> Iterator[tuple[str, str, str]]:
    objects = dict.fromkeys(
        (ObjectKind.TABLE, fold(each.table)) if each.kind is ObjectKind.COLUMN else (each.kind, fold(each.name))
        for each in changes
    )
    for kind, name in objects:
        yield "", _find_sql(schemas.before, kind, name), _find_sql(schemas.after, kind, name)


def _find_sql(schema: Schema, kind: ObjectKind, name: str) -> str:
    schema_object = schema.find(kind, name)
    return schema_object.normalized_sql if schema_object else ""


def _diff_texts(before: str, after: str) -> Iterator[str]:
    old, new = before.splitlines(), after.splitlines()
    # The comma that a last column gets, when another one follows it, is no change to be read.
    matcher = SequenceMatcher(None, [line.rstrip(",") for line in old], [line.rstrip(",") for line in new], False)
    for number, hunk in enumerate(matcher.get_grouped_opcodes(_CONTEXT_LINES)):
        yield from [" …"] if number else []
        for tag, start, end, new_start, new_end in hunk:
            if tag == "equal":
                yield from (f" {line}" for line in new[new_start:new_end])
            else:
                yield from (f"-{line}" for line in old[start:end])
                yield from (f"+{line}" for line in new[new_start:new_end])
