"""Clients of the stand-in, that wait for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulse_ci.d1.account import Account
from pulse_ci.d1.client import D1Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cloudflare.server import Cloudflare


def client_of(
    cloud: Cloudflare, *, token: str | None = None, sleep: Callable[[float], None] = lambda _: None
) -> D1Client:
    """Return a client with the stand-in's own token, or another."""
    return D1Client(Account(cloud.account, token or cloud.token, cloud.url), sleep=sleep)
