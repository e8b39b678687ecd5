"""The real wrangler, pointed at the stand-in."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from tests.workerd.rig import NODE, NODE_MODULES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cloudflare.server import Cloudflare

_PROGRAM = NODE_MODULES / "wrangler" / "bin" / "wrangler.js"


def configure(folder: Path, database: str, name: str = "staging") -> Path:
    """Write a wrangler.toml that names a database by its id, and return its path."""
    config = folder / "wrangler.toml"
    config.write_text(
        'name = "pulse"\ncompatibility_date = "2026-07-01"\n\n[[d1_databases]]\nbinding = "DB"\n'
        f'database_name = "{name}"\ndatabase_id = "{database}"\n',
        encoding="utf-8",
    )
    return config


def wrangler(cloud: Cloudflare, folder: Path, *words: str, home: Path | None = None) -> str:
    """Run wrangler in a folder and return what it printed; fails where it fails. `home` is where it keeps its own."""
    home = home or folder
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "CI": "1",
        "WRANGLER_SEND_METRICS": "false",
        "WRANGLER_LOG_PATH": str(home / "logs"),
        "NO_COLOR": "1",
        "NODE_COMPILE_CACHE": str(home / "compiled"),  # each further run starts in less time
        **cloud.environment,
    }
    done = subprocess.run(
        [str(NODE), str(_PROGRAM), *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
