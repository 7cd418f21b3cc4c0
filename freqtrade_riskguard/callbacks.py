"""The parts by themselves: RiskGuard's leverage and stops for a strategy without the mixin.

Assign them in a plain strategy::

    class Mine(IStrategy):
        use_custom_stoploss = True
        leverage = callbacks.leverage
        custom_stoploss = callbacks.custom_stoploss
        bot_start = callbacks.bot_start
        informative_pairs = callbacks.informative_pairs

Rules, settings (``config["riskguard"]``) and journal are the mixin's. What only the mixin can do
stands in ``docs/parts.md``.
"""

from datetime import datetime
from typing import Any

from freqtrade.constants import ListPairsWithTimeframes
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.trades import side_of
from freqtrade_riskguard.adapters.callbacks.parts import emergency_ratio, parts_of, start_parts

__all__ = ["bot_start", "custom_stoploss", "informative_pairs", "leverage"]


def bot_start(self: IStrategy, **kwargs: Any) -> None:
    """Check configuration, exchange and database at the start; a mistake stops freqtrade here."""
    start_parts(self)


def informative_pairs(self: IStrategy) -> ListPairsWithTimeframes:
    """Return the candles and funding rates that a running bot must fetch for the rules.

    A strategy with pairs of its own returns both: ``own + callbacks.informative_pairs(self)``.
    """
    parts = parts_of(self)
    return [] if parts is None else parts.informative_pairs(self)


def leverage(
    self: IStrategy,
    pair: str,
    current_time: datetime,
    current_rate: float,
    proposed_leverage: float,
    max_leverage: float,
    entry_tag: str | None,
    side: str,
    **kwargs: Any,
) -> float:
    """Return the most leverage that the rules allow.

    Assigned as it is, it asks for all that the exchange has: freqtrade proposes 1x to every
    strategy, so that is no wish. A strategy with a wish of its own calls it, and hands that over as
    ``proposed_leverage``.
    """
    is_assigned = type(self).leverage is leverage
    wish = max_leverage if is_assigned else proposed_leverage
    parts = parts_of(self)
    if parts is None:
        return 1.0
    decided = parts.leverage(
        self,
        pair=pair,
        side=side_of(side),
        rate=current_rate,
        time=current_time,
        asked=wish,
        max_leverage=max_leverage,
        enter_tag=entry_tag,
    )
    # Where all rules only observe, the entry is what it would be without them.
    return decided if parts.enforcing else proposed_leverage


def custom_stoploss(
    self: IStrategy,
    pair: str,
    trade: Trade,
    current_time: datetime,
    current_rate: float,
    current_profit: float,
    after_fill: bool = False,
    **kwargs: Any,
) -> float | None:
    """Return the nearest of the rules' stops, never looser than before, as freqtrade's ratio.

    None changes nothing: where no rule enforces a stop, and after a fill where the stop in force is
    nearer. Needs ``use_custom_stoploss = True``.
    """
    parts = parts_of(self)
    if parts is None:
        return emergency_ratio(trade, current_rate, after_fill=after_fill)
    return parts.stop_ratio(self, trade, current_time, current_rate, after_fill=after_fill)


# Under this name freqtrade does not deep-copy the trade for every candle; it is only read here.
custom_stoploss.__qualname__ = "IStrategy.custom_stoploss"
