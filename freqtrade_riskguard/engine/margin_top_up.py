"""When a position near liquidation gets more margin, and how much: pure, no requests."""

from dataclasses import dataclass
from math import floor, isfinite

from freqtrade_riskguard.risk import maintenance_cover, planned_loss
from freqtrade_riskguard.snapshot import Account, Position

ARMED, TAKEN = 0, 1
# Past its limit by this much a cover counts as recovered; until then the step stays taken.
_RECOVERED = 1.1
_CENTS = 100


@dataclass(frozen=True, slots=True)
class MarginTopUp:
    """Decides about margin that is added from the free balance.

    Attributes
    ----------
    max_share_ratio : float
        Margin added to all open positions together / equity, at most.
    cover_limit : float
        Equity / maintenance margin at and below which margin is added.
    slippage_ratio : float
        Of the planned loss at the stop.
    """

    max_share_ratio: float
    cover_limit: float
    slippage_ratio: float

    def level(self, level: int, position: Position) -> int:
        """Return 1 from the moment that the cover is so low to its recovery; NaN changes nothing.

        What was added is no recovery: without it the position must be that far away again.
        """
        if level == ARMED:
            return TAKEN if position.maintenance_cover <= self.cover_limit else ARMED
        own_quote = position.equity_quote - position.report.added_margin_quote
        cover = maintenance_cover(own_quote, position.maintenance_quote)
        return ARMED if cover > self.cover_limit * _RECOVERED else TAKEN

    def amount_quote(
        self, position: Position, account: Account, *, given_quote: float, all_given_quote: float
    ) -> float:
        """Return what to add, in whole cents; 0 for nothing, and where a figure is not known.

        Parameters
        ----------
        given_quote, all_given_quote : float
            What this position, and all open ones, have got already or may have got.
        """
        rooms_quote = (
            self.max_share_ratio * account.sizing_equity_quote - all_given_quote,
            self._planned_loss_quote(position) - given_quote,
            account.free_quote,
        )
        if not all(map(isfinite, rooms_quote)):
            return 0.0
        return max(0.0, floor(min(rooms_quote) * _CENTS) / _CENTS)

    def _planned_loss_quote(self, position: Position) -> float:
        """Return what the trade is planned to lose from its entry to its stop; infinite without."""
        distance = position.side * (position.open_rate - position.stop_price) / position.open_rate
        return planned_loss(
            stake_quote=position.amount * position.open_rate,
            leverage=1.0,
            # Written so that an unknown stop stays unknown.
            stop_distance_ratio=0.0 if distance < 0 else distance,
            taker_fee=position.market.taker_fee,
            slippage_ratio=self.slippage_ratio,
            side=position.side,
        )
