"""What a backtest did to its account, in the figures that a proof needs.

Everything is read from freqtrade's exported trades; nothing is asked of the guard.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import nan

import numpy as np

from freqtrade_riskguard.adapters.backtests.parser import result_of
from freqtrade_riskguard.analysis.closed_trade_figures import ClosedTradeFigures, result_outcome
from freqtrade_riskguard.analysis.equity_curve import marked_equity
from freqtrade_riskguard.analysis.fill_stress import filled_at_last, stress
from freqtrade_riskguard.backtest_result.result import Result
from freqtrade_riskguard.risk import TierTable
from tests.support.freqtrade import Outcome as Backtest

STRESS_SLIPPAGE = 0.02
# Of 10,000: freqtrade keeps one per cent of the account aside.
_NO_MONEY_QUOTE = 150.0

# A pair and the opening time of a candle; its lowest and its highest price.
Extremes = Callable[[str, datetime], tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one backtest. Losses are negative, the drawdown is positive.

    Attributes
    ----------
    total_ratio : float
        Final balance / starting balance - 1.
    drawdown_ratio : float
        Deepest fall from a peak / that peak, closed trades.
    worst_trade_ratio : float
        Largest loss of a trade / the account before it closed.
    worst_day_ratio : float
        Largest loss of a UTC day / the account at its start, closed trades by close date.
    liquidations, entries : int
        Trades, additions to them not counted.
    max_leverage : float
    first_lock : datetime or None
        When the first lock came into force.
    """

    total_ratio: float
    drawdown_ratio: float
    worst_trade_ratio: float
    worst_day_ratio: float
    liquidations: int
    entries: int
    max_leverage: float
    first_lock: datetime | None

    @property
    def profit_per_drawdown(self) -> float:
        """Total result / drawdown; infinite without any drawdown."""
        return self.total_ratio / self.drawdown_ratio if self.drawdown_ratio else math.inf


def figures(backtest: Backtest) -> Figures:
    """Return the figures of a backtest as freqtrade filled it."""
    return _figures(backtest, result_outcome(_result(backtest)))


def stressed_figures(
    backtest: Backtest,
    extremes: Extremes,
    tiers: Mapping[str, TierTable],
    slippage_ratio: float = STRESS_SLIPPAGE,
) -> Figures:
    """Return the figures with every stop filled at the worst of its candle and beyond.

    A stop that would have been filled past the liquidation price is a liquidation, and loses its
    whole margin. Entries stay what they were; stakes are the same share of the account, which the
    stress has made smaller.
    """
    result = _result(backtest)
    fills = []
    for trade in result.trades:
        low, high = extremes(trade.pair, trade.close_time) if trade.is_stop else (nan, nan)
        worst = low if trade.side > 0 else high
        fills.append(filled_at_last(trade, worst, tiers[trade.pair]))
    stressed = stress(result, fills, slippage_ratio)
    assert stressed.outcome is not None, stressed.why_unknown
    return _figures(backtest, stressed.outcome)


def marked_figures(backtest: Backtest, closes: Mapping[str, Mapping[datetime, float]]) -> Figures:
    """Return the figures with drawdown and worst day of the account marked at every candle's close.

    Closed trades hide what a loser costs while it is held. Funding is counted when a trade closes.

    Parameters
    ----------
    closes : mapping
        Of each pair, the close of every candle by its opening time.
    """
    arrays = {
        pair: (
            np.array([int(time.timestamp()) for time in of_pair], dtype=np.int64),
            np.array(list(of_pair.values()), dtype=np.float64),
        )
        for pair, of_pair in closes.items()
    }
    marked = marked_equity(_result(backtest), arrays)
    return replace(
        figures(backtest),
        drawdown_ratio=marked.max_drawdown_ratio,
        worst_day_ratio=marked.worst_day_ratio,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """What became of the bare strategy's entries before the guard's first lock.

    An entry is known by its pair and opening time. Smaller leverage moves the exits, so that the
    guarded bot may still hold a pair, or have its money in other trades, when the bare one enters.

    Attributes
    ----------
    wanted, taken : int
    busy : int
        Not taken since the pair was open, or the money was in other trades.
    """

    wanted: int
    taken: int
    busy: int

    @property
    def taken_ratio(self) -> float:
        return self.taken / self.wanted if self.wanted else 1.0

    @property
    def not_refused_ratio(self) -> float:
        return (self.taken + self.busy) / self.wanted if self.wanted else 1.0


def taken_entries(bare: Backtest, guarded: Backtest, until: datetime | None) -> Entries:
    """Compare entries, those before ``until`` where it is given."""
    wanted = {
        (trade["pair"], _time(trade["open_date"]))
        for trade in bare.trades
        if until is None or _time(trade["open_date"]) < until
    }
    got = {(trade["pair"], _time(trade["open_date"])) for trade in guarded.trades}
    busy = sum(_is_busy(guarded, pair, time) for pair, time in wanted - got)
    return Entries(wanted=len(wanted), taken=len(wanted & got), busy=busy)


def _is_busy(backtest: Backtest, pair: str, time: datetime) -> bool:
    held = [
        trade
        for trade in backtest.trades
        if _time(trade["open_date"]) < time < _time(trade["close_date"])
    ]
    realised = sum(
        trade["profit_abs"] for trade in backtest.trades if _time(trade["close_date"]) <= time
    )
    free_quote = backtest.stats["starting_balance"] + realised
    free_quote -= sum(trade["stake_amount"] for trade in held)
    return any(trade["pair"] == pair for trade in held) or free_quote < _NO_MONEY_QUOTE


def _result(backtest: Backtest) -> Result:
    return result_of("", backtest.stats, backtest.trades)


def _figures(backtest: Backtest, outcome: ClosedTradeFigures) -> Figures:
    return Figures(
        total_ratio=outcome.final_balance_quote / outcome.starting_balance_quote - 1,
        drawdown_ratio=outcome.max_drawdown_ratio,
        worst_trade_ratio=outcome.worst_trade_ratio,
        worst_day_ratio=outcome.worst_day_ratio,
        liquidations=outcome.liquidations,
        entries=outcome.trades,
        max_leverage=outcome.max_leverage,
        first_lock=min((_time(lock["lock_time"]) for lock in backtest.locks), default=None),
    )


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
