"""The schemas that a program declares, and the queries that its query builders send: Drizzle, Prisma, Kysely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulse_ci.worker import drizzle_queries, drizzle_schema, kysely, prisma

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pulse_ci.worker.declared import DeclaredTable
    from pulse_ci.worker.evaluate import Evaluator
    from pulse_ci.worker.queries import Query

_D1_DRIVERS = (b"drizzle-orm/d1", b"@prisma/adapter-d1", b"kysely-d1", b"d1-http")


@dataclass(frozen=True, slots=True)
class DeclaredSchemas:
    """What a program declares; `is_for_d1` says that one of the libraries is given D1's driver."""

    tables: tuple[DeclaredTable, ...]
    relations: Mapping[tuple[str, str], str]
    models: tuple[DeclaredTable, ...]
    snake_case: bool
    is_for_d1: bool

    @property
    def all_tables(self) -> tuple[DeclaredTable, ...]:
        """The tables of all libraries."""
        return (*self.tables, *self.models)


def read_declared(evaluator: Evaluator, files: Mapping[str, bytes]) -> DeclaredSchemas:
    """Return the schemas that `files` declare: the program's, and its schema.prisma."""
    sources = evaluator.program.sources
    declaring = [path for path, content in sources.items() if drizzle_schema.declares_drizzle(content)]
    casing = drizzle_schema.find_casing(sources.values()) if declaring else None
    tables = [table for path in declaring for table in drizzle_schema.find_tables(evaluator, path, casing)]
    related = [path for path, content in sources.items() if tables and b"elations(" in content]
    relations = {
        (table, name): target
        for path in related
        for table, name, target in drizzle_schema.find_relations(evaluator, path)
    }
    schemas = {path: content for path, content in files.items() if path.endswith(".prisma")}
    models = [model for path, content in schemas.items() for model in prisma.find_models(path, content)]
    return DeclaredSchemas(
        tables=tuple(tables),
        relations=relations,
        models=tuple(models) if prisma.uses_sqlite(schemas.values()) else (),
        snake_case=kysely.uses_camel_case(sources.values()),
        is_for_d1=any(driver in content for content in sources.values() for driver in _D1_DRIVERS),
    )


def find_built_queries(evaluator: Evaluator, declared: DeclaredSchemas, paths: Collection[str]) -> Iterator[Query]:
    """Yield the queries that calls of the builders in `paths` send."""
    drizzle = drizzle_queries.DrizzleReader(evaluator, declared.tables, declared.relations)
    client = prisma.PrismaReader(evaluator, declared.models)
    builder = kysely.KyselyReader(evaluator, snake_case=declared.snake_case)
    for path in sorted(paths):
        content = evaluator.program.sources[path]
        if declared.tables and drizzle_queries.may_build(content):
            yield from drizzle.find(path)
        if declared.models and prisma.may_call_prisma(content):
            yield from client.find(path)
        if kysely.may_build_kysely(content):
            yield from builder.find(path)
