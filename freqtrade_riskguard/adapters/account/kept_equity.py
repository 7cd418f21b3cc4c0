"""What a restart must find again of the account's equity: one text, written in one commit."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isnan, nan
from typing import Self

from freqtrade_riskguard.adapters.persistence.state_store import StateStore
from freqtrade_riskguard.risk import EquityTrack

KEPT = "equity"
# As releases before this one have kept it, and as it is now.
_OLD_FIGURES, _FIGURES = 7, 9


@dataclass(frozen=True, slots=True)
class KeptEquity:
    """The equity's base, and what it is measured against.

    Attributes
    ----------
    agreed_at : datetime or None
        Until when all that came or went is in the base; None where that is not known.
    beside_quote : float
        Results of positions beside the trades that the base does not have.
    """

    base_quote: float
    track: EquityTrack
    agreed_at: datetime | None = None
    beside_quote: float = 0.0

    @classmethod
    def recalled(cls, memory: StateStore) -> Self | None:
        """Return what a run before this one has kept; None for none.

        Raises
        ------
        ValueError
            Where another release has kept something else.
        """
        text = memory.get(KEPT)
        if not isinstance(text, str):
            return None
        figures = [float(figure) for figure in json.loads(text)]
        if len(figures) == _OLD_FIGURES:
            figures += [nan, 0.0]
        if len(figures) != _FIGURES:
            msg = (
                f"riskguard_{KEPT} in the database has {len(figures)} numbers, not {_FIGURES}: "
                f"{text}"
            )
            raise ValueError(msg)
        base, equity, peak, day, day_start, week, week_start, agreed, beside = figures
        return cls(
            base,
            EquityTrack(equity, peak, int(day), day_start, int(week), week_start),
            None if isnan(agreed) else datetime.fromtimestamp(agreed, UTC),
            beside,
        )

    def text(self) -> str:
        """Return what the database keeps."""
        track = self.track
        return json.dumps(
            [
                self.base_quote,
                track.equity_quote,
                track.peak_quote,
                track.day_index,
                track.day_start_quote,
                track.week_index,
                track.week_start_quote,
                nan if self.agreed_at is None else self.agreed_at.timestamp(),
                self.beside_quote,
            ]
        )
