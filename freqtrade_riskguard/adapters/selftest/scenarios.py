"""What freqtrade has to do: the answers that it is given, and what they have to bring about."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from freqtrade.enums import ExitCheckTuple, ExitType
from freqtrade.persistence import PairLocks

from freqtrade_riskguard.adapters import stops
from freqtrade_riskguard.adapters.selftest import figures, outcomes
from freqtrade_riskguard.adapters.selftest.engines import BacktestEngine, BotEngine, Engine
from freqtrade_riskguard.adapters.selftest.outcomes import (
    ADDED,
    CLOSED,
    CUT,
    EXIT_PRICE,
    PRICED,
    SHORT_STOP_PRICE,
    STOP_PRICE,
    WIDE_CANDLES,
    Played,
    stop_price_of,
)
from freqtrade_riskguard.adapters.selftest.script import (
    LEVERAGE,
    STAKE_QUOTE,
    Answer,
    Answers,
    constant,
    in_loops,
)
from freqtrade_riskguard.adapters.selftest.venue import CANDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a hook's answer has to bring about.

    Attributes
    ----------
    hook : str
        Its name in freqtrade.
    expected : str
        In words.
    found : callable
        Returns in words what happened instead, or None where it is as expected.
    """

    hook: str
    expected: str
    found: Callable[[Played], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A few loops of a bot, or candles of a backtest, on a pair of its own.

    The probe enters in the first loop with :data:`LEVERAGE` and :data:`STAKE_QUOTE`, and holds.

    Attributes
    ----------
    answers : mapping
        Other answers than these.
    side : str
        Where the probe goes.
    loops : int
        How many it takes. Those that are played side by side all last as long as the longest.
    prices : mapping
        The market's price by loop, where a running bot is to see another one.
    engines : tuple of type
        Who plays it.
    stops_on_exchange : bool
        Whether stop orders are placed. Nothing closes there, so that it is also the place for locks
        of all pairs: neither do they keep out what others want, nor do protections lock.
    """

    expectations: tuple[Expectation, ...]
    answers: Answers = field(default_factory=dict)
    side: str = "long"
    loops: int = 2
    prices: Mapping[int, float] = field(default_factory=dict)
    engines: tuple[type[Engine], ...] = (BacktestEngine, BotEngine)
    stops_on_exchange: bool = False


_ADJUST = "_adjust_trade_position_internal"
_EVERY_LOOP = range(1, 4)
# As freqtrade calls it.
_ALL = "*"


def _lock(side: str, pair: str | None = None) -> Answer:
    def answer(_strategy: Any, own: Any, given: Mapping[str, Any]) -> Any:
        now = given["current_time"]
        where = pair or given["pair"]
        PairLocks.lock_pair(where, now + 3 * CANDLE, "self-test", now=now, side=side)
        return own

    return answer


def _allow_adjustment(strategy: Any, own: Any, _given: Mapping[str, Any]) -> Any:
    # As the guard does it while cuts are under way: at the start of a loop, past the class.
    strategy.__dict__["position_adjustment_enable"] = True
    return own


def _tighten(_strategy: Any, own: Any, given: Mapping[str, Any]) -> Any:
    stops.tighten(given["trade"], stop_price_of(given["trade"]), given["current_rate"])
    return own


def _read(strategy: Any, own: Any, given: Mapping[str, Any]) -> Any:
    trade = given["trade"]
    try:
        strategy.script.readings[trade.pair] = figures.read(trade)
    except Exception as error:  # noqa: BLE001 - whatever it stumbles over, the others play on
        strategy.script.readings[trade.pair] = f"{type(error).__name__}: {error}"
    return own


def _exit_at_price(_strategy: Any, _own: Any, given: Mapping[str, Any]) -> list[ExitCheckTuple]:
    # As the guard closes at a limit: where the candle has reached the price.
    low, high, price = given.get("low"), given.get("high"), stop_price_of(given["trade"])
    if low is None or high is None or not low <= price <= high:
        return []
    stops.tighten(given["trade"], price, given["rate"])
    return [ExitCheckTuple(ExitType.STOP_LOSS, CLOSED)]


def _more_candles(_strategy: Any, own: Any, given: Mapping[str, Any]) -> list[Any]:
    return [*own, (given["pair"], *WIDE_CANDLES)]


def _exit(kind: ExitType, tag: str) -> Answer:
    return constant([ExitCheckTuple(kind, tag)])


def _locked(locked: str, side: str, *, no_entry: bool) -> Scenario:
    """Return a scenario that locks its pair for a side (``*`` for both), and enters on a side."""
    what = "keeps" if no_entry else "does not keep"
    return Scenario(
        answers={1: {"bot_loop_start": _lock(locked)}},
        side=side,
        expectations=(
            Expectation(
                hook="bot_loop_start",
                expected=f"a lock of a pair ({locked}) that is made in it {what} out the entries "
                f"({side}) of the same loop",
                found=outcomes.no_entry if no_entry else outcomes.entry,
            ),
        ),
    )


def _stopped(side: str, price: float, *, beyond: float) -> Iterator[Scenario]:
    """Yield the scenarios that set a stop, or close, at a price on the losing side."""
    yield Scenario(
        answers={2: {"ft_stoploss_adjust": _tighten}},
        side=side,
        prices={2: beyond},
        expectations=(
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


_DENIED = {"confirm_trade_entry": constant(value=False)}
_EMERGENCY = {"should_exit": _exit(ExitType.EMERGENCY_EXIT, CLOSED)}

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        expectations=(
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
        ),
    ),
    Scenario(
        answers=in_loops(_EVERY_LOOP, "custom_stake_amount", constant(0.0)),
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
        expectations=(
            Expectation(
                hook="confirm_trade_entry",
                expected="an entry that is denied is not made",
                found=outcomes.no_entry,
            ),
        ),
    ),
    _locked("*", "long", no_entry=True),
    _locked("long", "long", no_entry=True),
    _locked("short", "long", no_entry=False),
    Scenario(
        # Denied as long as nothing is locked.
        answers={1: _DENIED, 2: {"bot_loop_start": _lock("long", _ALL)}},
        loops=3,
        stops_on_exchange=True,
        expectations=(
            Expectation(
                hook="is_pair_locked",
                expected="a lock of all pairs for long keeps out longs",
                found=outcomes.no_entry,
            ),
        ),
    ),
    Scenario(
        answers={1: _DENIED},
        side="short",
        loops=3,
        stops_on_exchange=True,
        expectations=(
            Expectation(
                hook="is_pair_locked",
                expected="a lock of all pairs for long keeps out no shorts",
                found=outcomes.entry,
            ),
        ),
    ),
    Scenario(
        answers={1: _DENIED, 2: _DENIED, 3: {"bot_loop_start": _lock("*", _ALL)}},
        side="short",
        loops=3,
        stops_on_exchange=True,
        expectations=(
            Expectation(
                hook="is_pair_locked",
                expected="a lock of all pairs keeps out everything",
                found=outcomes.no_entry,
            ),
        ),
    ),
    Scenario(
        answers={
            2: {
                "bot_loop_start": _allow_adjustment,
                _ADJUST: constant((-STAKE_QUOTE / 3, CUT)),
            },
            3: {"should_exit": _read},
        },
        loops=3,
        expectations=(
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
        ),
    ),
    Scenario(
        answers={
            2: {
                "bot_loop_start": _allow_adjustment,
                _ADJUST: constant((STAKE_QUOTE / 3, ADDED)),
            }
        },
        expectations=(
            Expectation(
                hook=_ADJUST,
                expected="an addition of one third is bought, with its tag",
                found=outcomes.added,
            ),
        ),
    ),
    Scenario(
        answers={2: _EMERGENCY},
        expectations=(
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
        ),
    ),
    Scenario(
        answers={2: {**_EMERGENCY, "custom_exit_price": constant(EXIT_PRICE)}},
        engines=(BotEngine,),
        expectations=(
            Expectation(
                hook="should_exit",
                expected="an emergency exit is a market order, which no limit price is asked for",
                found=outcomes.closed_at_market,
            ),
        ),
    ),
    Scenario(
        answers={2: {**_EMERGENCY, "confirm_trade_exit": constant(value=False)}},
        expectations=(
            Expectation(
                hook="confirm_trade_exit",
                expected="an exit that is denied is not made",
                found=outcomes.kept_open,
            ),
        ),
    ),
    Scenario(
        answers={
            2: {
                "should_exit": _exit(ExitType.CUSTOM_EXIT, PRICED),
                "custom_exit_price": constant(EXIT_PRICE),
            }
        },
        expectations=(
            Expectation(
                hook="custom_exit_price",
                expected=f"an exit's limit order stands at the price that is answered "
                f"({EXIT_PRICE:g})",
                found=outcomes.exit_order_price,
            ),
        ),
    ),
    *_stopped("long", STOP_PRICE, beyond=STOP_PRICE - 0.5),
    *_stopped("short", SHORT_STOP_PRICE, beyond=SHORT_STOP_PRICE + 0.5),
    Scenario(
        side="short",
        expectations=(
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
        ),
    ),
    Scenario(
        answers={0: {"informative_pairs": _more_candles}},
        engines=(BotEngine,),
        expectations=(
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
        ),
    ),
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
