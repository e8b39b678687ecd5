"""Whose databases: an account of Cloudflare's, and the token to it."""

from __future__ import annotations

from dataclasses import dataclass, field

API_URL = "https://api.cloudflare.com/client/v4"


@dataclass(frozen=True, slots=True)
class Account:
    """An account, and the token to it; the token is never shown."""

    id: str
    token: str = field(repr=False)
    api_url: str = API_URL
