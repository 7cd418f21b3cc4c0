"""What positions beside the trades have won or lost by their end, where no wallet tells it."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from math import nan

from freqtrade_riskguard.adapters.live.ended_positions import SeenPosition
from freqtrade_riskguard.adapters.persistence.state_store import StateStore
from freqtrade_riskguard.engine.reconciliation import EndedPosition, Mismatch

_KEPT = "beside_trades"


# Returns what has ended of a position that was seen, and how much of it; None for nothing.
Ended = Callable[[str, SeenPosition, float, datetime], EndedPosition | None]


class BesideTrades:
    """Remembers what each was at the latest look: once it is gone its result is asked for.

    With `available_capital` the wallet holds the money of others, too, and cannot tell. What trades
    take over is no result of its own. After a restart it goes on.

    Parameters
    ----------
    memory : StateStore
        Where that is kept until the account has counted it.

    Attributes
    ----------
    ended : tuple of EndedPosition
        What has ended, in part or whole, and is not counted for sure yet.
    """

    def __init__(self, memory: StateStore) -> None:
        self._memory = memory
        self._seen: dict[str, SeenPosition] | None = None
        self.ended: tuple[EndedPosition, ...] = ()

    def look(
        self,
        confirmed: Sequence[Mismatch],
        booked: Mapping[str, float],
        time: datetime,
        ended_position: Ended,
        suspected: Sequence[Mismatch] = (),
    ) -> bool:
        """Take up what is held now; return whether anything has ended.

        Parameters
        ----------
        booked : mapping
            What the trades of each pair say is held, base units, signed.
        ended_position : callable
            Returns what a share of a position has left.
        suspected : sequence of Mismatch
            Seen at one look only: it may be a trade's in a moment.
        """
        before = self._recalled() if self._seen is None else self._seen
        sure = {item.pair for item in confirmed}
        now = {item.pair: item for item in (*suspected, *confirmed) if item.surplus}
        ended = [
            found
            for pair, seen in before.items()
            if (gone := _gone_share(seen, now.get(pair), booked.get(pair, 0.0)))
            and (found := ended_position(pair, seen, gone, time))
        ]
        self._seen = {
            pair: _seen(item, before.get(pair), time, is_sure=pair in sure)
            for pair, item in now.items()
        }
        self.ended += tuple(ended)
        if not self.ended:
            self._keep()
        return bool(ended)

    def note_counted(self) -> None:
        """Take note that the account has counted what has ended, and that this is written."""
        if self.ended:
            self.ended = ()
            self._keep()

    def _keep(self) -> None:
        figures = {
            pair: (
                seen.booked,
                seen.surplus,
                seen.profit_quote,
                seen.time.timestamp(),
                seen.entry_price,
                seen.mark_price,
                seen.margin_quote,
                seen.has_fees,
                seen.is_sure,
                seen.since.timestamp(),
            )
            for pair, seen in (self._seen or {}).items()
        }
        if figures or self._memory.get(_KEPT):
            self._memory.set(_KEPT, json.dumps(figures) if figures else "")

    def _recalled(self) -> dict[str, SeenPosition]:
        text = self._memory.get(_KEPT)
        if not isinstance(text, str) or not text:
            return {}
        return {pair: _recalled(figures) for pair, figures in json.loads(text).items()}


def _recalled(figures: Sequence[float]) -> SeenPosition:
    booked, surplus, profit_quote, seconds, *others = figures
    if not others:
        others = [nan, nan, nan, False, True, seconds]
    entry, mark, margin_quote, has_fees, is_sure, since = others
    return SeenPosition(
        booked,
        surplus,
        profit_quote,
        entry,
        mark,
        margin_quote,
        bool(has_fees),
        bool(is_sure),
        datetime.fromtimestamp(since, UTC),
        datetime.fromtimestamp(seconds, UTC),
    )


def _seen(
    item: Mismatch, before: SeenPosition | None, time: datetime, *, is_sure: bool
) -> SeenPosition:
    return SeenPosition(
        booked=item.booked,
        surplus=item.surplus,
        profit_quote=_profit_quote(item),
        entry_price=item.entry_price,
        mark_price=item.mark_price,
        margin_quote=item.margin_quote * abs(item.surplus / item.held),
        has_fees=item.fee_ratio > 0,
        is_sure=is_sure,
        since=time if before is None else before.since,
        time=time,
    )


def _profit_quote(item: Mismatch) -> float:
    """Return what is counted beside the trades: of the other side, all that is held."""
    return (item.beside_trades() if item.is_missing else item).profit_quote


def _gone_share(seen: SeenPosition, now: Mismatch | None, booked: float) -> float:
    """Return how much of what was seen is held no more, a share; 0 where trades have taken it."""
    if booked != seen.booked:
        return 0.0
    left = 0.0 if now is None else now.surplus / seen.surplus
    return 1.0 - min(max(left, 0.0), 1.0)
