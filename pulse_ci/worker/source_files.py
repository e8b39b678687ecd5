"""The source files of a checkout, and which of them are the Worker's."""

from __future__ import annotations

import os
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pulse_ci.worker.imports import is_settings, is_source, read_aliases, resolve, specifiers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pulse_ci.worker.imports import Aliases

MAX_TOTAL_BYTES = 100_000_000
_MAX_FILE_BYTES = 4_000_000
_SKIPPED_FOLDERS = frozenset(
    {"node_modules", "dist", "build", "out", "coverage", "vendor", "test", "tests", "__tests__", "spec", "specs", "e2e"}
    | {"__mocks__", "mocks", "fixtures", "__fixtures__", "examples", "docs", "stories"}
)
_TEST = re.compile(
    r"(?:^|/)tests?[-_][^/]*\Z|\.(?:test|spec|stories|min|bench)\.[a-z]+\Z|(?:^|/)(?:vitest|jest|playwright)\.[\w.]+\Z"
)
_SETTINGS_AND_SCHEMAS = re.compile(r"\.prisma\Z|(?:^|/)(?:\d{4}_snapshot|snapshot)\.json\Z")
# A path of the repository that no file has: what imports it may import the Worker's queries.
_OWN = (".", "/", "~", "@/", "#", "$")


@dataclass(frozen=True, slots=True)
class SourceTree:
    """The files of one commit that matter here, by their path in the repository."""

    files: Mapping[str, bytes]

    @property
    def sources(self) -> dict[str, bytes]:
        """The files of code."""
        return {path: content for path, content in self.files.items() if is_source(path)}

    def read_aliases(self) -> Aliases:
        """Return what the repository's settings make import specifiers mean."""
        return read_aliases({path: content for path, content in self.files.items() if is_settings(path)})

    def overlay(self, changes: Mapping[str, bytes | None]) -> SourceTree:
        """Return the tree with other contents; None takes a file away."""
        kept = {path: content for path, content in self.files.items() if path not in changes}
        added = {path: content for path, content in changes.items() if content is not None}
        return SourceTree(kept | added)


def matters(path: str) -> bool:
    """Whether a file of the repository is read: code outside of tests, and what settings say of it."""
    folders = path.split("/")[:-1]
    if any(each in _SKIPPED_FOLDERS or each.startswith(".") for each in folders):
        return False
    if is_settings(path) or _SETTINGS_AND_SCHEMAS.search(path):
        return True
    return is_source(path) and not _TEST.search(path)


def read_tree(root: Path) -> SourceTree:
    """Read the files below `root` that matter; links are not followed."""
    files, total = dict[str, bytes](), 0
    for path in _walk(root):
        content = _read(root / path)
        total += len(content)
        if total > MAX_TOTAL_BYTES:
            break
        files[path] = content
    return SourceTree(files)


def _walk(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(each for each in folders if each not in _SKIPPED_FOLDERS and not each.startswith("."))
        relative = Path(folder).relative_to(root).as_posix()
        for name in sorted(names):
            path = name if relative == "." else f"{relative}/{name}"
            if matters(path) and not (root / path).is_symlink():
                yield path


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_FILE_BYTES)
    except OSError:
        return b""


def select_worker(tree: SourceTree, *, folder: str, main: str | None, globs: tuple[str, ...]) -> frozenset[str]:
    """Return the paths of the Worker's source: what `globs` match, else `main` and what it imports, else all.

    `folder` is where wrangler's configuration is; `main` is relative to it. Where an import of the repository's own
    leads nowhere, or `main` is made by a build, all source below the folder is taken.
    """
    sources = tree.sources
    if globs:
        from wcmatch import glob

        flags = glob.GLOBSTAR | glob.BRACE | glob.NEGATE
        return frozenset(path for path in sources if glob.globmatch(path, list(globs), flags=flags))
    below = frozenset(path for path in sources if not folder or path.startswith(f"{folder}/"))
    entry = posixpath.normpath(posixpath.join(folder, main)) if main else None
    reached = _follow(entry, sources, tree.read_aliases()) if entry in sources else None
    return reached or below


def _follow(entry: str | None, sources: Mapping[str, bytes], aliases: Aliases) -> frozenset[str] | None:
    """Return what `entry` imports, directly or not; None where an import of the repository's own leads nowhere."""
    reached, pending = set[str](), [str(entry)]
    while pending:
        path = pending.pop()
        if path in reached:
            continue
        reached.add(path)
        for specifier in specifiers(sources[path]):
            target = resolve(path, specifier, sources, aliases)
            if target is not None:
                pending.append(target)
            elif _is_lost(specifier):
                return None
    return frozenset(reached)


def _is_lost(specifier: str) -> bool:
    if not specifier.startswith(_OWN) or " " in specifier:
        return False
    ending = posixpath.splitext(specifier.partition("?")[0])[1].lower()
    return ending in {"", ".js", ".ts", ".tsx", ".jsx", ".mjs", ".mts"}


def find_importers(tree: SourceTree, changed: frozenset[str], is_relevant: Callable[[str], bool]) -> frozenset[str]:
    """Return the files that import one of `changed` themselves."""
    sources, aliases = tree.sources, tree.read_aliases()
    names = {posixpath.splitext(posixpath.basename(path))[0] for path in changed}
    found = set[str]()
    for path, content in sources.items():
        if is_relevant(path) and path not in changed:
            own = (each for each in specifiers(content) if posixpath.splitext(posixpath.basename(each))[0] in names)
            if any(resolve(path, each, sources, aliases) in changed for each in own):
                found.add(path)
    return frozenset(found)
