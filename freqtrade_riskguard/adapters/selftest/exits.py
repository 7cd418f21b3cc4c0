"""What freqtrade has to do about open trades: cuts, additions, exits, stops."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from freqtrade.enums import ExitCheckTuple, ExitType

from freqtrade_riskguard.adapters.bot import trade_stop
from freqtrade_riskguard.adapters.selftest import entries, figures, locks, outcomes
from freqtrade_riskguard.adapters.selftest.engines import BacktestEngine, BotEngine
from freqtrade_riskguard.adapters.selftest.outcomes import (
    ADDED,
    CLOSED,
    CUT,
    EXIT_PRICE,
    PRICED,
    SHORT_STOP_PRICE,
    STOP_PRICE,
    stop_price_of,
)
from freqtrade_riskguard.adapters.selftest.scenario import Expectation, Scenario
from freqtrade_riskguard.adapters.selftest.script import STAKE_QUOTE, Answer, Answers, constant

_ADJUST = "_adjust_trade_position_internal"


def _allow_adjustment(strategy: Any, own: Any, _given: Mapping[str, Any]) -> Any:
    # As the guard does it while cuts are under way: at the start of a loop, past the class.
    strategy.__dict__["position_adjustment_enable"] = True
    return own


def _tighten(_strategy: Any, own: Any, given: Mapping[str, Any]) -> Any:
    trade_stop.tighten_trade_stop(
        given["trade"], stop_price_of(given["trade"]), given["current_rate"]
    )
    return own


def _read_and_exit(strategy: Any, _own: Any, given: Mapping[str, Any]) -> list[ExitCheckTuple]:
    trade = given["trade"]
    try:
        strategy.script.readings[trade.pair] = figures.read(trade)
    except Exception as error:  # noqa: BLE001 - whatever it stumbles over, the others play on
        strategy.script.readings[trade.pair] = f"{type(error).__name__}: {error}"
    return [ExitCheckTuple(ExitType.CUSTOM_EXIT, PRICED)]


def _exit_at_price(_strategy: Any, _own: Any, given: Mapping[str, Any]) -> list[ExitCheckTuple]:
    # As the guard closes at a limit: where the candle has reached the price.
    low, high, price = given.get("low"), given.get("high"), stop_price_of(given["trade"])
    if low is None or high is None or not low <= price <= high:
        return []
    trade_stop.tighten_trade_stop(given["trade"], price, given["rate"])
    return [ExitCheckTuple(ExitType.STOP_LOSS, CLOSED)]


def _exit(kind: ExitType, tag: str) -> Answer:
    return constant([ExitCheckTuple(kind, tag)])


def _stopped(
    side: str,
    price: float,
    *,
    beyond: float,
    before: Answers | None = None,
    entry: Iterable[Expectation],
) -> Iterator[Scenario]:
    """Yield the scenarios that set a stop, or close, at a price on the losing side."""
    yield Scenario(
        answers={**(before or {}), 2: {"ft_stoploss_adjust": _tighten}},
        side=side,
        prices={2: beyond},
        expectations=(
            *entry,
            Expectation(
                hook="ft_stoploss_adjust",
                expected=f"the stop of a {side} that is set in it ({price:g}) closes the trade",
                found=outcomes.stopped,
            ),
        ),
    )
    yield Scenario(
        answers={2: {"should_exit": _exit_at_price}},
        side=side,
        engines=(BacktestEngine,),
        expectations=(
            Expectation(
                hook="should_exit",
                expected=f"it gets low and high, and an exit of a {side} at a price ({price:g}) is "
                "filled there",
                found=outcomes.closed_at_price,
            ),
        ),
    )


_EMERGENCY = {"should_exit": _exit(ExitType.EMERGENCY_EXIT, CLOSED)}
_CLOSED = (
    Expectation(
        hook="should_exit",
        expected="an exit that is answered closes the trade, with its tag",
        found=outcomes.closed,
    ),
    Expectation(
        hook="confirm_trade_exit",
        expected="consent closes the trade, whatever the strategy's own says",
        found=outcomes.closed,
    ),
    Expectation(
        hook="Trade",
        expected="the guard reads the profit, margin and funding of what is closed",
        found=outcomes.figures_after_close,
    ),
    Expectation(
        hook="strategy_safe_wrapper",
        expected="a guarded callback gets the trade itself, the strategy's own a copy",
        found=outcomes.trade_itself,
    ),
)

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        answers={
            2: {
                "bot_loop_start": _allow_adjustment,
                _ADJUST: constant((-STAKE_QUOTE / 3, CUT)),
            },
            3: {"should_exit": _read_and_exit, "custom_exit_price": constant(EXIT_PRICE)},
        },
        loops=3,
        expectations=(
            *entries.LONG,
            Expectation(
                hook=_ADJUST,
                expected="a cut of one third is sold, with its tag",
                found=outcomes.cut,
            ),
            Expectation(
                hook="Trade",
                expected="the guard reads the profit and funding of what is left after a cut",
                found=outcomes.figures_after_cut,
            ),
            Expectation(
                hook="custom_exit_price",
                expected=f"an exit's limit order stands at the price that is answered "
                f"({EXIT_PRICE:g})",
                found=outcomes.exit_order_price,
            ),
        ),
    ),
    Scenario(answers={2: _EMERGENCY}, engines=(BacktestEngine,), expectations=_CLOSED),
    Scenario(
        answers={
            **entries.MORE_CANDLES,
            2: {**_EMERGENCY, "custom_exit_price": constant(EXIT_PRICE)},
        },
        engines=(BotEngine,),
        expectations=(
            *_CLOSED,
            Expectation(
                hook="should_exit",
                expected="an emergency exit is a market order, which no limit price is asked for",
                found=outcomes.closed_at_market,
            ),
            *entries.MARKET,
        ),
    ),
    Scenario(
        answers={
            2: {
                **_EMERGENCY,
                "bot_loop_start": _allow_adjustment,
                "confirm_trade_exit": constant(value=False),
                _ADJUST: constant((STAKE_QUOTE / 3, ADDED)),
            }
        },
        expectations=(
            Expectation(
                hook="confirm_trade_exit",
                expected="an exit that is denied is not made",
                found=outcomes.kept_open,
            ),
            Expectation(
                hook=_ADJUST,
                expected="an addition of one third is bought, with its tag",
                found=outcomes.added,
            ),
        ),
    ),
    *_stopped(
        "long",
        STOP_PRICE,
        beyond=STOP_PRICE - 0.5,
        before=locks.SHORTS_LOCKED,
        entry=locks.LONG_ENTERED,
    ),
    *_stopped("short", SHORT_STOP_PRICE, beyond=SHORT_STOP_PRICE + 0.5, entry=entries.SHORT),
    Scenario(
        answers={2: {"ft_stoploss_adjust": _tighten}},
        loops=3,
        engines=(BotEngine,),
        stops_on_exchange=True,
        expectations=(
            Expectation(
                hook="ft_stoploss_adjust",
                expected=f"the stop order on the exchange follows to {STOP_PRICE:g}",
                found=outcomes.stop_order,
            ),
        ),
    ),
)
