"""A client whose GitHub is one function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from pulse_ci.github.client import GitHubClient

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "github_pat_verysecret"
API = "https://api.github.test"


def github_that(handler: Callable[[httpx.Request], httpx.Response], waits: list[float] | None = None) -> GitHubClient:
    sleep = waits.append if waits is not None else lambda _: None
    return GitHubClient(API, TOKEN, transport=httpx.MockTransport(handler), sleep=sleep)
