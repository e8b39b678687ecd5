"""Modules import downwards only, and a command loads no more than it uses."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import pulse_ci

PACKAGE = Path(pulse_ci.__file__).parent
ROOT = PACKAGE.parent

# Lowest first; modules that share a layer may import one another.
LAYERS = (
    ("errors",),
    ("http",),
    ("model", "sandbox"),
    ("sql",),
    ("layout",),
    ("inputs", "settings", "config_file", "discovery", "wrangler"),
    ("migrations", "schema"),
    ("engine",),
    ("analysis",),
    ("rewrite",),
    ("drift",),
    ("d1", "worker"),
    ("apply",),
    ("rules",),
    ("fixes",),
    ("report",),
    ("github",),
    ("commands",),
    ("cli", "action"),
)
LAYER_OF = {name: height for height, names in enumerate(LAYERS) for name in names}
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))

SLOW = {"apsw", "httpx", "pydantic", "json5", "tree_sitter", "wcmatch"}


def imported_parts(source: Path) -> set[str]:
    """The parts of pulse_ci that a file imports anywhere: in a function and for types alone too."""
    names = set[str]()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module="pulse_ci", names=aliases):
                names |= {f"pulse_ci.{alias.name}" for alias in aliases}
            case ast.ImportFrom(module=str(module)):
                names.add(module)
            case ast.ImportFrom(level=level):
                assert level == 0, f"{source}: a relative import hides what it imports"
    parts = {name.split(".")[1] for name in names if name.startswith("pulse_ci.")}
    return {part for part in parts if not part.startswith("__")}


@pytest.mark.parametrize("module", [each for each in MODULES if each != "__init__.py"])
def test_a_module_imports_its_own_layer_and_lower_ones_alone(module: str) -> None:
    part = module.partition("/")[0].removesuffix(".py")

    upwards = {each for each in imported_parts(PACKAGE / module) if LAYER_OF[each] > LAYER_OF[part]}

    assert not upwards


def test_every_part_of_the_package_has_a_layer() -> None:
    parts = {module.partition("/")[0].removesuffix(".py") for module in MODULES} - {"__init__"}

    assert parts <= LAYER_OF.keys()


def loaded_by(code: str) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded after `code`."""
    tell = "import sys; print('\\n' + ' '.join(sorted({name.partition('.')[0] for name in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tell}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def run_in(words: list[str]) -> str:
    return f"import pulse_ci.cli\ntry: pulse_ci.cli.main({words!r})\nexcept SystemExit: pass"


@pytest.mark.parametrize("words", [["--help"], ["check", "--help"], ["--version"], ["frobnicate"]])
def test_help_loads_nothing_that_is_slow_to_import(words: list[str]) -> None:
    loaded = loaded_by(run_in(words))

    assert "pulse_ci" in loaded
    assert not loaded & SLOW


def test_the_package_alone_loads_nothing_that_is_slow_to_import() -> None:
    assert not loaded_by("import pulse_ci") & SLOW


def test_a_check_of_good_migrations_loads_no_client_and_no_second_parser() -> None:
    loaded = loaded_by(run_in(["check", "migrations"]))

    assert "apsw" in loaded
    assert not loaded & {"httpx", "json5"}
