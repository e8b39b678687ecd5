"""A Worker's source on both sides of a change, and both schemas, to what became of each query."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulse_ci.analysis.worker_results import DeclaredProblem, DeployOrder, QueryOutcome, Reading, WorkerResults
from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.worker.builders import DeclaredSchemas, find_built_queries, read_declared
from pulse_ci.worker.declared_problems import find_problems
from pulse_ci.worker.program import Program
from pulse_ci.worker.queries import Query, QueryFinder, may_send
from pulse_ci.worker.query_plans import find_scanned
from pulse_ci.worker.quick_reading import compile_names, find_changed_names, read_plain_queries
from pulse_ci.worker.source_files import SourceTree, find_importers, select_worker
from pulse_ci.worker.try_queries import Attempt, TriedQuery, find_error, try_queries
from pulse_ci.worker.try_writes import try_writes

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pulse_ci.analysis.rule import Review
    from pulse_ci.engine.prepare import Preparer
    from pulse_ci.worker.declared import DeclaredTable


@dataclass(frozen=True, slots=True)
class WorkerSource:
    """The source to check: the change's tree, and what the base has otherwise in it (None where it has no such file).

    `folder`, `main` and `globs` say which files are the Worker's; `other_bindings` are those of other databases.
    Where not all migrations run, so that `replays_whole` is False, declared tables are not compared with the schema.
    """

    tree: SourceTree
    base_files: Mapping[str, bytes | None]
    folder: str = ""
    main: str | None = None
    globs: tuple[str, ...] = ()
    other_bindings: tuple[str, ...] = ()
    deploy_order: DeployOrder = DeployOrder.UNKNOWN
    replays_whole: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """The database after one of the migrations under review."""

    path: str
    content: bytes


def check_worker(
    source: WorkerSource,
    before: EmbeddedD1,
    after: EmbeddedD1,
    stages: Sequence[Stage] = (),
    *,
    lists_all: bool = False,
) -> WorkerResults:
    """Read the queries of both sides, and try each on both schemas; `stages` lead from the one to the other.

    Unless `lists_all`, files that the change cannot concern are read in a quicker way, which may count a query in a
    comment.
    """
    new_tree, old_tree = source.tree, source.tree.overlay(source.base_files)
    new_paths = _select(source, new_tree)
    changed = frozenset(source.base_files)
    affected = changed | (find_importers(new_tree, changed, new_paths.__contains__) if changed else frozenset())
    names = None if lists_all else compile_names(find_changed_names(before.schema(), after.schema()))
    unconcerned = frozenset[str]() if lists_all else new_paths - affected
    new = _read(source, new_tree, new_paths, _Quick(unconcerned, names))
    old_paths = _select(source, old_tree) if affected else frozenset[str]()
    old = _read(source, old_tree, old_paths & affected, _NOTHING_QUICK, old_paths) if affected else None
    with before.open_preparer() as old_schema, after.open_preparer() as new_schema:
        new_tried = list(try_queries(new.queries, old_schema, new_schema))
        old_tried = list(try_queries(old.queries if old else (), old_schema, new_schema))
    outcomes = _blame(list(_merge(new_tried, old_tried, affected)), stages)
    outcomes = _add_writes(outcomes, before, after, stages)
    outcomes = _add_plans(outcomes, before, after)
    return WorkerResults(
        tuple(sorted(outcomes, key=lambda each: (each.path, each.line, each.sql))),
        files=len(new_paths),
        skipped=dict(sorted(new.program.skipped.items())),
        declared=_find_new_problems(source, new, old or new, before, after),
        deploy_order=source.deploy_order,
    )


def add_worker(review: Review, source: WorkerSource, *, lists_all: bool = False) -> Review:
    """Return the review with what became of the Worker's queries.

    Where all files are reviewed at once, there is no schema before: the queries are tried on the one that they make.
    """
    if review.contents is None:
        return review
    content_before, content_after = review.contents
    runs_all = not review.failed and all(each.took_effect for each in review.analyses)
    source = replace(source, replays_whole=source.replays_whole and runs_all)
    stages = [Stage(each.migration.path, each.replayed.content_after) for each in review.analyses]
    with EmbeddedD1() as before, EmbeddedD1() as after:
        before.restore(content_before if review.is_of_change else content_after)
        after.restore(content_after)
        return replace(review, worker=check_worker(source, before, after, stages, lists_all=lists_all))


def _select(source: WorkerSource, tree: SourceTree) -> frozenset[str]:
    return select_worker(tree, folder=source.folder, main=source.main, globs=source.globs)


@dataclass(frozen=True, slots=True)
class _Side:
    """What the source of one side has."""

    program: Program
    queries: tuple[Query, ...]
    declared: DeclaredSchemas
    paths: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Quick:
    """Which files may be read without a parser: `paths`, where none of `names` occurs."""

    paths: frozenset[str]
    names: re.Pattern[bytes] | None = None

    def read(self, source: WorkerSource, path: str, content: bytes) -> list[Query] | None:
        """Return the queries of a file; None where it must be parsed."""
        if path not in self.paths or (self.names and self.names.search(content)):
            return None
        return read_plain_queries(path, content, several_databases=bool(source.other_bindings))


_NOTHING_QUICK = _Quick(frozenset())


def _read(
    source: WorkerSource,
    tree: SourceTree,
    paths: frozenset[str],
    quick: _Quick,
    own: frozenset[str] | None = None,
) -> _Side:
    """Read the queries of `paths`; the Worker has the files `own`, which are more where others are known already."""
    program = Program(tree.sources, tree.read_aliases())
    finder = QueryFinder(program, several_databases=bool(source.other_bindings))
    declared = read_declared(finder.evaluator, tree.files)
    sending = sorted(path for path in paths if may_send(program.sources[path]))
    found = list[Query]()
    for path in sending:
        plain = quick.read(source, path, program.sources[path])
        found += finder.find(path) if plain is None else plain
    found += find_built_queries(finder.evaluator, declared, paths)
    return _Side(
        program, tuple(each for each in found if each.binding not in source.other_bindings), declared, own or paths
    )


def _find_new_problems(
    source: WorkerSource, new: _Side, old: _Side, before: EmbeddedD1, after: EmbeddedD1
) -> tuple[DeclaredProblem, ...]:
    """Return the problems of the declared schema that the base has not; all of them where nothing is compared."""
    if not (new.declared.is_for_d1 and source.replays_whole):
        return ()
    several = bool(source.other_bindings)
    found = find_problems(_own_tables(new), after.schema(), several_databases=several)
    known = find_problems(_own_tables(old), before.schema(), several_databases=several)
    is_compared = bool(source.base_files) or before.schema() != after.schema()
    earlier = {(each.table, each.column) for each in known} if is_compared else set()
    return tuple(each for each in found if (each.table, each.column) not in earlier)


def _own_tables(side: _Side) -> list[DeclaredTable]:
    """Return the tables that the Worker's own files declare, but for those that several declare."""
    tables = [each for each in side.declared.all_tables if each.path in side.paths or each.path.endswith(".prisma")]
    counts = Counter(each.name for each in tables)
    return [each for each in tables if counts[each.name] == 1]


def _merge(new: list[TriedQuery], old: list[TriedQuery], affected: frozenset[str]) -> Iterator[QueryOutcome]:
    """Yield one outcome for each text: of the new code, and of the old code what the new one has no more.

    A file that the change does not touch, nor what it imports, is the same on both sides.
    """
    kept = {(each.query.path, str(each.query.text), each.query.binding) for each in old}
    again = {(each.query.path, str(each.query.text), each.query.binding) for each in new}
    for tried in new:
        key = (tried.query.path, str(tried.query.text), tried.query.binding)
        is_old = tried.query.path not in affected or key in kept
        yield from _outcomes(tried, is_old=is_old, is_new=True)
    for tried in old:
        if (tried.query.path, str(tried.query.text), tried.query.binding) not in again:
            yield from _outcomes(tried, is_old=True, is_new=False)


def _outcomes(tried: TriedQuery, *, is_old: bool, is_new: bool) -> Iterable[QueryOutcome]:
    query = tried.query
    plain = QueryOutcome(
        query.path, query.line, str(query.text), query.binding, tried.reading, is_old, is_new, problem=tried.problem
    )
    if tried.reading is Reading.NOT_CHECKED:
        return [plain]
    shown = _worst(tried)
    return [replace(plain, sql=shown.sql, before=shown.before, after=shown.after)]


def _worst(tried: TriedQuery) -> Attempt:
    return tried.broken or tried.needing or tried.attempts[0]


def _add_writes(
    outcomes: list[QueryOutcome], before: EmbeddedD1, after: EmbeddedD1, stages: Sequence[Stage]
) -> list[QueryOutcome]:
    """Add what writes that prepare on both sides meet on rows of one side alone."""
    writes = [each.sql for each in outcomes if each.is_checked and each.before is None and each.after is None]
    if not writes or before.schema() == after.schema():
        return outcomes
    contents = before.take_snapshot(), after.take_snapshot()
    breaking = try_writes(writes, before, after)
    for database, content in zip((before, after), contents, strict=True):
        database.restore(content)
    needing = try_writes(writes, after, before)
    for database, content in zip((before, after), contents, strict=True):
        database.restore(content)
    blamed = stages[0].path if len(stages) == 1 else ""
    return [
        replace(each, after=breaking.get(each.sql), before=needing.get(each.sql), blamed=blamed)
        if each.sql in breaking or each.sql in needing
        else each
        for each in outcomes
    ]


def _add_plans(outcomes: list[QueryOutcome], before: EmbeddedD1, after: EmbeddedD1) -> list[QueryOutcome]:
    """Add the plans of queries on tables that the change alters, where they differ."""
    names = compile_names(find_changed_names(before.schema(), after.schema()))
    if names is None:
        return outcomes
    with before.open_preparer() as old, after.open_preparer() as new:
        return [_add_plan(each, old, new) if names.search(each.sql.encode()) else each for each in outcomes]


def _add_plan(outcome: QueryOutcome, old: Preparer, new: Preparer) -> QueryOutcome:
    if not outcome.is_checked or outcome.before is not None or outcome.after is not None:
        return outcome
    old_plan, new_plan = old.explain(outcome.sql), new.explain(outcome.sql)
    if old_plan == new_plan or not old_plan or not new_plan:
        return outcome
    scanned, searched = find_scanned(old_plan, new_plan), find_scanned(new_plan, old_plan)
    return replace(outcome, old_plan=old_plan, new_plan=new_plan, scanned=scanned, is_faster=bool(searched))


def _blame(outcomes: list[QueryOutcome], stages: Sequence[Stage]) -> list[QueryOutcome]:
    """Name the migration after which a query breaks, or from which on it works."""
    open_ = [each for each in outcomes if each.breaks or each.needs_migration]
    blamed = dict[int, str]()
    if not open_:
        return outcomes
    with EmbeddedD1() as database:
        for stage in stages:
            database.restore(stage.content)
            with database.open_preparer() as preparer:
                for each in open_:
                    if id(each) not in blamed and (find_error(preparer, each.sql) is None) == each.needs_migration:
                        blamed[id(each)] = stage.path
    return [replace(each, blamed=blamed.get(id(each), "")) for each in outcomes]
