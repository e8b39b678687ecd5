from __future__ import annotations

from tests.cloudflare.fixtures import cloud as cloud
from tests.cloudflare.fixtures import databases as databases
