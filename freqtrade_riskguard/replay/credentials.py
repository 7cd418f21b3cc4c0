"""The key that a bot trades with on the replay exchange."""

import secrets
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """A key and its secret; worth nothing anywhere but on the exchange that made them.

    Parameters
    ----------
    key
        Sent with each request.
    secret
        Signs them, and is never sent.
    """

    key: str
    secret: str = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """Make a random pair."""
        return cls(key=secrets.token_hex(32), secret=secrets.token_hex(32))
