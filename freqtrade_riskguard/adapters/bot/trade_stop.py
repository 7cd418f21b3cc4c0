"""The stop of a trade in freqtrade's forms: as it keeps it, and as ``custom_stoploss`` answers."""

from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.adapters.account.trades import trade_side
from freqtrade_riskguard.risk import stop_ratio

# The share of its margin that a trade may lose while its stop cannot be set: half of the way to
# liquidation at any leverage.
EMERGENCY_RISK = 0.5
# Of the rate: less than any tick.
_HAIR = 1e-12


def tighten_trade_stop(trade: LocalTrade, stop_price: float, rate: float) -> None:
    """Move the stop of a trade to ``stop_price`` if that is nearer to the market, else do nothing.

    freqtrade stores a stop with the ratio it was set by, and applies that ratio to the open rate
    again after each partial fill. So the ratio is given relative to the open rate wherever the stop
    is on its losing side: a partial exit then leaves the stop where it is.
    """
    side = trade_side(trade)
    if trade.stop_loss and side * (stop_price - trade.stop_loss) <= 0:
        return
    is_loss = side * (trade.open_rate - stop_price) > 0
    reference = trade.open_rate if is_loss else rate
    if side * (reference - stop_price) <= 0:
        # The market is beyond the stop already: freqtrade closes at its next check.
        reference = stop_price
    ratio = stop_ratio(side=side, rate=reference, stop_price=stop_price, leverage=trade.leverage)
    # A fixed stop is not a trailing one, and is not to be reported as such.
    trade.adjust_stop_loss(reference, ratio, allow_refresh=is_loss)


def answered_ratio(trade: LocalTrade, stop_price: float, rate: float) -> float:
    """Return the answer of ``custom_stoploss`` that puts a stop at ``stop_price``.

    A hair further from the market: freqtrade rounds to the tick that is nearer to the market, and
    a stop on a tick would else move by one each time it is answered. Where the rate is beyond the
    stop already the answer is the smallest there is, since 0 would change nothing.

    Parameters
    ----------
    rate : float
        The ``current_rate`` that freqtrade hands over.
    """
    leverage = trade.leverage or 1.0
    ratio = stop_ratio(side=trade_side(trade), rate=rate, stop_price=stop_price, leverage=leverage)
    return ratio + _HAIR * leverage
