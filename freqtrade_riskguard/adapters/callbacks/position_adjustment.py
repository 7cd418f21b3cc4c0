"""Adding to an open position: held to what an entry of the whole position is held to."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from math import nan
from typing import Any

from freqtrade.persistence import LocalTrade, PairLocks
from freqtrade.strategy import IStrategy
from freqtrade.strategy.strategy_wrapper import strategy_safe_wrapper

from freqtrade_riskguard.adapters.account.trades import open_trades, trade_side
from freqtrade_riskguard.adapters.account.waiting_orders import filled_part
from freqtrade_riskguard.adapters.bot.session import Session
from freqtrade_riskguard.adapters.bot.strategy_answers import as_number
from freqtrade_riskguard.risk import floor_leverage
from freqtrade_riskguard.snapshot import Entry

# freqtrade's own setting, and what it takes where that is not set.
_DISTANCE, _DEFAULT_DISTANCE = "custom_price_max_distance_ratio", 0.02


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
        The exchange's minimum, to which freqtrade raises an addition: it must fit as well.
    """
    if PairLocks.is_pair_locked(trade.pair, time, trade.trade_direction):
        return 0.0
    unsettled = session.live.pause_reason(trade.pair)
    if session.account_manager.reductions.is_ordered(trade.id) or unsettled is not None:
        return 0.0
    planned = _planned_rate(session, strategy, trade, rate, time)
    whole = partial(with_addition, session, strategy, trade, planned, time)
    allowed = session.guard.addition(whole, stake_quote)
    if allowed <= 0 or allowed < min(stake_quote, min_stake_quote):
        return 0.0
    made = max(allowed, min_stake_quote)
    if made > allowed and session.guard.addition(whole, made) < made:
        return 0.0
    entry = whole(made)
    if session.guard.leverage(entry) < floor_leverage(trade.leverage, entry.market.leverage_steps):
        # Leverage cannot change on an open trade: what a new entry may not have is not added to.
        return 0.0
    return allowed if session.guard.denial(entry) is None else 0.0


def _planned_rate(
    session: Session, strategy: IStrategy, trade: LocalTrade, rate: float, time: datetime
) -> float:
    """Return the price to plan an addition with: the strategy's own where that is the worse one.

    freqtrade asks for it once the stake is decided. A backtest then fills up to the end of the
    candle, which nobody knows yet; a running bot keeps to a distance.
    """
    if not session.enforcing:
        return rate
    # Typed for freqtrade's trades of a database alone; a backtest has others.
    own: Any = strategy.custom_entry_price
    asked = strategy_safe_wrapper(own, default_retval=rate)(
        pair=trade.pair,
        trade=trade,
        current_time=time,
        proposed_rate=rate,
        entry_tag=trade.enter_tag,
        side=trade.trade_direction,
    )
    price, side = as_number(asked), trade_side(trade)
    if session.entries.is_live:
        most = rate * (1 + side * strategy.config.get(_DISTANCE, _DEFAULT_DISTANCE))
        price = min(price, most) if side > 0 else max(price, most)
    return price if price > 0 and side * (price - rate) > 0 else rate


def replaced_trade(strategy: IStrategy, pair: str) -> LocalTrade | None:
    """Return the open trade whose order an entry on its pair replaces; None for a new trade."""
    if strategy.config.get("position_stacking"):
        return None
    return next((trade for trade in open_trades() if trade.pair == pair), None)


def with_addition(
    session: Session,
    strategy: IStrategy,
    trade: LocalTrade,
    rate: float,
    time: datetime,
    stake_quote: float,
) -> Entry:
    """Return the position as it would be, as if it were entered at once, with its own stop.

    An addition that still waits is no part of it: freqtrade cancels that before it makes another.
    """
    held, held_quote = filled_part(trade)
    amount = held + stake_quote * trade.leverage / rate
    margin_quote = held_quote + stake_quote
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
    # The stop in force never loosens; today's ATR would plan with one that is not there. While
    # nothing is filled, none is in force but freqtrade's.
    stop_price = trade.stop_loss if held > 0 and trade.stop_loss else nan
    return replace(entry, held_quote=held_quote, stop_price=stop_price)
