"""What freqtrade has to do about entries: leverage, stake, consent, and what comes with a start."""

from collections.abc import Mapping
from typing import Any

from freqtrade_riskguard.adapters.selftest import outcomes
from freqtrade_riskguard.adapters.selftest.outcomes import WIDE_CANDLES
from freqtrade_riskguard.adapters.selftest.scenario import Expectation, Scenario
from freqtrade_riskguard.adapters.selftest.script import (
    LEVERAGE,
    STAKE_QUOTE,
    constant,
    in_loops,
)


def _more_candles(_strategy: Any, own: Any, given: Mapping[str, Any]) -> list[Any]:
    return [*own, (given["pair"], *WIDE_CANDLES)]


_EVERY_LOOP = range(1, 4)
DENIED = {"confirm_trade_entry": constant(value=False)}
# Of the entry of a long: for a scenario that goes on with it.
LONG = (
    Expectation(
        hook="ft_bot_start",
        expected="it is called before the first loop",
        found=outcomes.started,
    ),
    Expectation(
        hook="ft_load_hyper_params",
        expected="it is called while the bot starts",
        found=outcomes.parameters_loaded,
    ),
    Expectation(
        hook="leverage",
        expected=f"an entry gets the leverage that is answered ({LEVERAGE:g}x)",
        found=outcomes.leverage,
    ),
    Expectation(
        hook="custom_stake_amount",
        expected=f"an entry gets the stake that is answered ({STAKE_QUOTE:g})",
        found=outcomes.stake,
    ),
    Expectation(
        hook="confirm_trade_entry",
        expected="an entry is asked for leverage, then stake, then consent",
        found=outcomes.asked_in_order,
    ),
    Expectation(
        hook="ft_stoploss_adjust",
        expected="it is called as soon as an entry is filled",
        found=outcomes.stop_after_fill,
    ),
    Expectation(
        hook="protections",
        expected="those of the guard are found by name",
        found=outcomes.protections,
    ),
)
# Of the entry of a short.
SHORT = (
    Expectation(
        hook="leverage",
        expected=f"a short entry gets the leverage that is answered ({LEVERAGE:g}x)",
        found=outcomes.leverage,
    ),
    Expectation(
        hook="custom_stake_amount",
        expected=f"a short entry gets the stake that is answered ({STAKE_QUOTE:g})",
        found=outcomes.stake,
    ),
    Expectation(
        hook="confirm_trade_entry",
        expected="a short entry is asked for leverage, then stake, then consent",
        found=outcomes.asked_in_order,
    ),
    Expectation(
        hook="is_short",
        expected="a signal to enter short enters short",
        found=outcomes.entered_short,
    ),
)
# Of candles and charts, where the answers hold MORE_CANDLES: for a scenario of a running bot.
MORE_CANDLES = {0: {"informative_pairs": _more_candles}}
MARKET = (
    Expectation(
        hook="informative_pairs",
        expected="the candles that it names are fetched",
        found=outcomes.candles_fetched,
    ),
    Expectation(
        hook="plot_annotations",
        expected="a chart shows what it answers",
        found=outcomes.chart_areas,
    ),
)

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        answers=in_loops(_EVERY_LOOP, "custom_stake_amount", constant(0.0)),
        loops=1,
        expectations=(
            Expectation(
                hook="custom_stake_amount",
                expected="a stake of 0 makes no entry",
                found=outcomes.no_entry,
            ),
        ),
    ),
    Scenario(
        answers=in_loops(_EVERY_LOOP, "confirm_trade_entry", constant(value=False)),
        loops=1,
        expectations=(
            Expectation(
                hook="confirm_trade_entry",
                expected="an entry that is denied is not made",
                found=outcomes.no_entry,
            ),
        ),
    ),
    Scenario(
        # No candle reaches the first order.
        answers={
            1: {"custom_entry_price": constant(98.5)},
            2: {
                "check_entry_timeout": constant(value=True),
                "confirm_trade_entry": constant(value=False),
            },
            3: {"confirm_trade_entry": constant(value=False)},
        },
        expectations=(
            Expectation(
                hook="check_entry_timeout",
                expected="an entry order that waits is cancelled",
                found=outcomes.waiting_entry_cancelled,
            ),
        ),
    ),
)
