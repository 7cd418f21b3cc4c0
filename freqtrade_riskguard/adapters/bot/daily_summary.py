"""The day of a running bot in one message at its end: its result, its limits, its guard."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from math import isfinite, nan
from typing import Self

from freqtrade.exchange import timeframe_to_seconds
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.guard_orders import GuardOrder, guard_orders
from freqtrade_riskguard.adapters.bot.notifications import Notifications
from freqtrade_riskguard.adapters.persistence.state_store import StateStore
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.engine.journal import Question
from freqtrade_riskguard.formatting import exact_money, money, percent
from freqtrade_riskguard.snapshot import Account
from freqtrade_riskguard.status.limits import track_of

_KEPT = "daily_summary"
# Each is a commit, after which freqtrade reads its open trades again.
_KEEP_EVERY = timedelta(minutes=1)
# A day that ends with a look within this is one that was watched to its end.
_TO_THE_END = timedelta(minutes=10)
_ONE_DAY = timedelta(days=1)
# What is counted, in the order in which it is kept, and the words for one and for more.
_COUNTED: dict[Question, tuple[str, str]] = {
    "lock": ("1 lock", "{} locks"),
    "cancel": ("1 entry order cancelled", "{} entry orders cancelled"),
    "entry": ("1 entry refused", "entries refused {} times"),
    "leverage": ("leverage lowered once", "leverage lowered {} times"),
    "stake": ("stake lowered once", "stake lowered {} times"),
    "alert": ("1 warning", "{} warnings"),
}
Made = Mapping[tuple[date, Question], int]
# In the order in which equity is tracked: now, peak, start of the day, start of the week.
Figures = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """A day as far as it was watched.

    Attributes
    ----------
    seen : datetime
        When the account was last known.
    figures : tuple of float
        Equity then, its peak, and at the start of day and week, quote units.
    """

    day: date
    seen: datetime
    figures: Figures
    worst_loss_ratio: float = 0.0
    counts: tuple[int, ...] = (0,) * len(_COUNTED)

    @classmethod
    def begin(cls, account: Account) -> Self:
        """Return the day of an account."""
        empty = cls(day=account.time.date(), seen=account.time, figures=_figures(account))
        return empty.with_account(account)

    def with_account(self, account: Account) -> Self:
        """Return the day with the account as it is now."""
        figures = _figures(account)
        worst = max(track_of(*figures).day_loss_ratio, self.worst_loss_ratio)
        return replace(self, seen=account.time, figures=figures, worst_loss_ratio=worst)

    def with_made(self, made: Made) -> Self:
        """Return the day with what was decided in it since."""
        added = [made.get((self.day, question), 0) for question in _COUNTED]
        counts = tuple(map(sum, zip(self.counts, added, strict=True)))
        return replace(self, counts=counts)


class DailySummary:
    """Follows the account through the guard's day, and sums it up when the next one has begun.

    Each day once, also where the bot is begun again: that it was summed up is kept before it is
    told. A bot that dies in between tells nothing of that day, rather than the same twice.

    Parameters
    ----------
    settings : RiskGuardConfig
        Whose limits are told.
    memory : StateStore
        Where the day is kept for a restart.
    """

    def __init__(self, settings: RiskGuardConfig, memory: StateStore) -> None:
        self._settings, self._memory = settings, memory
        self._is_recalled = False
        self._day: _Day | None = None
        self._summed_up = date.min
        self._due: _Day | None = None
        self._kept_at: datetime | None = None

    def update(self, strategy: IStrategy, account: Account, messages: Notifications) -> None:
        """Take up the account and what was decided, and tell of the day before where that is due.

        Parameters
        ----------
        account : Account
            As of this loop. One whose equity is not known waits for one that is.
        messages : Notifications
            Counts the guard's decisions, and is told.
        """
        if not self._is_recalled:
            self._recall()
            self._is_recalled = True
        if all(map(isfinite, _figures(account))):
            self._take_up(account, messages.drain_counts())
        # Where the database refuses the note that it was told, a restart would tell it again.
        if self._due is not None and self._memory.is_written():
            messages.report(_text(self._due, self._settings, strategy))
            self._due = None

    def _take_up(self, account: Account, made: Made) -> None:
        before, today = self._day, account.time.date()
        if before is not None and before.day == today:
            self._day = before.with_account(account).with_made(made)
            self._keep(account.time)
            return
        # Days that a clock has begun too early are none.
        is_over = before is not None and today > before.day > self._summed_up
        if before is not None and is_over:
            self._summed_up = before.day
        self._day, self._kept_at = _Day.begin(account).with_made(made), None
        self._keep(account.time)
        if before is not None and is_over:
            self._due = before.with_made(made)

    def _keep(self, now: datetime) -> None:
        last, day = self._kept_at, self._day
        if day is None or (last is not None and timedelta(0) <= now - last < _KEEP_EVERY):
            return
        # A text of the database has 255 characters.
        short = [float(f"{figure:.10g}") for figure in (*day.figures, day.worst_loss_ratio)]
        dates = (self._summed_up.isoformat(), day.day.isoformat(), int(day.seen.timestamp()))
        self._memory.set(_KEPT, json.dumps([*dates, *short, *day.counts]))
        self._kept_at = now

    def _recall(self) -> None:
        text = self._memory.get(_KEPT)
        if not isinstance(text, str):
            return
        summed_up, day, seen, equity, peak, start, week_start, worst, *counts = json.loads(text)
        self._summed_up = date.fromisoformat(summed_up)
        self._day = _Day(
            day=date.fromisoformat(day),
            seen=datetime.fromtimestamp(seen, UTC),
            figures=(equity, peak, start, week_start),
            worst_loss_ratio=worst,
            counts=tuple(counts),
        )


def _figures(account: Account) -> Figures:
    return (
        account.equity_quote,
        account.peak_equity_quote,
        account.day_start_equity_quote,
        account.week_start_equity_quote,
    )


def _text(day: _Day, settings: RiskGuardConfig, strategy: IStrategy) -> str:
    unit = strategy.config["stake_currency"]
    begin = datetime.combine(day.day, time(), UTC)
    end = begin + _ONE_DAY
    equity_quote, _, start_quote, _ = day.figures
    result_quote = equity_quote - start_quote
    ratio = result_quote / start_quote if start_quote > 0 else nan
    until = "" if end - day.seen <= _TO_THE_END else f", last seen at {day.seen:%H:%M} UTC"
    change = f"{_signed_percent(ratio)} ({_signed(result_quote)} {unit}, live)"
    sentences = [f"{day.day}: {change}, equity {money(equity_quote)} {unit}{until}."]
    if used := list(_limits_used(day, settings)):
        sentences.append(f"Limits used: {', '.join(used)}.")
    orders = guard_orders(begin, end)
    did = list(_what_it_did(day, orders))
    sentences.append(f"The guard: {', '.join(did)}." if did else "The guard changed nothing.")
    if orders:
        later_quote = _later_quote(orders, strategy, end)
        fees = exact_money(sum(order.fee_quote for order in orders))
        sentences.append(
            f"Its closes and cuts cost {fees} {unit} of fees. {_held(later_quote, unit)}."
        )
    return " ".join(sentences)


def _limits_used(day: _Day, settings: RiskGuardConfig) -> Iterator[str]:
    track = track_of(*day.figures)
    halt_ratio = settings.drawdown_ladder.ladder().steps[-1].threshold
    for rule, words, used_ratio, limit_ratio in (
        ("daily_loss", "day at worst", day.worst_loss_ratio, settings.daily_loss_limit),
        ("weekly_loss", "week", track.week_loss_ratio, settings.weekly_loss.limit),
        ("drawdown_ladder", "drawdown", track.drawdown_ratio, halt_ratio),
    ):
        mode = settings.mode_of(rule)
        if mode != "off":
            observed = ", observed" if mode == "observe" else ""
            yield (
                f"{words} {percent(used_ratio / limit_ratio, 0)} "
                f"({percent(used_ratio)} of {percent(limit_ratio)}{observed})"
            )


def _what_it_did(day: _Day, orders: Sequence[GuardOrder]) -> Iterator[str]:
    cuts = sum(order.is_cut for order in orders)
    for count, one, more in (
        (len(orders) - cuts, "1 close", "{} closes"),
        (cuts, "1 cut", "{} cuts"),
        *((n, *words) for n, words in zip(day.counts, _COUNTED.values(), strict=True)),
    ):
        if count:
            yield one if count == 1 else more.format(count)


def _later_quote(orders: Sequence[GuardOrder], strategy: IStrategy, end: datetime) -> float:
    """Return how much more what was taken out would be worth at the end of the day, else NaN."""
    closes = {pair: _close(strategy, pair, end) for pair in {o.pair for o in orders}}
    return sum(order.side * order.amount * (closes[order.pair] - order.price) for order in orders)


def _close(strategy: IStrategy, pair: str, end: datetime) -> float:
    """Return the last close of a day from the candles that the bot has; NaN where it has none."""
    if strategy.dp is None:
        return nan
    candles = strategy.dp.get_pair_dataframe(pair, strategy.timeframe)
    if candles.empty:
        return nan
    length = timedelta(seconds=timeframe_to_seconds(strategy.timeframe))
    is_of_day = (candles["date"] + length <= end) & (candles["date"] >= end - _ONE_DAY)
    closes = candles.loc[is_of_day, "close"]
    return nan if closes.empty else float(closes.iloc[-1])


def _held(later_quote: float, unit: str) -> str:
    if not isfinite(later_quote):
        return "What they took out would be worth at the end of the day: unknown"
    word = "more" if later_quote >= 0 else "less"
    sum_text = f"{exact_money(abs(later_quote))} {unit} {word}"
    return f"Held on, what they took out would be worth {sum_text} at the end of the day"


def _signed(quote: float) -> str:
    return f"{'+' if quote > 0 else ''}{exact_money(quote)}"


def _signed_percent(ratio: float) -> str:
    return f"{'+' if ratio > 0 else ''}{percent(ratio)}"
