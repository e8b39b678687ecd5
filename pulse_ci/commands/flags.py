"""Flags that several commands have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_directory(parser: argparse.ArgumentParser) -> None:
    """Give the parser the migrations directory, as `migrations_dir`."""
    parser.add_argument(
        "migrations_dir", metavar="DIR", nargs="?", help="the migrations directory (default: migrations)"
    )


def add_skip(parser: argparse.ArgumentParser) -> None:
    """Give the parser the rules to leave out, as `skip`."""
    parser.add_argument(
        "--skip", metavar="RULE", action="append", help="a rule to leave out, or `conventions`; repeatable"
    )


def add_worker(parser: argparse.ArgumentParser) -> None:
    """Add the flags on the Worker's source."""
    add = parser.add_argument
    add("--worker", metavar="GLOB", action="append", help="the Worker's source (default: main and what it imports)")
    add(
        "--deploy-order",
        choices=("code-first", "migrations-first", "unknown"),
        help="what is deployed first (default: unknown)",
    )
