"""Migrations to the schemas that they lead through, and a live schema to the files whose traces it bears."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pulse_ci.analysis.replay import run_migration
from pulse_ci.engine.connection import EmbeddedD1
from pulse_ci.model import ObjectKind
from pulse_ci.sql.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulse_ci.analysis.statement_run import Rejection
    from pulse_ci.migrations.parse import Migration
    from pulse_ci.schema.schema import Schema

# An object, or a part of a table that a migration can change alone: kind, table or own name, column.
ObjectKey = tuple[ObjectKind, str, str]


@dataclass(frozen=True, slots=True)
class AppliedEvidence:
    """What a live schema shows of one file: the facets that are as it leaves them, as it finds them, or neither.

    A facet is left out where the live schema could come from either side: made by the file and dropped by a later one.
    """

    present: tuple[ObjectKey, ...] = ()
    missing: tuple[ObjectKey, ...] = ()
    altered: tuple[ObjectKey, ...] = ()

    @property
    def shows_applied(self) -> bool:
        """Whether all that can be seen says that the file has run."""
        return bool(self.present) and not (self.missing or self.altered)

    @property
    def shows_pending(self) -> bool:
        """Whether all that can be seen says that the file has not run."""
        return bool(self.missing) and not (self.present or self.altered)


@dataclass(frozen=True)
class SchemaHistory:
    """One replay of migrations in their order: `schemas` has the empty one first, then one after each file.

    A file that is refused changes nothing; `refused` says by whom and why, by its path. One that lacks only rows is
    none of them.
    """

    migrations: tuple[Migration, ...]
    schemas: tuple[Schema, ...]
    rejections: Mapping[str, Rejection]

    @cached_property
    def _facets(self) -> tuple[dict[ObjectKey, str], ...]:
        return tuple(fingerprint_objects(schema) for schema in self.schemas)

    def find_evidence(self, live: Schema) -> tuple[AppliedEvidence, ...]:
        """Return what a live schema shows of each file."""
        found = fingerprint_objects(live)
        return tuple(self._traces(index, found) for index in range(len(self.migrations)))

    def _traces(self, index: int, live: dict[ObjectKey, str]) -> AppliedEvidence:
        before, after = self._facets[index], self._facets[index + 1]
        sides: dict[str, list[ObjectKey]] = {"there": [], "absent": [], "other": []}
        for facet in sorted(before.keys() | after.keys()):
            if before.get(facet) != after.get(facet):
                side = self._side(index, facet, live.get(facet))
                sides.get(side, []).append(facet)
        return AppliedEvidence(*(tuple(sides[side]) for side in ("there", "absent", "other")))

    def _side(self, index: int, facet: ObjectKey, live: str | None) -> str:
        earlier = {values.get(facet) for values in self._facets[: index + 1]}
        later = {values.get(facet) for values in self._facets[index + 1 :]}
        match live in earlier, live in later:
            case False, True:
                return "there"
            case True, False:
                return "absent"
            case False, False if live is not None:
                return "other"
            case _:
                return "unclear"


def replay_history(migrations: Iterable[Migration], base_schema: bytes | None = None) -> SchemaHistory:
    """Run migrations one after the other on one database, empty or as `base_schema` has it, and keep every schema."""
    ran = tuple(migrations)
    refused: dict[str, Rejection] = {}
    with EmbeddedD1() as database:
        if base_schema:
            database.restore(base_schema)
        schemas = [database.schema()]
        for migration in ran:
            broken = run_migration(database, migration)
            if broken and not broken.kept_schema:
                refused[migration.path] = broken.rejection
            schemas.append(database.schema())
    return SchemaHistory(ran, tuple(schemas), refused)


def fingerprint_objects(schema: Schema) -> dict[ObjectKey, str]:
    """Return each object's meaning by its identity; a table's columns stand apart from the rest of it."""
    found = {(ObjectKind.TABLE, fold(table.name), ""): table.table_level_key for table in schema.tables}
    for table in schema.tables:
        name = fold(table.name)
        found |= {(ObjectKind.COLUMN, name, fold(column.name)): column.comparison_key for column in table.columns}
    found |= {(ObjectKind.INDEX, fold(index.name), ""): index.comparison_key for index in schema.indexes}
    found |= {(ObjectKind.VIEW, fold(view.name), ""): view.comparison_key for view in schema.views}
    return found | {(ObjectKind.TRIGGER, fold(trigger.name), ""): trigger.comparison_key for trigger in schema.triggers}
