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
