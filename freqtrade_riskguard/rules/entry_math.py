"""Figures that several rules need, derived in the same way."""

from math import inf, isnan

from freqtrade_riskguard.risk import planned_loss
from freqtrade_riskguard.snapshot import Entry, Position

# Amounts are rounded to the exchange's step; a raise to its minimum is not rounding.
ROUNDING = 1e-3
# Periods a day, for what is told per day and asked per year.
DAILY = 1.0
YEARLY = 1 / 365


def used_margin_quote(entry: Entry) -> float:
    """Return the initial margin of the positions beside the entry's own."""
    return sum(position.margin_quote for position in entry.others)


def stop_distance_ratio(entry: Entry) -> float:
    """Return how far the market is from the stop, as a fraction of the entry's rate.

    The rate of an addition is the average of the whole position, whose present profit or loss is
    in the equity already: there it is counted from the mark. NaN without a known stop; 0 for a
    stop that the market has passed, which still costs fees and slippage.
    """
    held = (
        p.rate for p in entry.account.positions if entry.adds_to and p.trade_id == entry.adds_to
    )
    distance_ratio = entry.side * (next(held, entry.rate) - entry.stop_price) / entry.rate
    return 0.0 if distance_ratio < 0 else distance_ratio


def position_loss_quote(position: Position, slippage_ratio: float) -> float:
    """Return what an open position is planned to lose from its mark to its stop, before gaps.

    Without a stop it is all that is in it: its margin, and its open profit. Infinite where that
    is not known either. In cross margin the account answers for it: a long loses its notional, and
    a short no one knows how much.
    """
    if isnan(position.stop_price):
        if position.margin_mode == "cross":
            return position.notional_quote if position.side > 0 else inf
        whole_quote = position.equity_quote
        return inf if isnan(whole_quote) else max(position.margin_quote, whole_quote)
    distance_ratio = position.side * (position.rate - position.stop_price) / position.rate
    return planned_loss(
        stake_quote=position.notional_quote,
        leverage=1.0,
        stop_distance_ratio=0.0 if distance_ratio < 0 else distance_ratio,
        taker_fee=position.market.taker_fee,
        slippage_ratio=slippage_ratio,
        side=position.side,
    )
