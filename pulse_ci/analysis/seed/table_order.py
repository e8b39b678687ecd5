"""A schema by table: what refers to it, what stands on it, and in which order tables can be filled."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from pulse_ci.sql.names import fold
from pulse_ci.sql.tokens import tokenize_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pulse_ci.schema.schema import Column, ForeignKey, Index, Schema, Table, Trigger


class TableGraph:
    """Looks up by folded name what a Schema keeps in lists."""

    def __init__(self, schema: Schema) -> None:
        self.tables = {fold(table.name): table for table in schema.tables}
        self.indexes = defaultdict[str, list["Index"]](list)
        self.triggers = defaultdict[str, list["Trigger"]](list)
        self._children = defaultdict[str, list[tuple["Table", "ForeignKey"]]](list)
        for index in schema.indexes:
            self.indexes[fold(index.table)].append(index)
        for trigger in schema.triggers:
            self.triggers[fold(trigger.table)].append(trigger)
        for table in schema.tables:
            for key in table.foreign_keys:
                self._children[fold(key.parent)].append((table, key))

    def order_groups(self) -> list[tuple[Table, ...]]:
        """Return the tables, parents first; those that refer to one another in a circle are together."""
        parents = {name: self._find_parents(table) for name, table in sorted(self.tables.items())}
        children = defaultdict[str, list[str]](list)
        for name, above in parents.items():
            for parent in above:
                children[parent].append(name)
        finished = [name for tree in _walk_depth_first(parents, parents) for name in tree]
        circles = list(_walk_depth_first(reversed(finished), children))
        return [tuple(self.tables[name] for name in sorted(circle)) for circle in reversed(circles)]

    def find_required_tables(self, names: Iterable[str]) -> frozenset[str]:
        """Return the folded names of these tables and of all that must have rows before they can have any.

        That is their parents, and what their triggers name.
        """
        needed, queue = set[str](), list(map(fold, names))
        while queue:
            name = queue.pop()
            table = self.tables.get(name)
            if table and name not in needed:
                needed.add(name)
                queue += self._find_parents(table)
                queue += (word for trigger in self.triggers.get(name, ()) for word in _read_names(trigger.sql))
        return frozenset(needed)

    def _find_parents(self, table: Table) -> list[str]:
        names = dict.fromkeys(fold(key.parent) for key in table.foreign_keys)
        return [name for name in names if name in self.tables]

    def refers_to_itself(self, table: Table) -> bool:
        """Return whether a row can refer to another row of its own table."""
        return any(fold(key.parent) == fold(table.name) for key in table.foreign_keys)

    def find_referencing_columns(self, table: Table) -> Iterator[tuple[str, Table, Column]]:
        """Yield each column whose values come from a column of this table, however many tables are between.

        The name of the column of this table comes first, folded.
        """
        for own in table.columns:
            start = (fold(table.name), fold(own.name))
            seen, queue = {start}, [start]
            for parent, name in queue:
                for child, column in self._find_child_columns(parent, name):
                    position = (fold(child.name), fold(column.name))
                    if position not in seen:
                        seen.add(position)
                        queue.append(position)
                        yield fold(own.name), child, column

    def _find_child_columns(self, parent: str, name: str) -> Iterator[tuple[Table, Column]]:
        for child, key in self._children.get(parent, ()):
            for theirs, mine in zip(key.parent_columns, key.columns, strict=False):
                column = child.find_column(mine) if fold(theirs) == name else None
                if column is not None:
                    yield child, column


@lru_cache(1024)
def _read_names(sql: str) -> frozenset[str]:
    return frozenset(fold(token.name) for token in tokenize_code(sql))


def _walk_depth_first(starts: Iterable[str], edges: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """Yield for each start what can be reached from it and was not before, each after all that it leads to."""
    seen = set[str]()
    for start in starts:
        if start in seen:
            continue
        seen.add(start)
        finished, path = list[str](), [(start, iter(edges.get(start, ())))]
        while path:
            name, rest = path[-1]
            following = next((each for each in rest if each not in seen), None)
            if following is None:
                finished.append(name)
                path.pop()
            else:
                seen.add(following)
                path.append((following, iter(edges.get(following, ()))))
        yield finished
