"""rebuild-…: a rebuild that reaches into other tables, rewritten into one that keeps every row."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.errors import D1Refused, MigrationError
from pulse_ci.fixes.candidate import Declined, Proposal
from pulse_ci.fixes.rebuild_block import Block, NotMechanical, find_blocks
from pulse_ci.fixes.statements import pragmas
from pulse_ci.fixes.text_edits import BREAKPOINT, Splice, apply, line_end, start_of, without
from pulse_ci.fixes.verify_rows import refuse_what_loses
from pulse_ci.model import Action, Kind
from pulse_ci.rewrite.ddl_statements import create, create_new, shown
from pulse_ci.rewrite.safe_rebuild import reach, replaced
from pulse_ci.schema.introspect import row_of, schema_of
from pulse_ci.schema.schema import fold
from pulse_ci.sql.operations import AddColumn, Create, Drop, DropColumn, RenameColumn, RenameTable, operation
from pulse_ci.sql.tokens import TokenKind, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulse_ci.fixes.fix_context import Case
    from pulse_ci.schema.schema import Index, Object, Schema, Trigger

RULES = ("rebuild-cascades", "rebuild-fails-with-rows", "rebuild-self-reference", "rebuild-renames-references")
_UNGUARDED = "-- pulse-ci: ignore not-idempotent SQLite cannot guard {0}; it replaces a rebuild of {1}"
_WORDS = {AddColumn: "ADD COLUMN", DropColumn: "DROP COLUMN", RenameColumn: "RENAME COLUMN"}


def propose(case: Case) -> Iterator[Proposal | Declined]:
    """Propose each unsafe rebuild rewritten: altered in place where that serves, else with all that refers to it."""
    yield from _propose(case, RULES)


def propose_without_deferral(case: Case) -> Iterator[Proposal | Declined]:
    """Propose the same for a rebuild that only passes because its violations are forgotten."""
    yield from _propose(case, ("defer-foreign-keys-off",))


def _propose(case: Case, rules: tuple[str, ...]) -> Iterator[Proposal | Declined]:
    found = case.found(*rules)
    if not found or not case.evidence.runs:
        return
    every = tuple(find_blocks(case.evidence))
    yield from (Declined(found[0].rule, str(each)) for each in every if isinstance(each, NotMechanical))
    blocks = tuple(each for each in every if isinstance(each, Block))
    for several in (blocks, *((block,) for block in blocks if len(blocks) > 1)):
        for in_place in (True, False):
            try:
                yield from _rewritten(case, found[0].rule, several, in_place=in_place)
            except (NotMechanical, MigrationError, D1Refused) as reason:
                yield Declined(found[0].rule, str(reason))


def _rewritten(case: Case, rule: str, blocks: tuple[Block, ...], *, in_place: bool) -> Iterator[Proposal]:
    forms = [_form(case, block, in_place=in_place) for block in blocks]
    splices = [splice for form in forms for splice in form.splices]
    splices += _pragmas_around(case, splices)
    names = ", ".join(shown(part.rebuild.table) for block in blocks for part in block.parts)
    does = f"rewrites the rebuild of {names}, so that every row is kept"
    restores = frozenset[str]().union(*(form.restores for form in forms))
    if blocks:
        yield Proposal(rule, {case.path: apply(case.text, splices)}, does, restores)


@dataclass(frozen=True, slots=True)
class _Form:
    """A block rewritten, and the folded names of the tables that are to be again what they were."""

    splices: tuple[Splice, ...]
    restores: frozenset[str]


def _form(case: Case, block: Block, *, in_place: bool) -> _Form:
    if in_place:
        with suppress(NotMechanical, MigrationError, D1Refused):
            return _in_one_way(case, block, in_place=True)
    return _in_one_way(case, block, in_place=False)


def _in_one_way(case: Case, block: Block, *, in_place: bool) -> _Form:
    wanted, restores = _wanted(block)
    kept = _kept(case, block) if in_place else ()
    wanted = schema_of([row_of(each) for each in (*wanted.objects, *kept)])
    statements = reach(block.before, wanted, {part.rebuild.table: part.copy for part in block.parts}, in_place=in_place)
    if in_place and _moves_tables(statements):
        raise NotMechanical("ALTER TABLE does not lead there")
    refuse_what_loses(case.evidence.replayed.origin, block, statements, wanted)
    own = _splice(case.text, block, _spelled(block, wanted, statements))
    return _Form((own, *_guards(case, {fold(item.name) for item in kept})), restores)


def _moves_tables(statements: Sequence[str]) -> bool:
    return any(isinstance(operation(statement), RenameTable) for statement in statements)


def _wanted(block: Block) -> tuple[Schema, frozenset[str]]:
    """Return the schema behind the block, with the foreign keys that a rename took along as they were."""
    wanted, restored = block.after, set[str]()
    for part in block.parts:
        for child, _ in block.before.children_of(part.rebuild.table):
            now = wanted.table(child.name)
            if now and fold(child.name) not in block.tables and now.foreign_keys != child.foreign_keys:
                wanted = replaced(wanted, child.name, child.sql)
                restored.add(fold(child.name))
    return wanted, frozenset(restored)


def _kept(case: Case, block: Block) -> tuple[Index | Trigger, ...]:
    """Return the indexes and triggers that the block takes along and the file makes again as they were."""
    here: tuple[Index | Trigger, ...] = (*block.before.indexes, *block.before.triggers)
    gone = [item for item in here if fold(item.table) in block.tables and fold(item.name) not in block.after.names]
    after = case.evidence.replayed.after
    return tuple(item for item in gone if item in (after.index(item.name), after.trigger(item.name)))


def _guards(case: Case, names: set[str]) -> Iterator[Splice]:
    """Yield what lets a file make objects that are there already."""
    for statement in case.evidence.migration.statements:
        match operation(statement.sql):
            case Create("index" | "trigger", name, int(at)) if fold(name) in names:
                yield Splice(statement.start + at, statement.start + at, " IF NOT EXISTS")


def _spelled(block: Block, wanted: Schema, statements: Sequence[str]) -> Iterator[str]:
    """Yield the statements as they are to stand in the file: a new table in its author's own words."""
    tables = filter(None, map(wanted.table, block.tables))
    own = {create_new(table.sql): f"{table.sql};" for table in tables}
    if _moves_tables(statements):
        names = " and ".join(shown(part.rebuild.table) for part in block.parts)
        yield f"-- {names} and what refers to it are renamed, made anew and filled: ON DELETE then finds no row."
    for statement in statements:
        match operation(statement):
            case AddColumn(name) | DropColumn(name) | RenameColumn(name) as does:
                yield _UNGUARDED.format(_WORDS[type(does)], shown(name))
        yield own.get(statement, statement)


def _splice(text: str, block: Block, lines: Iterator[str]) -> Splice:
    start, last = start_of(block.statements[0]), block.statements[-1]
    end, comments = last.start + len(last.sql), _comments_between(text, block)
    broken = line_end(text)
    joint = f"{broken}{BREAKPOINT}{broken}" if BREAKPOINT in text else broken
    parts, lead = list[str](), [*comments]
    for line in lines:
        if line.startswith("--"):
            lead.append(line)
        else:
            parts.append(broken.join([*lead, re.sub(r"\r?\n", broken, line)]))
            lead = []
    return Splice(start, end, joint.join(parts))


def _comments_between(text: str, block: Block) -> Iterator[str]:
    """Yield the author's comments between the statements of a block, which stay above it."""
    for statement, following in zip(block.statements, block.statements[1:], strict=False):
        for token in tokenize(text[statement.start + len(statement.sql) : following.start]):
            if token.kind is TokenKind.COMMENT and not token.text.startswith(BREAKPOINT):
                yield token.text.rstrip()


def _pragmas_around(case: Case, splices: list[Splice]) -> list[Splice]:
    """Return what takes out the pragmas that the author put around the rebuilds."""
    around = pragmas(case.evidence.migration, "foreign_keys", "defer_foreign_keys")
    inside = [range(splice.start, splice.end) for splice in splices if splice.end > splice.start]
    return [without(case.text, each) for each in around if not any(each.start in block for block in inside)]


def propose_objects(case: Case) -> Iterator[Proposal]:
    """Propose to make again, behind the last statement, what a rebuild took along and nobody dropped by name."""
    lost, last = [*_lost(case)], case.evidence.migration.statements[-1:]
    if case.found("rebuild-loses-objects") and lost and last and last[0].terminated:
        end, broken = last[0].start + len(last[0].sql), line_end(case.text)
        joint = f"{broken}{BREAKPOINT}{broken}" if BREAKPOINT in case.text else broken
        text = apply(case.text, [Splice(end, end, "".join(f"{joint}{create(item)}" for item in lost))])
        names = ", ".join(f"{type(item).__name__.lower()} {shown(item.name)}" for item in lost)
        restores = frozenset(fold(item.name) for item in lost)
        yield Proposal("rebuild-loses-objects", {case.path: text}, f"makes {names} again", restores)


def _lost(case: Case) -> Iterator[Object]:
    does = [operation(statement.sql) for statement in case.evidence.migration.statements]
    dropped = {fold(each.name) for each in does if isinstance(each, Drop) and each.kind in ("index", "trigger")}
    rebuilt = {fold(rebuild.table) for rebuild in case.evidence.rebuilds}
    for change in case.evidence.replayed.changes:
        went_along = fold(change.table) in rebuilt and fold(change.name) not in dropped
        item = case.evidence.replayed.before.find(change.kind, change.name)
        if item and change.action is Action.REMOVED and (change.kind is Kind.VIEW or went_along):
            yield item
