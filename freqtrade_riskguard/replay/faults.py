"""Failures of the exchange that are switched on while it runs."""

from collections.abc import Collection


class Faults:
    """The faults of the exchange at the moment; none at first.

    Set an attribute and the next request meets it; `clear` mends everything. Attributes may be set
    by any thread while the exchange answers.

    Attributes
    ----------
    status
        HTTP status that every request is refused with, as in 500; None for none.
    hang_seconds
        Time that every answer is held back, seconds. Beyond the client's patience (10 s for ccxt)
        that is a time-out.
    empty
        Klines answer with no candles.
    without_funding
        There are no funding rates: neither their history nor a current one.
    frozen_at_ms
        Klines end with the last candle that had ended at this moment (milliseconds since 1970
        UTC), though clock, prices and order book go on; None for fresh ones.
    paths
        Paths that `status` and `hang_seconds` are limited to, as in ``{"/fapi/v1/klines"}``; None
        for all, the exchange's time and its list of contracts included.
    hits
        How many requests have met a fault since the exchange was made: a test that injects one can
        see that it did.
    """

    def __init__(self) -> None:
        self.hits = 0
        self.clear()

    def clear(self) -> None:
        """Mend everything; `hits` stays."""
        self.status: int | None = None
        self.hang_seconds = 0.0
        self.empty = False
        self.without_funding = False
        self.frozen_at_ms: int | None = None
        self.paths: Collection[str] | None = None

    def concerns(self, path: str) -> bool:
        """Whether `status` and `hang_seconds` hold for a path."""
        paths = self.paths
        return paths is None or path in paths
