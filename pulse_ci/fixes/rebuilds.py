"""rebuild-…: a rebuild that deletes or breaks rows of other tables, rewritten into one that keeps every row."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.errors import D1Refused, MigrationError
from pulse_ci.fixes.fix_context import FixCandidate, SkippedFix
from pulse_ci.fixes.rebuild_block import NotFixable, RebuildBlock, find_rebuild_blocks
from pulse_ci.fixes.statements import add_guard, find_pragmas
from pulse_ci.fixes.text_edits import (
    BREAKPOINT,
    TextEdit,
    apply_edits,
    find_joint,
    find_line_end,
    find_start,
    make_removal,
)
from pulse_ci.fixes.verify_rows import require_rows_kept
from pulse_ci.model import ChangeAction, ObjectKind
from pulse_ci.rewrite.ddl_statements import build_create, clean_statement, quote_for_comment
from pulse_ci.rewrite.safe_rebuild import plan_rebuild, replace_table
from pulse_ci.schema.introspect import build_schema, make_master_row
from pulse_ci.sql.names import fold
from pulse_ci.sql.operations import AddColumn, Create, Drop, DropColumn, RenameColumn, RenameTable, parse_operation
from pulse_ci.sql.tokens import TokenKind, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.fixes.fix_context import FixContext
    from pulse_ci.schema.schema import Index, Schema, SchemaObject, Trigger

RULES = ("rebuild-cascades", "rebuild-fails-with-rows", "rebuild-self-reference", "rebuild-renames-references")
_IGNORE_COMMENT = "-- pulse-ci: ignore not-idempotent SQLite cannot guard {0}; it replaces a rebuild of {1}"
_ALTER_KEYWORDS = {AddColumn: "ADD COLUMN", DropColumn: "DROP COLUMN", RenameColumn: "RENAME COLUMN"}


def propose(context: FixContext) -> Iterator[FixCandidate | SkippedFix]:
    """Propose each unsafe rebuild rewritten: altered in place where possible, else with all that refers to it."""
    yield from _propose(context, RULES)


def propose_without_deferral(context: FixContext) -> Iterator[FixCandidate | SkippedFix]:
    """Propose the same for a rebuild that passes only because its violations are never checked."""
    yield from _propose(context, ("defer-foreign-keys-off",))


def _propose(context: FixContext, rules: tuple[str, ...]) -> Iterator[FixCandidate | SkippedFix]:
    found = context.find_findings(*rules)
    if not found or not context.analysis.took_effect:
        return
    every = tuple(find_rebuild_blocks(context.analysis))
    yield from (SkippedFix(found[0].rule, str(each)) for each in every if isinstance(each, NotFixable))
    blocks = tuple(each for each in every if isinstance(each, RebuildBlock))
    for several in (blocks, *((block,) for block in blocks if len(blocks) > 1)):
        for in_place in (True, False):
            try:
                yield from _rewrite_blocks(context, found[0].rule, several, in_place=in_place)
            except (NotFixable, MigrationError, D1Refused) as reason:
                yield SkippedFix(found[0].rule, str(reason))


def _rewrite_blocks(
    context: FixContext, rule: str, blocks: tuple[RebuildBlock, ...], *, in_place: bool
) -> Iterator[FixCandidate]:
    rewritten = [_rewrite_block(context, block, in_place=in_place) for block in blocks]
    edits = [edit for form in rewritten for edit in form.edits]
    edits += _remove_pragmas_around(context, edits)
    names = ", ".join(quote_for_comment(rebuilt.rebuild.table) for block in blocks for rebuilt in block.rebuilt_tables)
    summary = f"rewrites the rebuild of {names}, so that every row is kept"
    restores = frozenset[str]().union(*(form.restored_names for form in rewritten))
    if blocks:
        yield FixCandidate(rule, {context.path: apply_edits(context.text, edits)}, summary, restores)


@dataclass(frozen=True, slots=True)
class _RewrittenBlock:
    """A rewritten block, and the folded names of the tables that become again what they were."""

    edits: tuple[TextEdit, ...]
    restored_names: frozenset[str]


def _rewrite_block(context: FixContext, block: RebuildBlock, *, in_place: bool) -> _RewrittenBlock:
    if in_place:
        with suppress(NotFixable, MigrationError, D1Refused):
            return _rewrite_block_with(context, block, in_place=True)
    return _rewrite_block_with(context, block, in_place=False)


def _rewrite_block_with(context: FixContext, block: RebuildBlock, *, in_place: bool) -> _RewrittenBlock:
    wanted, restores = _find_wanted_schema(block)
    kept = _find_recreated(context, block) if in_place else ()
    wanted = build_schema(map(make_master_row, (*wanted.objects, *kept)))
    copies = {rebuilt.rebuild.table: rebuilt.expressions for rebuilt in block.rebuilt_tables}
    statements = plan_rebuild(block.before, wanted, copies, in_place=in_place)
    if in_place and _moves_tables(statements):
        raise NotFixable("ALTER TABLE does not lead there")
    require_rows_kept(context.analysis.replayed.content_before, block, statements, wanted)
    own = _build_edit(context.text, block, _format_statements(block, wanted, statements))
    return _RewrittenBlock((own, *_add_guards(context, {fold(item.name) for item in kept})), restores)


def _moves_tables(statements: Sequence[str]) -> bool:
    return any(isinstance(parse_operation(statement), RenameTable) for statement in statements)


def _find_wanted_schema(block: RebuildBlock) -> tuple[Schema, frozenset[str]]:
    """Return the schema after the block, with the foreign keys that a rename redirected as they were."""
    wanted, restored = block.after, set[str]()
    for rebuilt in block.rebuilt_tables:
        for child, _ in block.before.list_children(rebuilt.rebuild.table):
            now = wanted.find_table(child.name)
            if now and fold(child.name) not in block.tables and now.foreign_keys != child.foreign_keys:
                wanted = replace_table(wanted, child.name, child.sql)
                restored.add(fold(child.name))
    return wanted, frozenset(restored)


def _find_recreated(context: FixContext, block: RebuildBlock) -> tuple[Index | Trigger, ...]:
    """Return the indexes and triggers that the block drops with a table and the file creates again unchanged."""
    here: tuple[Index | Trigger, ...] = (*block.before.indexes, *block.before.triggers)
    gone = [item for item in here if fold(item.table) in block.tables and fold(item.name) not in block.after.names]
    after = context.analysis.replayed.after
    return tuple(item for item in gone if item in (after.find_index(item.name), after.find_trigger(item.name)))


def _add_guards(context: FixContext, names: set[str]) -> Iterator[TextEdit]:
    """Yield the guards that let a file create objects that exist already."""
    for statement in context.analysis.migration.statements:
        match statement.operation:
            case Create("index" | "trigger", name) if fold(name) in names:
                yield from add_guard(statement)


def _format_statements(block: RebuildBlock, wanted: Schema, statements: Sequence[str]) -> Iterator[str]:
    """Yield the statements as the file will have them: a new table in its author's own words."""
    tables = filter(None, map(wanted.find_table, block.tables))
    own = {clean_statement(table.sql): f"{table.sql};" for table in tables}
    if _moves_tables(statements):
        names = " and ".join(quote_for_comment(rebuilt.rebuild.table) for rebuilt in block.rebuilt_tables)
        what = f"{names} and what refers to it"
        yield f"-- {what} are renamed, created again and filled, so that ON DELETE finds no rows."
    for statement in statements:
        match parse_operation(statement):
            case AddColumn(name) | DropColumn(name) | RenameColumn(name) as does:
                yield _IGNORE_COMMENT.format(_ALTER_KEYWORDS[type(does)], quote_for_comment(name))
        yield own.get(statement, statement)


def _build_edit(text: str, block: RebuildBlock, lines: Iterator[str]) -> TextEdit:
    start, last = find_start(block.statements[0]), block.statements[-1]
    end, comments = last.start + len(last.sql), _find_comments_between(text, block)
    line_end, parts, lead = find_line_end(text), list[str](), [*comments]
    for line in lines:
        if line.startswith("--"):
            lead.append(line)
        else:
            parts.append(line_end.join([*lead, re.sub(r"\r?\n", line_end, line)]))
            lead = []
    return TextEdit(start, end, find_joint(text).join(parts))


def _find_comments_between(text: str, block: RebuildBlock) -> Iterator[str]:
    """Yield the author's comments between the statements of a block, which are kept above it."""
    for statement, following in zip(block.statements, block.statements[1:], strict=False):
        for token in tokenize(text[statement.start + len(statement.sql) : following.start]):
            if token.kind is TokenKind.COMMENT and not token.text.startswith(BREAKPOINT):
                yield token.text.rstrip()


def _remove_pragmas_around(context: FixContext, edits: list[TextEdit]) -> list[TextEdit]:
    """Return the removals of the pragmas that the author put around the rebuilds."""
    around = find_pragmas(context.analysis.migration, "foreign_keys", "defer_foreign_keys")
    inside = [range(edit.start, edit.end) for edit in edits if edit.end > edit.start]
    return [make_removal(context.text, each) for each in around if not any(each.start in block for block in inside)]


def propose_lost_objects(context: FixContext) -> Iterator[FixCandidate]:
    """Propose to create again, after the last statement, what a rebuild dropped and nobody dropped by name."""
    lost, last = [*_find_lost_objects(context)], context.analysis.migration.statements[-1:]
    if context.find_findings("rebuild-loses-objects") and lost and last and last[0].terminated:
        end, joint = last[0].start + len(last[0].sql), find_joint(context.text)
        text = apply_edits(context.text, [TextEdit(end, end, "".join(f"{joint}{build_create(item)}" for item in lost))])
        names = ", ".join(f"{item.kind} {quote_for_comment(item.name)}" for item in lost)
        restores = frozenset(fold(item.name) for item in lost)
        yield FixCandidate("rebuild-loses-objects", {context.path: text}, f"makes {names} again", restores)


def _find_lost_objects(context: FixContext) -> Iterator[SchemaObject]:
    operations = [statement.operation for statement in context.analysis.migration.statements]
    dropped = {fold(each.name) for each in operations if isinstance(each, Drop) and each.kind in ("index", "trigger")}
    rebuilt = {fold(rebuild.table) for rebuild in context.analysis.rebuilds}
    for change in context.analysis.replayed.changes:
        went_along = fold(change.table) in rebuilt and fold(change.name) not in dropped
        item = context.analysis.replayed.before.find(change.kind, change.name)
        if item and change.action is ChangeAction.REMOVED and (change.kind is ObjectKind.VIEW or went_along):
            yield item
