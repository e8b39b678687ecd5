"""Migrations to what they do: each runs, in order, on the schema that it will meet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pulse_ci.engine.dependencies import Makers, names_used
from pulse_ci.engine.diff import diff
from pulse_ci.errors import BeyondEngine, D1Refused, SandboxStopped
from pulse_ci.migrations.operations import is_transaction
from pulse_ci.model import Kind, Refuser
from pulse_ci.sql.tokens import TokenKind, tokenize, unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from pulse_ci.engine.connection import Access, EmbeddedD1
    from pulse_ci.engine.schema import Schema
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.model import Change
    from pulse_ci.sql.split import Statement


@dataclass(frozen=True, slots=True)
class Refusal:
    """A statement that was refused, or the end of the request (None), where deferred constraints are checked.

    The message is that of `by`: D1's own, or one that says nothing of D1.
    """

    statement: Statement | None
    message: str
    by: Refuser = Refuser.D1

    @classmethod
    def of(cls, statement: Statement | None, refused: D1Refused) -> Refusal:
        """Return what was said of a statement, and who said it."""
        match refused:
            case SandboxStopped():
                return cls(statement, str(refused), Refuser.SANDBOX)
            case BeyondEngine():
                return cls(statement, str(refused), Refuser.ENGINE)
            case _:
                return cls(statement, str(refused))

    @property
    def is_transaction(self) -> bool:
        """Whether the statement is a BEGIN, COMMIT or the like, which the rest of the file does not depend on."""
        return self.statement is not None and is_transaction(self.statement.sql)

    @property
    def answer(self) -> str:
        """The message as the end of a sentence, which does not take another's for D1's."""
        if self.by is Refuser.D1:
            return f"D1 answers `{self.message}`"
        return f"what D1 would do is not known, `{self.message.rstrip('.')}`"


@dataclass(frozen=True, slots=True)
class Run:
    """What came of running statements as one request: what each touched, and what was refused."""

    touched: tuple[tuple[Statement, Access], ...]
    refusals: tuple[Refusal, ...]

    def maker_of(self, change: Change) -> Statement | None:
        """Return the statement behind a schema change: of a column, the last on its table that spells its name."""
        if change.kind is Kind.COLUMN:
            for statement, access in reversed(self.touched):
                if _holds(access.alters | access.creates, change.table) and spells(statement.sql, change.name):
                    return statement
            return self.touching(change.table)
        return self.touching(change.name)

    def touching(self, name: str) -> Statement | None:
        """Return the last statement that made or changed the object `name`, or else wrote it, or None."""
        for statement, access in reversed(self.touched):
            if _holds(access.creates | access.alters | access.drops, name):
                return statement
        return self._last_writer(name)

    def writing(self, table: str) -> Statement | None:
        """Return the last statement that wrote rows of `table`, or else made or changed it, or None."""
        return self._last_writer(table) or self.touching(table)

    def _last_writer(self, table: str) -> Statement | None:
        writers = (statement for statement, access in reversed(self.touched) if _holds(access.writes, table))
        return next(writers, None)


def _holds(names: frozenset[str], name: str) -> bool:
    return name.casefold() in {each.casefold() for each in names}


def spells(sql: str, name: str) -> bool:
    """Return whether `name` stands in a statement's text, bare or in any quotes."""
    names = (TokenKind.WORD, TokenKind.QUOTED, TokenKind.STRING)
    folded = name.casefold()
    return any(unquote(token.text).casefold() == folded for token in tokenize(sql) if token.kind in names)


@dataclass(frozen=True)
class Replayed:
    """One migration's run on the schema it meets, with that schema before and after it.

    `origin` and `snapshot` are the database before and after. `needs` has the paths of the earlier migrations that
    it refers to, each with the names of the objects.
    """

    migration: Migration
    run: Run
    before: Schema
    after: Schema
    origin: bytes
    snapshot: bytes
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether D1 would refuse the file."""
        return bool(self.run.refusals)

    @property
    def was_stopped(self) -> bool:
        """Whether the file reached a limit of the engine's own."""
        return any(refusal.by is Refuser.SANDBOX for refusal in self.run.refusals)

    @property
    def took_effect(self) -> bool:
        """Whether the file runs once its BEGIN and COMMIT are left out, so that more can be said of it."""
        return all(refusal.is_transaction for refusal in self.run.refusals)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What the migration changes in the schema."""
        return diff(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Broken:
    """A migration that is not under review and does not run all the same."""

    migration: Migration
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Replay:
    """The runs of the migrations under review, and the schema before the first and after the last of all."""

    reviewed: tuple[Replayed, ...]
    broken: tuple[Broken, ...]
    before: Schema
    after: Schema


# What was there before made by no file that is replayed.
_NO_FILE = ""


def replay(
    database: EmbeddedD1,
    migrations: Iterable[Migration],
    under_review: Collection[Migration],
    on_migration: Callable[[Migration], None] = lambda _: None,
) -> Replay:
    """Run `migrations` in order; those under review are watched, the others only carried out.

    `on_migration` is told of each file before it runs. A file that fails leaves no trace, as on D1.
    """
    reviewed_paths = {migration.path for migration in under_review}
    reviewed, broken = list[Replayed](), list[Broken]()
    makers = Makers()
    makers.update(database, _NO_FILE)
    for migration in migrations:
        on_migration(migration)
        if migration.path in reviewed_paths:
            watched = _watched(database, migration)
            reviewed.append(replace(watched, needs=makers.of(names_used(database, watched))))
        elif refusal := _carried_out(database, migration):
            broken.append(Broken(migration, refusal))
        makers.update(database, migration.path, migration.text)
    after = database.schema()
    return Replay(tuple(reviewed), tuple(broken), reviewed[0].before if reviewed else after, after)


def _watched(database: EmbeddedD1, migration: Migration) -> Replayed:
    before, origin = database.schema(), database.snapshot()
    run = run_statements(database, migration.statements)
    return Replayed(migration, run, before, database.schema(), origin, database.snapshot())


def _carried_out(database: EmbeddedD1, migration: Migration) -> Refusal | None:
    try:
        database.run(migration.text)
    except D1Refused as refused:
        at = (statement for statement in migration.statements if statement.start == refused.start)
        return Refusal.of(next(at, None), refused)
    return None


class RequestUndone(Exception):
    """Leaves a request so that nothing of it is kept; it reports nothing."""


def run_statements(database: EmbeddedD1, statements: Iterable[Statement], *, keep_going: bool = False) -> Run:
    """Run `statements` as one request: what fails is rolled back whole.

    A BEGIN or COMMIT is noted as refused and passed over, so that the rest of the file is seen too.
    With `keep_going`, so is every other refused statement, and the request is then undone at its end; what the sandbox
    stops ends it, since nothing is left of what a request may use.
    """
    touched, refusals = list[tuple["Statement", "Access"]](), list[Refusal]()
    try:
        with database.request() as request:
            for statement in statements:
                try:
                    touched.append((statement, request.execute(statement.sql)))
                except D1Refused as refused:
                    refusals.append(Refusal.of(statement, refused))
                    goes_on = keep_going and refusals[-1].by is not Refuser.SANDBOX
                    if not (goes_on or refusals[-1].is_transaction):
                        raise RequestUndone from refused
            if keep_going and refusals:
                raise RequestUndone
    except RequestUndone:
        pass
    except D1Refused as refused:
        refusals.append(Refusal.of(None, refused))
    return Run(tuple(touched), tuple(refusals))
