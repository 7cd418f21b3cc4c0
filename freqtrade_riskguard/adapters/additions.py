"""Adding to an open position: held to what an entry of the whole position is held to."""

from dataclasses import replace
from datetime import datetime
from math import nan

from freqtrade.persistence import LocalTrade, PairLocks
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.session import Session
from freqtrade_riskguard.adapters.trades import trade_side
from freqtrade_riskguard.risk import floor_leverage
from freqtrade_riskguard.snapshot import Entry

# The average price moves with the addition, so a smaller one is asked about once more.
_STEPS = 3


def decide_addition(
    session: Session,
    strategy: IStrategy,
    trade: LocalTrade,
    stake_quote: float,
    *,
    rate: float,
    time: datetime,
    min_stake_quote: float,
) -> float:
    """Return the stake of an addition: what the position may have in all, less what it has.

    Parameters
    ----------
    stake_quote : float
        What the strategy asks for.
    rate : float
        Price of the addition.
    min_stake_quote : float
        The exchange's minimum: below it there is no addition, freqtrade would raise it.
    """
    if PairLocks.is_pair_locked(trade.pair, time, "short" if trade.is_short else "long"):
        return 0.0
    if session.stock.reductions.is_ordered(trade.id):
        return 0.0
    allowed = stake_quote
    for _ in range(_STEPS):
        whole = _whole(session, strategy, trade, allowed, rate, time)
        fits = session.guard.stake(whole) - trade.stake_amount
        if fits >= allowed:
            break
        if fits <= 0:
            return 0.0
        allowed = fits
    if allowed < min(stake_quote, min_stake_quote):
        return 0.0
    whole = _whole(session, strategy, trade, allowed, rate, time)
    if session.guard.leverage(whole) < floor_leverage(trade.leverage):
        # Leverage cannot change on an open trade: what a new entry may not have is not added to.
        return 0.0
    return allowed if session.guard.denial(whole) is None else 0.0


def _whole(
    session: Session,
    strategy: IStrategy,
    trade: LocalTrade,
    stake_quote: float,
    rate: float,
    time: datetime,
) -> Entry:
    """Return the position as it would be, as if it were entered at once, with its own stop."""
    amount = trade.amount + stake_quote * trade.leverage / rate
    margin_quote = trade.stake_amount + stake_quote
    entry = session.entry(
        strategy,
        pair=trade.pair,
        side=trade_side(trade),
        rate=margin_quote * trade.leverage / amount,
        time=time,
        leverage=trade.leverage,
        stake_quote=margin_quote,
        enter_tag=trade.enter_tag,
        adds_to=trade.id,
    )
    # The stop in force never loosens; today's ATR would plan with one that is not there.
    return replace(entry, stop_price=trade.stop_loss or nan)
