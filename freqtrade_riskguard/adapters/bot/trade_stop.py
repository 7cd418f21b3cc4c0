"""Putting a stop price into force on a trade, in the form that freqtrade keeps."""

from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.adapters.account.trades import trade_side
from freqtrade_riskguard.risk import stop_ratio


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
