"""What positions beside the trades have won or lost by their end, where no wallet tells it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from freqtrade_riskguard.adapters.persistence.state_store import StateStore
from freqtrade_riskguard.engine.reconciliation import EndedPosition, Mismatch

_KEPT = "beside_trades"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was held beside the trades of a pair at a look, and what it was worth then."""

    booked: float
    surplus: float
    profit_quote: float
    time: datetime


class BesideTrades:
    """Remembers what each was worth at the latest look: that is its result once it is gone.

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
        self._seen: dict[str, _Seen] | None = None
        self.ended: tuple[EndedPosition, ...] = ()

    def look(
        self, confirmed: Sequence[Mismatch], booked: Mapping[str, float], time: datetime
    ) -> bool:
        """Take up what is held now; return whether anything has ended.

        Parameters
        ----------
        booked : mapping
            What the trades of each pair say is held, base units, signed.
        """
        before = self._recalled() if self._seen is None else self._seen
        now = {item.pair: item for item in confirmed if item.surplus}
        ended = [
            EndedPosition(pair, seen.time, seen.profit_quote * gone)
            for pair, seen in before.items()
            if (gone := _gone_share(seen, now.get(pair), booked.get(pair, 0.0)))
        ]
        self._seen = {
            pair: _Seen(item.booked, item.surplus, _profit_quote(item), time)
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
            pair: (seen.booked, seen.surplus, seen.profit_quote, seen.time.timestamp())
            for pair, seen in (self._seen or {}).items()
        }
        if figures or self._memory.get(_KEPT):
            self._memory.set(_KEPT, json.dumps(figures) if figures else "")

    def _recalled(self) -> dict[str, _Seen]:
        text = self._memory.get(_KEPT)
        if not isinstance(text, str) or not text:
            return {}
        return {
            pair: _Seen(booked, surplus, profit_quote, datetime.fromtimestamp(seconds, UTC))
            for pair, (booked, surplus, profit_quote, seconds) in json.loads(text).items()
        }


def _profit_quote(item: Mismatch) -> float:
    """Return what is counted beside the trades: of the other side, all that is held."""
    return (item.beside_trades() if item.is_missing else item).profit_quote


def _gone_share(seen: _Seen, now: Mismatch | None, booked: float) -> float:
    """Return how much of what was seen is held no more, a share; 0 where trades have taken it."""
    if booked != seen.booked:
        return 0.0
    left = 0.0 if now is None else now.surplus / seen.surplus
    return 1.0 - min(max(left, 0.0), 1.0)
