"""A seed to a case: an application, a pull request to it, and as many databases as one likes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING

from tests.hunt import schemas
from tests.hunt.changes import Change
from tests.hunt.rebuilds import MAKERS
from tests.hunt.rows import Rows, fill

if TYPE_CHECKING:
    from tests.hunt.app import App

BASE, CHANGE = "migrations/0001_base.sql", "migrations/0002_change.sql"


@dataclass(frozen=True)
class Case:
    """All of it follows from the seed."""

    seed: int

    @cached_property
    def app(self) -> App:
        """The merged schema."""
        return schemas.generate(self._dice("app"))

    @cached_property
    def change(self) -> Change:
        """The pull request."""
        return make_change(self._dice("change"), self.app)

    def rows(self, number: int) -> Rows:
        """Return the rows of one of its databases."""
        return fill(self._dice(f"rows {number}"), self.app)

    def _dice(self, name: str) -> Random:
        return Random(f"{name} {self.seed}")

    @property
    def files(self) -> dict[str, str]:
        """The files that the product sees."""
        return {BASE: "\n".join(self.app.statements()) + "\n", CHANGE: self.change.sql + "\n"}


def make_change(random: Random, app: App) -> Change:
    """Return a pull request: one change, or two that follow one another."""
    first = _one(random, app)
    if random.random() > 0.25:
        return first
    second = _one(random, app)
    return Change(
        f"{first.kind} + {second.kind}",
        f"{first.sql}\n{second.sql}",
        first.meant | second.meant,
        first.gone | second.gone,
        second.uses,  # it may replace what the first one makes
        first.views | second.views,
    )


def _one(random: Random, app: App) -> Change:
    while True:
        kind = random.choice(list(MAKERS))
        if made := MAKERS[kind](random, app):
            return replace(made, kind=kind)
