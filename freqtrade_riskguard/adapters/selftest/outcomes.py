"""Whether freqtrade did what it was answered: each says what happened instead, or None."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

from freqtrade.enums import CandleType, ExitType
from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.adapters.selftest import figures, venue
from freqtrade_riskguard.adapters.selftest.engines import Engine
from freqtrade_riskguard.adapters.selftest.script import AREA, LEVERAGE, STAKE_QUOTE, Call

CUT, ADDED, CLOSED, PRICED = (f"riskguard_{name}" for name in ("cut", "add", "close", "price"))
STOP_PRICE, SHORT_STOP_PRICE, EXIT_PRICE = 99.5, 100.5, 100.5
# No timeframe of the strategy's own.
WIDE_CANDLES = ("1h", CandleType.FUTURES)

_ENTRY = ("leverage", "custom_stake_amount", "confirm_trade_entry")
_NOT_CALLED = "it was not called"


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What an engine made of a scenario.

    Attributes
    ----------
    trades : sequence of LocalTrade
        Of the scenario's pair, in the order of their entries.
    every : sequence of LocalTrade
        Of all pairs.
    """

    engine: Engine
    pair: str
    trades: Sequence[LocalTrade]
    every: Sequence[LocalTrade]

    @property
    def strategy(self) -> Any:
        """The probe."""
        return self.engine.strategy

    @property
    def first(self) -> LocalTrade:
        """The first trade.

        Raises
        ------
        LookupError
            Where there is none.
        """
        if not self.trades:
            msg = "no entry was made"
            raise LookupError(msg)
        return self.trades[0]

    @property
    def stop_price(self) -> float:
        """What the stop is set to: on the losing side of the first trade."""
        return stop_price_of(self.first)

    @property
    def is_left_open(self) -> bool:
        """Whether nothing but the end of a backtest has closed the first trade."""
        return self.first.is_open or self.first.exit_reason == ExitType.FORCE_EXIT.value

    def called(self, hook: str, pair: str | None = None) -> list[Call]:
        """Return the calls of a hook, about this pair or another."""
        return list(self.strategy.script.called(hook, pair or self.pair))

    def filled(self, tag: str) -> float:
        """Return the amount that the first trade's orders with a tag have filled."""
        return sum(order.filled or 0.0 for order in self.first.orders if order.ft_order_tag == tag)


def _is_at(price: float, wanted: float) -> bool:
    """Whether a price is the wanted one: freqtrade rounds to a tick, to either side."""
    return isclose(price, wanted, abs_tol=1.01 * venue.TICK)


def stop_price_of(trade: LocalTrade) -> float:
    """Return the price for a stop of a trade of the script."""
    return SHORT_STOP_PRICE if trade.is_short else STOP_PRICE


def started(played: Played) -> str | None:
    """Check that it was called before the first loop."""
    calls = played.strategy.script.called("ft_bot_start", None)
    return None if any(call.loop == 0 for call in calls) else _NOT_CALLED


def parameters_loaded(played: Played) -> str | None:
    """Check that it was called once the start had begun."""
    hooks = [call.hook for call in played.strategy.script.calls if call.loop == 0]
    order = [hook for hook in hooks if hook in {"ft_bot_start", "ft_load_hyper_params"}]
    return None if order == ["ft_bot_start", "ft_load_hyper_params"] else _NOT_CALLED


def no_entry(played: Played) -> str | None:
    """Check that nothing was entered."""
    return "an entry was made" if played.trades else None


def waiting_entry_cancelled(played: Played) -> str | None:
    """Check that it was called once, in the second loop: then there was no order any more."""
    loops = [call.loop for call in played.called("check_entry_timeout")]
    if not loops:
        return _NOT_CALLED
    return None if loops == [2] and not played.trades else "the order was not cancelled"


def entry(played: Played) -> str | None:
    """Check that something was entered."""
    return None if played.trades else "no entry was made"


def entered_short(played: Played) -> str | None:
    """Check that it was entered to the short side."""
    return None if played.first.is_short else "it went long"


def leverage(played: Played) -> str | None:
    """Check that the trade has the leverage that was answered."""
    found = played.first.leverage
    return None if found == LEVERAGE else f"it got {found:g}x"


def stake(played: Played) -> str | None:
    """Check that the trade has the stake that was answered."""
    first = played.first
    found = first.orders[0].safe_amount * first.open_rate / first.leverage
    return None if isclose(found, STAKE_QUOTE, rel_tol=0.01) else f"it got {found:g}"


def asked_in_order(played: Played) -> str | None:
    """Check that the questions about an entry came in the order that the guard relies on."""
    calls = [call for call in played.strategy.script.calls if call.pair == played.pair]
    asked = [call.hook for call in calls if call.loop == 1 and call.hook in _ENTRY]
    return None if asked == list(_ENTRY) else f"the order was {', '.join(asked) or None}"


def stop_after_fill(played: Played) -> str | None:
    """Check that the stop was asked for because the entry was filled."""
    calls = [call for call in played.called("ft_stoploss_adjust") if call.loop == 1]
    return None if any(_after_fill(call) for call in calls) else _NOT_CALLED


def _after_fill(call: Call) -> bool:
    return bool(call.given.get("after_fill"))


def protections(played: Played) -> str | None:
    """Check that those that the guard appends are loaded."""
    wanted = {str(definition["method"]) for definition in played.strategy.protections}
    missing = sorted(wanted - set(played.engine.protections))
    return f"{', '.join(missing)} not loaded" if missing or not wanted else None


def cut(played: Played) -> str | None:
    """Check that a third of the stake was sold, so a third of the amount."""
    bought, sold = played.first.orders[0].safe_amount, played.filled(CUT)
    return None if isclose(sold, bought / 3, rel_tol=0.01) else f"{sold:g} of {bought:g} sold"


def figures_after_cut(played: Played) -> str | None:
    """Check that the guard's own code reads the right figures of the rest."""
    reading = played.strategy.script.readings.get(played.pair, "they were not read")
    return reading if isinstance(reading, str) else figures.differing_of_cut(reading)


def figures_after_close(played: Played) -> str | None:
    """Check that the guard's own code reads the right figures of what is closed."""
    return figures.differing_of_closed(played.first, played.every)


def added(played: Played) -> str | None:
    """Check that a third of the stake was added."""
    bought, more = played.first.orders[0].safe_amount, played.filled(ADDED)
    return None if isclose(more, bought / 3, rel_tol=0.01) else f"{more:g} added to {bought:g}"


def closed(played: Played) -> str | None:
    """Check that it was closed with the tag that was answered."""
    reason = played.first.exit_reason
    if reason == CLOSED:
        return None
    return "the trade stayed open" if played.is_left_open else f"it was closed by {reason}"


def closed_at_market(played: Played) -> str | None:
    """Check that it was closed so by a market order, which no limit price was asked for."""
    found = [order.order_type for order in played.first.orders if order.ft_order_tag == CLOSED]
    if found != ["market"]:
        return f"the orders are {', '.join(map(str, found))}" if found else "there is no order"
    return "custom_exit_price priced it" if played.called("custom_exit_price") else None


def closed_at_price(played: Played) -> str | None:
    """Check that it was closed so, and at the price."""
    rate = played.first.close_rate or 0.0
    return closed(played) or (
        None if _is_at(rate, played.stop_price) else f"it was closed at {rate:g}"
    )


def kept_open(played: Played) -> str | None:
    """Check that it was not closed."""
    return None if played.is_left_open else "the trade was closed"


def exit_order_price(played: Played) -> str | None:
    """Check that the order stands at the price that was answered."""
    found = [order.price for order in played.first.orders if order.ft_order_tag == PRICED]
    if found[:1] == [EXIT_PRICE]:
        return None
    return f"the order stands at {found[0]:g}" if found else "there is no order"


def stopped(played: Played) -> str | None:
    """Check that the stop that was set has closed the trade."""
    first = played.first
    if played.is_left_open:
        return f"the trade stayed open, with a stop at {first.stop_loss:g}"
    if not str(first.exit_reason).endswith("stop_loss") or not _is_at(
        first.stop_loss, played.stop_price
    ):
        return f"it was closed by {first.exit_reason}, with a stop at {first.stop_loss:g}"
    return None


def stop_order(played: Played) -> str | None:
    """Check that the stop order stands at the price that was set."""
    found = [order.stop_price or order.price for order in played.first.open_sl_orders]
    if found == [STOP_PRICE]:
        return None
    return f"the stop order stands at {found[0]:g}" if found else "there is no stop order"


def trade_itself(played: Played) -> str | None:
    """Check that a guarded callback gets the trade, and the strategy's own a copy of it."""
    calls, own = played.called("confirm_trade_exit"), played.strategy.own_trades.get(played.pair)
    if not calls or own is None:
        return _NOT_CALLED
    if calls[0].given["trade"] is not played.first:
        return "the guard gets a copy, which costs more time than all its rules"
    return "the strategy's own gets no copy" if own is played.first else None


def candles_fetched(played: Played) -> str | None:
    """Check that the candles that were named have been asked for."""
    asked = played.strategy.dp._exchange.wanted  # noqa: SLF001 - there is no public way
    return None if (played.pair, *WIDE_CANDLES) in asked else "they were not asked for"


def chart_areas(played: Played) -> str | None:
    """Check that a chart shows the areas that were answered."""
    frame = venue.candles(venue.LONG_AGO)
    found = played.strategy.ft_plot_annotations(pair=played.pair, dataframe=frame)
    return None if found == [AREA] else "they are not shown"
