"""A Picture to Mermaid's erDiagram, in a form that its oldest versions in use read too.

Grammar: https://github.com/mermaid-js/mermaid/blob/develop/packages/mermaid/src/diagrams/er/parser/erDiagram.jison
A name may hold anything in SQLite; here only what Mermaid takes for a part of a word stays, and the SQL beside the
diagram has the rest. States are told by words, not by colours: styles came late to this kind of diagram.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pulse_ci.model import ChangeAction
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulse_ci.report.er_model import Attribute, Entity, ErModel, Relation

_STATE_WORDS = {ChangeAction.ADDED: "new", ChangeAction.REMOVED: "removed", ChangeAction.MODIFIED: "changed"}
# No white space: a line with "direction" and "TB" in it would set the direction, even between quotes.
_UNSAFE = re.compile(r"[^\w.$-]+")
_NOT_A_WORD = re.compile(r"[^A-Za-z0-9_]+")
_KEYWORD = re.compile(r"(pk|fk|uk)", re.IGNORECASE)
_MAX_LENGTH = 40


def render_er_diagram(model: ErModel) -> str:
    """Return the diagram's source."""
    entities = (*model.changed_tables, *model.neighbours)
    labels = _make_labels(entities)
    lines = ["erDiagram"]
    for entity in entities:
        lines += _render_entity(entity, labels[fold(entity.name)])
    lines += [_render_relation(relation, labels) for relation in model.relations]
    return "\n".join(lines)


def _make_labels(entities: Iterable[Entity]) -> dict[str, str]:
    """Return a quoted label for each folded name; no two are alike, also where two names look alike here."""
    labels: dict[str, str] = {}
    for entity in entities:
        state = f" ({_STATE_WORDS[entity.change]})" if entity.change else ""
        label, number = f"{_make_label_text(entity.name)}{state}", 1
        while f'"{label}"' in labels.values():
            number += 1
            label = f"{_make_label_text(entity.name)}_{number}{state}"
        labels[fold(entity.name)] = f'"{label}"'
    return labels


def _make_label_text(name: str) -> str:
    safe = _UNSAFE.sub("_", name)
    return (safe if len(safe) <= _MAX_LENGTH else f"{safe[:_MAX_LENGTH]}…") or "_"


def _render_entity(entity: Entity, label: str) -> Iterator[str]:
    if not entity.attributes:
        yield f"  {label}"
        return
    yield f"  {label} {{"
    yield from (f"    {_render_attribute(attribute)}" for attribute in entity.attributes)
    if entity.hidden_columns:
        yield f'    and more "{entity.hidden_columns} columns not shown"'
    yield "  }"


def _render_attribute(attribute: Attribute) -> str:
    name = _make_word(attribute.name)
    matches = [_make_label_text(attribute.name)] if name != attribute.name else []
    matches += [_STATE_WORDS[attribute.change]] if attribute.change else []
    keys = f" {', '.join(attribute.keys)}" if attribute.keys else ""
    comment = f' "{", ".join(matches)}"' if matches else ""
    return f"{_make_word(attribute.type or 'any')} {name}{keys}{comment}"


def _make_word(text: str) -> str:
    word = _NOT_A_WORD.sub("_", text).strip("_")[:_MAX_LENGTH]
    return word if word[:1].isalpha() and not _KEYWORD.fullmatch(word) else f"c_{word}"


def _render_relation(relation: Relation, labels: dict[str, str]) -> str:
    parent, child = labels[fold(relation.parent)], labels[fold(relation.child)]
    left = "||" if relation.is_required else "|o"
    right = "o|" if relation.is_unique else "o{"
    label_parts = [_make_label_text(column) for column in relation.columns[:4]]
    label_parts += [relation.on_delete.lower()] if relation.on_delete != "NO ACTION" else []
    label_parts += [_STATE_WORDS[relation.change]] if relation.change else []
    return f'  {parent} {left}--{right} {child} : "{", ".join(label_parts)}"'
