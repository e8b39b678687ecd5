"""Import specifiers to the files of the repository that they name."""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pulse_ci.worker.syntax import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_ENDINGS = ("", *(f".{each}" for each in ("ts", "tsx", "js", "jsx", "mts", "mjs", "cts", "cjs")))
_INDEXES = tuple(f"/index{each}" for each in _ENDINGS[1:])
_JS = re.compile(r"\.([mc]?)js(x?)$")
_SPECIFIER = re.compile(
    rb"""(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(?:"([^"\n]{1,300})"|'([^'\n]{1,300})')"""
)
_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.DOTALL)


@dataclass(frozen=True)
class Aliases:
    """What specifiers stand for beyond relative paths: `paths` of tsconfig files, and packages of the workspace.

    `patterns` has, by folder of a tsconfig, its patterns with the paths that they stand for; `packages` the folder of
    a package by its name.
    """

    patterns: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)

    def expand(self, importer: str, specifier: str) -> Iterator[str]:
        """Yield the paths, without an ending, that `specifier` can mean in the file `importer`."""
        if specifier.startswith("."):
            yield posixpath.normpath(posixpath.join(posixpath.dirname(importer), specifier))
            return
        for folder in _folders_above(importer):
            for pattern, target in self.patterns.get(folder, ()):
                head, star, tail = pattern.partition("*")
                if star and specifier.startswith(head) and specifier.endswith(tail):
                    middle = specifier[len(head) : len(specifier) - len(tail)]
                    yield posixpath.normpath(posixpath.join(folder, target.replace("*", middle)))
                elif specifier == pattern:
                    yield posixpath.normpath(posixpath.join(folder, target))
        for name, folder in self._packages_by_length:
            if specifier == name or specifier.startswith(f"{name}/"):
                rest = specifier[len(name) :].strip("/")
                yield from (posixpath.join(folder, each, rest).rstrip("/") for each in ("", "src"))

    @cached_property
    def _packages_by_length(self) -> list[tuple[str, str]]:
        return sorted(self.packages.items(), key=lambda each: -len(each[0]))


def read_aliases(files: Mapping[str, bytes]) -> Aliases:
    """Return the aliases that tsconfig.json, jsconfig.json and package.json files set; broken ones are passed over."""
    patterns, packages = dict[str, tuple[tuple[str, str], ...]](), dict[str, str]()
    for path, content in files.items():
        folder, _, name = path.rpartition("/")
        settings = _load(content)
        if name == "package.json" and isinstance(settings.get("name"), str):
            packages[settings["name"]] = folder
        elif name != "package.json":
            patterns[folder] = patterns.get(folder, ()) + tuple(_patterns(settings))
    return Aliases(patterns, packages)


def is_settings(path: str) -> bool:
    """Whether read_aliases() reads this file."""
    name = path.rpartition("/")[2]
    return name == "package.json" or (name.startswith(("tsconfig", "jsconfig")) and name.endswith(".json"))


def _patterns(settings: dict[str, Any]) -> Iterator[tuple[str, str]]:
    options = settings.get("compilerOptions")
    if not isinstance(options, dict):
        return
    base = options.get("baseUrl")
    base = base if isinstance(base, str) else "."
    paths = options.get("paths")
    for pattern, targets in paths.items() if isinstance(paths, dict) else ():
        for target in targets if isinstance(targets, list) else ():
            if isinstance(target, str):
                yield pattern, posixpath.join(base, target)
    if isinstance(options.get("baseUrl"), str):
        yield "*", posixpath.join(base, "*")


def _load(content: bytes) -> dict[str, Any]:
    text = content.decode(errors="replace")
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError):
        try:
            loaded = json.loads(_COMMENT.sub(lambda match: match[1] or "", text))
        except (ValueError, RecursionError):
            return {}
    return loaded if isinstance(loaded, dict) else {}


def _folders_above(path: str) -> Iterator[str]:
    folder = posixpath.dirname(path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def resolve(importer: str, specifier: str, paths: Collection[str], aliases: Aliases) -> str | None:
    """Return which of `paths` an import means; None for a package, or for what is not there."""
    for stem in aliases.expand(importer, specifier):
        if found := next((each for each in _candidates(stem) if each in paths), None):
            return found
    return None


def _candidates(stem: str) -> Iterator[str]:
    for ending in _ENDINGS:
        yield stem + ending
    if _JS.search(stem):  # TypeScript imports ./a.js and means ./a.ts
        yield _JS.sub(r".\1ts\2", stem)
        yield _JS.sub(r".ts\2", stem)
    for ending in _INDEXES:
        yield stem.lstrip("/") + ending if stem in {"", "."} else stem + ending


def specifiers(content: bytes) -> frozenset[str]:
    """Return what a file seems to import; text in a comment or string is taken for an import too."""
    return frozenset((double or single).decode(errors="replace") for double, single in _SPECIFIER.findall(content))


def is_source(path: str) -> bool:
    """Whether a file can hold the Worker's code, by its ending."""
    return path.rpartition(".")[2].lower() in SUFFIXES and not path.endswith(".d.ts")
