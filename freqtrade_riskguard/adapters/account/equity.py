"""The account's equity, counted from a base and marked to market."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import isfinite, nan

from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.closed_profit import ClosedProfit
from freqtrade_riskguard.adapters.account.kept_equity import KEPT, KeptEquity
from freqtrade_riskguard.adapters.account.settlement_messages import (
    booked_words,
    came_words,
    ended_words,
    moved_words,
    result_words,
    signed,
)
from freqtrade_riskguard.adapters.account.trades import open_profit_quote
from freqtrade_riskguard.adapters.account.wallet import counted_base, read_at, refresh_wallets
from freqtrade_riskguard.adapters.persistence.state_store import StateStore
from freqtrade_riskguard.adapters.run_mode import is_running_bot, trades_real_money
from freqtrade_riskguard.engine.reconciliation import AGREED, EndedPosition, Reconciled
from freqtrade_riskguard.risk import (
    EquityTrack,
    account_equity,
    lasting_transfer,
    start_equity,
    transfer_equity,
    turn_back_equity,
    update_equity,
)

_LOOKS = 3
_LOOK_EVERY = timedelta(minutes=1)
# A commit makes freqtrade read every open trade from the database again.
_KEEP_EVERY = timedelta(minutes=1)
# What is told of a result that no trade has: less is fees and rounding.
_TOLD_RATIO = 0.001
# So many days and weeks may be told again by a clock that goes back.
_STARTS = 8


class Equity:
    """Counts the account's equity once per loop, and what it is measured against.

    Formula: ``equity = base + closed profit + profit of open trades``, where the base is the wallet
    before the bot's first trade (or ``available_capital``), and profits contain fees and funding.

    Parameters
    ----------
    memory : StateStore
        Where base, peak and baselines are kept.
    tell : callable
        Told, with the time, of money that came or went.
    transferred : callable, optional
        Returns what the exchange says came or went between two moments; NaN where nobody tells.
    """

    def __init__(
        self,
        memory: StateStore,
        tell: Callable[[datetime, str], None],
        transferred: Callable[[IStrategy, datetime, datetime], float] = lambda *_: nan,
    ) -> None:
        self._memory = memory
        self._tell = tell
        self._transferred = transferred
        self._closed = ClosedProfit()
        self._base: float | None = None
        self._track: EquityTrack | None = None
        self._differences: deque[float] = deque(maxlen=_LOOKS)
        self._looked: datetime | None = None
        # Until when all that came or went is in the base.
        self._agreed_at: datetime | None = None
        # Results of positions beside the trades, where the wallet does not tell them.
        self._beside_quote = 0.0
        # Results that the base has and no trade.
        self._unbooked_quote = 0.0
        self._kept: tuple[float, ...] | None = None
        self._kept_at: datetime | None = None
        # A clock that was ahead has begun days and weeks too early.
        self._updated: datetime | None = None
        self._day_starts: dict[int, float] = {}
        self._week_starts: dict[int, float] = {}

    def update(
        self,
        strategy: IStrategy,
        time: datetime,
        trades: Sequence[LocalTrade],
        marks: Sequence[float],
        exchange: Reconciled = AGREED,
        *,
        profits_quote: Sequence[float] | None = None,
    ) -> EquityTrack:
        """Return the equity at ``time`` with its peak and the starts of day and week.

        An equity that is not known is NaN; what it is measured against stays.

        Parameters
        ----------
        trades : sequence of LocalTrade
            The open ones; where the exchange is known to hold nothing of one, without it.
        marks : sequence of float
            The price that each is valued at.
        exchange : Reconciled
            What the exchange holds beside them.
        profits_quote : sequence of float, optional
            What each trade has won at its price, where that is known already.
        """
        if profits_quote is None:
            profits_quote = list(map(open_profit_quote, trades, marks))
        open_profit = sum(profits_quote) + exchange.profit_quote
        paid = exchange.paid_quote
        if self._base is None:
            self._begin(strategy, time, trades, self._closed.quote(time) + paid)
        assert self._base is not None  # noqa: S101 - for the type checker
        settled: tuple[float, bool] | None = None
        if exchange.settles and "available_capital" in strategy.config:
            # The wallet holds the money of others, too.
            self._count_ended(strategy, time, exchange.ended)
        elif exchange.settles:
            settled = self._settle(strategy, time, trades, self._realised_quote(time) + paid)
        closed = self._realised_quote(time)
        equity = account_equity(
            base_quote=self._base, realised_quote=closed, open_profit_quote=open_profit
        )
        if settled is not None:
            self._judge(strategy, time, settled, equity)
        if self._track is None:
            self._track = start_equity(time.timestamp(), equity)
        if self._updated is None or time < self._updated:
            self._track = turn_back_equity(
                self._track, time.timestamp(), self._day_starts, self._week_starts
            )
        self._updated = time
        if not exchange.is_settled:
            # Whose money it is that the wallet differs by is not known yet.
            self._differences.clear()
        moved = self._moved(strategy, time, trades, closed, equity) if exchange.is_settled else 0.0
        if moved:
            self._move(moved)
            equity += moved
        track = self._track = update_equity(self._track, time.timestamp(), equity)
        _note_start(self._day_starts, track.day_index, track.day_start_quote)
        _note_start(self._week_starts, track.week_index, track.week_start_quote)
        self._keep(time)
        # The track keeps the last equity that was known: to the rules it is unknown now.
        return track if isfinite(equity) else replace(track, equity_quote=nan)

    def value(self, time: datetime, trades: Sequence[LocalTrade], prices: Sequence[float]) -> float:
        """Return the equity with each open trade at a price, and what has closed since; no more."""
        return account_equity(
            base_quote=nan if self._base is None else self._base,
            realised_quote=self._realised_quote(time),
            open_profit_quote=sum(map(open_profit_quote, trades, prices)),
        )

    def _realised_quote(self, time: datetime) -> float:
        return self._closed.quote(time) + self._beside_quote

    def rebase_peak(self, time: datetime) -> None:
        """Measure the drawdown from here: a person has lifted a halt."""
        if self._track is not None:
            self._track = replace(self._track, peak_quote=self._track.equity_quote)
            # At once: a restart that finds the old peak again would halt again.
            self._kept = None
            self._keep(time)

    def _move(self, quote: float) -> None:
        """Let the base and all that is measured against it move with money that came or went."""
        assert self._base is not None  # noqa: S101 - for the type checker
        self._base += quote
        self._rescale(quote)

    def _rescale(self, quote: float) -> None:
        """Let what the equity is measured against move with money that is no gain and no loss."""
        if self._track is not None:
            self._track = transfer_equity(self._track, quote)
        # What was measured before is of another account.
        self._day_starts.clear()
        self._week_starts.clear()

    def _begin(
        self, strategy: IStrategy, time: datetime, trades: Sequence[LocalTrade], closed: float
    ) -> None:
        """Take up what was kept, else count from the wallet; capital that is set always holds."""
        kept = KeptEquity.recalled(self._memory)
        given = strategy.config.get("available_capital")
        if kept is None:
            self._base = counted_base(strategy, trades, closed) if given is None else float(given)
            self._agreed_at = read_at(strategy)
            return
        base, track = kept.base_quote, kept.track
        self._agreed_at, self._beside_quote = kept.agreed_at, kept.beside_quote
        if given is not None and float(given) != base:
            moved = float(given) - base
            track = transfer_equity(track, moved)
            currency = strategy.config["stake_currency"]
            self._tell(
                time,
                f"available_capital changed by {signed(moved)} to {given:g} {currency}: equity, "
                "its peak and the loss limits move with it.",
            )
            base = float(given)
        self._base, self._track = base, track

    def _settle(
        self, strategy: IStrategy, time: datetime, trades: Sequence[LocalTrade], realised: float
    ) -> tuple[float, bool]:
        """Take what the wallet differs by for a result, but for what the exchange calls a transfer.

        It is that of a position that no trade knew, or of a trade that is over and not booked yet.
        Unlike a transfer it moves neither peak nor baselines: it was won or lost.

        Returns
        -------
        tuple of float and bool
            The result, and whether the exchange says what came or went.
        """
        assert self._base is not None  # noqa: S101 - for the type checker
        is_told = self._take_out_transfers(strategy, time)
        result = counted_base(strategy, trades, realised) - self._base
        self._base += result
        self._differences.clear()
        return result, is_told

    def _judge(
        self, strategy: IStrategy, time: datetime, settled: tuple[float, bool], equity: float
    ) -> None:
        """Tell of a result; where nobody tells transfers, money beyond what was known is no gain.

        A deposit would hide a loss: peak and baselines move with it. What is gone is lost.
        """
        assert self._base is not None  # noqa: S101 - for the type checker
        result, is_told = settled
        currency = strategy.config["stake_currency"]
        noise_quote = _TOLD_RATIO * abs(self._base)
        was_told = abs(self._unbooked_quote + result) <= noise_quote
        if abs(result) > noise_quote:
            self._unbooked_quote += result
        came = 0.0
        if self._track is not None and not is_told:
            came = equity - self._track.equity_quote
            came = came if came > noise_quote else 0.0
        if came:
            self._rescale(came)
            self._tell(time, came_words(came, currency))
        left = result - came
        if abs(left) > noise_quote:
            told = result_words(left, currency, is_told=is_told)
            self._tell(time, booked_words(left, currency) if was_told else told)

    def _count_ended(
        self, strategy: IStrategy, time: datetime, ended: Sequence[EndedPosition]
    ) -> None:
        """Take what positions beside the trades were worth at last for their result, once."""
        # By when each was seen last: found once more after a death, it was seen at the same time.
        counted = self._agreed_at
        if counted is not None and counted > time:
            # A clock that was ahead: what was seen since is not older.
            counted = None
        new = [item for item in ended if counted is None or item.seen_at > counted]
        self._agreed_at = max([item.seen_at for item in new], default=counted)
        for item in new:
            self._beside_quote += item.profit_quote
            self._tell(time, ended_words(item, strategy.config["stake_currency"]))

    def _take_out_transfers(self, strategy: IStrategy, time: datetime) -> bool:
        """Take what the exchange says came or went since all agreed out of what is a result.

        Returns
        -------
        bool
            Whether it says so.
        """
        since, until = self._agreed_at, read_at(strategy)
        self._agreed_at = until
        moved = nan if since is None or until is None else self._transferred(strategy, since, until)
        if moved and isfinite(moved):
            self._move(moved)
            self._tell_of(strategy, time, moved)
        return isfinite(moved)

    def _tell_of(self, strategy: IStrategy, time: datetime, moved: float) -> None:
        self._tell(time, moved_words(moved, strategy.config["stake_currency"]))

    def _moved(
        self,
        strategy: IStrategy,
        time: datetime,
        trades: Sequence[LocalTrade],
        closed: float,
        equity: float,
    ) -> float:
        """Return money that came or went and is not this bot's trading; 0 for none.

        Only what lasts for several looks counts: wallet and database are never of one moment.
        """
        if not is_running_bot(strategy.config) or self._base is None:
            return 0.0
        if "available_capital" in strategy.config:
            return 0.0
        if not _has_passed(_LOOK_EVERY, self._looked, time):
            return 0.0
        self._looked = time
        self._differences.append(counted_base(strategy, trades, closed) - self._base)
        moved = lasting_transfer(list(self._differences), equity, looks=_LOOKS)
        if moved and trades_real_money(strategy.config):
            # freqtrade asks seldom for the balance, and not at all where it failed before.
            refresh_wallets(strategy)
            self._differences[-1] = counted_base(strategy, trades, closed) - self._base
            moved = lasting_transfer(list(self._differences), equity, looks=_LOOKS)
        if abs(self._differences[-1] - moved) <= _TOLD_RATIO * abs(self._base):
            self._agreed_at = read_at(strategy)
        elif moved:
            # More has come or gone meanwhile: what of it is in the base nobody can say.
            self._agreed_at = None
        if moved:
            self._differences.clear()
            self._tell_of(strategy, time, moved)
        return moved

    def _keep(self, time: datetime) -> None:
        if self._base is None or self._track is None:
            return
        track = self._track
        # What cannot be counted again after a restart; equity and peak may be a minute old.
        counted = self._base + self._beside_quote
        seldom = (counted, track.day_index, track.week_index, track.day_start_quote)
        if seldom != self._kept or _has_passed(_KEEP_EVERY, self._kept_at, time):
            kept = KeptEquity(self._base, track, self._agreed_at, self._beside_quote)
            self._memory.set_later(KEPT, kept.text)
            self._kept, self._kept_at = seldom, time


def _has_passed(interval: timedelta, since: datetime | None, time: datetime) -> bool:
    """Whether it is so long ago, or the clock has gone back since: then nobody knows."""
    return since is None or not timedelta(0) <= time - since < interval


def _note_start(starts: dict[int, float], index: int, quote: float) -> None:
    starts[index] = quote
    if len(starts) > _STARTS:
        del starts[min(starts)]
