"""What a backtest did to its account, in the figures that a proof needs.

Everything is read from freqtrade's exported trades; nothing is asked of the guard.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from freqtrade_riskguard.analysis.outcome import Outcome, outcome_of
from freqtrade_riskguard.risk import FilledTrade, TierTable, liquidation_price
from tests.support.freqtrade import Outcome as Backtest

# What the guard closes at a price is a stop, too; freqtrade names it by the tag.
STOPS = ("stop_loss", "trailing_stop_loss", "riskguard_")
STRESS_SLIPPAGE = 0.02
# Of 10,000: freqtrade keeps one per cent of the account aside.
_NO_MONEY_QUOTE = 150.0

Trade = Mapping[str, Any]
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
    profits = [trade["profit_abs"] for trade in backtest.trades]
    reasons = [trade["exit_reason"] for trade in backtest.trades]
    return _figures(backtest, profits, reasons)


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
    balance = stressed_balance = float(backtest.stats["starting_balance"])
    trades = sorted(backtest.trades, key=lambda trade: _time(trade["close_date"]))
    profits: list[float] = []
    reasons: list[str] = []
    for trade in trades:
        profit, reason = trade["profit_abs"], trade["exit_reason"]
        if reason.startswith(STOPS):
            last = filled_at_last(trade, extremes, tiers[trade["pair"]])
            price = last.stressed_exit_price(slippage_ratio)
            if last.is_liquidated_at(price):
                reason, price = "liquidation", 0.0 if last.side > 0 else math.inf
            profit += last.profit_at(price) - last.profit_at(last.exit_price)
        profits.append(profit / balance * stressed_balance)
        reasons.append(reason)
        balance += trade["profit_abs"]
        stressed_balance += profits[-1]
    return _figures(replace(backtest, trades=tuple(trades)), profits, reasons)


def filled_at_last(trade: Trade, extremes: Extremes, tiers: TierTable) -> FilledTrade:
    """Return what was left of a trade when its stop closed it; earlier partial exits stay."""
    side = -1 if trade["is_short"] else 1
    order = trade["orders"][-1]
    low, high = extremes(trade["pair"], _time(trade["close_date"]))
    position: dict[str, Any] = {
        "side": side,
        "entry_price": trade["open_rate"],
        "amount": order["amount"],
        "margin_quote": order["amount"] * trade["open_rate"] / trade["leverage"],
        "taker_fee": trade["fee_close"],
        "funding_quote": trade["funding_fees"],
    }
    return FilledTrade(
        **position,
        exit_price=order["safe_price"],
        liquidation_price=liquidation_price(**position, tiers=tiers),
        close_day=_time(trade["close_date"]).toordinal(),
        stop_candle_worst_price=low if side > 0 else high,
    )


def marked_figures(backtest: Backtest, closes: Mapping[str, Mapping[datetime, float]]) -> Figures:
    """Return the figures with drawdown and worst day of the account marked at every candle's close.

    Closed trades hide what a loser costs while it is held. Funding is counted when a trade closes.

    Parameters
    ----------
    closes : mapping
        Of each pair, the close of every candle by its opening time.
    """
    times = sorted({time for of_pair in closes.values() for time in of_pair})
    changes = _changes(backtest.trades)
    held = dict.fromkeys(closes, 0.0)
    last: dict[str, float] = {}
    cash, equity = float(backtest.stats["starting_balance"]), []
    upcoming = 0
    for time in times:
        while upcoming < len(changes) and changes[upcoming][0] <= time:
            _, pair, amount, received = changes[upcoming]
            held[pair] += amount
            cash += received
            upcoming += 1
        last |= {pair: of_pair[time] for pair, of_pair in closes.items() if time in of_pair}
        equity.append(cash + sum(held[pair] * price for pair, price in last.items()))
    start = backtest.stats["starting_balance"]
    curve = np.array([start, *equity])
    peak = np.maximum.accumulate(curve)
    # A day begins with the last close of the day before.
    ends = {time.date(): value for time, value in zip(times, equity, strict=True)}
    lows: dict[Any, float] = {}
    for time, value in zip(times, equity, strict=True):
        lows[time.date()] = min(value, lows.get(time.date(), value))
    starts = dict(zip(ends, [start, *ends.values()], strict=False))
    return replace(
        figures(backtest),
        drawdown_ratio=float((1 - curve / peak).max()),
        worst_day_ratio=min(0.0, *(lows[day] / starts[day] - 1 for day in lows)),
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


def _figures(backtest: Backtest, profits: Sequence[float], reasons: Sequence[str]) -> Figures:
    outcome: Outcome = outcome_of(
        profits_quote=profits,
        close_times=[_time(trade["close_date"]) for trade in backtest.trades],
        exit_reasons=reasons,
        leverages=[trade["leverage"] for trade in backtest.trades],
        starting_balance_quote=backtest.stats["starting_balance"],
        locks=len(backtest.locks),
    )
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


def _changes(trades: Sequence[Trade]) -> list[tuple[datetime, str, float, float]]:
    """Return every fill as (time, pair, amount bought, quote received, fees and funding taken)."""
    found: list[tuple[datetime, str, float, float]] = []
    for trade in trades:
        side = -1 if trade["is_short"] else 1
        for order in trade["orders"]:
            bought = (side if order["ft_is_entry"] else -side) * order["amount"]
            fee_ratio = trade["fee_open"] if order["ft_is_entry"] else trade["fee_close"]
            paid = bought * order["safe_price"] + order["amount"] * order["safe_price"] * fee_ratio
            when = datetime.fromtimestamp(order["order_filled_timestamp"] / 1000, tz=UTC)
            found.append((when, trade["pair"], bought, -paid))
        found.append((_time(trade["close_date"]), trade["pair"], 0.0, trade["funding_fees"]))
    return sorted(found, key=lambda change: change[0])


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
