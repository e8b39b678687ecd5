"""The source files of one side of a change, parsed when they are needed."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from pulse_ci.worker.imports import Aliases, resolve
from pulse_ci.worker.syntax import Unreadable, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulse_ci.worker.syntax import Module

_KEPT_BYTES = 2_000_000  # of source; its trees take about ten times as much
_SECONDS = 30.0


class Program:
    """Source files by path, of one commit."""

    def __init__(self, sources: Mapping[str, bytes], aliases: Aliases | None = None) -> None:
        self.sources = sources
        self.skipped: dict[str, str] = {}
        self._aliases = aliases or Aliases()
        self._parsed: OrderedDict[str, Module] = OrderedDict()
        self._kept_bytes = 0
        self._mentioning: dict[str, tuple[str, ...]] = {}
        self._deadline = time.monotonic() + _SECONDS

    def module(self, path: str) -> Module | None:
        """Return a file, parsed; None, and an entry in `skipped`, where it is not read."""
        if path in self._parsed:
            self._parsed.move_to_end(path)
            return self._parsed[path]
        if path in self.skipped or path not in self.sources:
            return None
        try:
            if time.monotonic() > self._deadline:
                raise Unreadable(f"was not reached within {_SECONDS:g} seconds")
            module = parse(path, self.sources[path])
        except Unreadable as error:
            self.skipped[path] = str(error)
            return None
        self._parsed[path] = module
        self._kept_bytes += len(module.source)
        while self._kept_bytes > _KEPT_BYTES and len(self._parsed) > 1:
            self._kept_bytes -= len(self._parsed.popitem(last=False)[1].source)
        return module

    def imported(self, importer: str, specifier: str) -> str | None:
        """Return the file of the program that `importer` means by `specifier`."""
        return resolve(importer, specifier, self.sources, self._aliases)

    def mentioning(self, name: str) -> tuple[str, ...]:
        """Return the files with a call of something called `name`."""
        if name not in self._mentioning:
            call, needle = call_pattern(name), name.encode()
            self._mentioning[name] = tuple(
                path for path, content in self.sources.items() if needle in content and call.search(content)
            )
        return self._mentioning[name]


def call_pattern(name: str) -> re.Pattern[bytes]:
    """Return what finds calls of `name` in source."""
    return re.compile(rb"\b%s\s*(?:<[^()]{0,200}>)?\s*\(" % re.escape(name.encode()))
