"""A backtest as freqtrade has stored it, in the units and words of everything here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import isnan, nan
from pathlib import Path
from typing import Any

LIQUIDATION = "liquidation"
# In front of a rule's name, on what the guard closes and cuts off.
GUARD_TAG = "riskguard_"
# Behind it, on a cut. While an order waits freqtrade makes no exit that has the tag of an earlier
# one of this candle: a cut must not keep its own rule from closing.
CUT_SUFFIX = "_cut"
# The same on what the strategy takes out at the moment of a cut, where that is more.
OWN_CUT_SUFFIX = "_own_cut"
# What the guard closes at a price is a stop, too; freqtrade names it by the tag.
_STOPS = ("stop_loss", "trailing_stop_loss", "stoploss_on_exchange", GUARD_TAG)
# freqtrade's own exits, as a strategy or the configuration sets them, and its parameter file may.
EXIT_SETTINGS = (
    *("minimal_roi", "stoploss", "trailing_stop", "trailing_stop_positive"),
    *("trailing_stop_positive_offset", "trailing_only_offset_is_reached", "use_exit_signal"),
    *("exit_profit_only", "exit_profit_offset", "ignore_roi_if_entry_signal"),
)
# freqtrade closes what is open when the candles end.
_STILL_OPEN = "force_exit"


@dataclass(frozen=True, slots=True)
class Fill:
    """One filled order of a trade; ``amount`` in base units, unsigned.

    ``tag`` says why, where freqtrade was told.
    """

    time: datetime
    price: float
    amount: float
    is_entry: bool
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One trade of a backtest.

    Attributes
    ----------
    side : int
        +1 long, -1 short.
    entry_price, exit_price : float
        Average of the position at its last exit, and the price of that exit.
    stake_quote : float
        Initial margin of all entries.
    profit_quote : float
        Fees and funding included.
    first_stop_price, last_stop_price : float
        As it began and as it ended; NaN where not recorded.
    lowest_price, highest_price : float
        As freqtrade recorded them, all of the entry's and the exit's candle included; NaN where
        not recorded.
    fee_open, fee_close : float
        Ratios of the notional.
    funding_quote : float
        Received; negative when paid. NaN where not recorded: it is in the profit all the same.
    fills : tuple of Fill
        Oldest first.
    has_orders : bool
        Whether they are those of its orders; else it is taken for one entry and one exit.
    enter_tag : str
        Why the strategy entered; empty where it did not say.
    """

    pair: str
    side: int
    open_time: datetime
    close_time: datetime
    entry_price: float
    exit_price: float
    stake_quote: float
    leverage: float
    profit_quote: float
    exit_reason: str
    fills: tuple[Fill, ...]
    enter_tag: str = ""
    fee_open: float = 0.0
    fee_close: float = 0.0
    has_orders: bool = True
    funding_quote: float = 0.0
    first_stop_price: float = nan
    last_stop_price: float = nan
    lowest_price: float = nan
    highest_price: float = nan

    @property
    def is_stop(self) -> bool:
        """Whether a stop closed it, or the guard at a price."""
        return self.exit_reason.startswith(_STOPS)

    @property
    def is_liquidation(self) -> bool:
        """Whether it was liquidated in the backtest."""
        return self.exit_reason == LIQUIDATION

    @property
    def is_censored(self) -> bool:
        """Whether it was still open when the candles ended: how it would have ended is unknown."""
        return self.exit_reason == _STILL_OPEN

    @property
    def has_won(self) -> bool:
        """Whether it made a profit after all costs."""
        return self.profit_quote > 0

    @property
    def profit_ratio(self) -> float:
        """Profit / initial margin; 0 without a margin."""
        return self.profit_quote / self.stake_quote if self.stake_quote > 0 else 0.0

    @property
    def known_funding_quote(self) -> float:
        """Funding as far as it is recorded: 0 where it is not."""
        return 0.0 if isnan(self.funding_quote) else self.funding_quote

    @property
    def cuts(self) -> tuple[tuple[int, Fill], ...]:
        """The guard's cuts before the last exit, with their places among the fills."""
        return tuple(
            (place, fill)
            for place, fill in enumerate(self.fills[:-1])
            if not fill.is_entry and fill.tag.startswith(GUARD_TAG)
        )

    @property
    def last_amount(self) -> float:
        """The amount left for the last exit, base units."""
        return self.fills[-1].amount


@dataclass(frozen=True, slots=True)
class RecordedLock:
    """A lock: no entries on a pair (``"*"`` for all) and side (0 for both) for a while."""

    since: datetime
    until: datetime
    pair: str
    side: int
    why: str

    def covers(self, trade: Trade) -> bool:
        """Whether a trade was opened while it held."""
        about = self.pair in {"*", trade.pair} and self.side in {0, trade.side}
        return about and self.since <= trade.open_time < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The backtest of one strategy.

    Attributes
    ----------
    trades : tuple of Trade
        In the order in which they closed.
    has_locks : bool
        Whether locks were recorded: without, it is not known whether there were any.
    compounds : bool
        Whether stakes are a share of the account, rather than a fixed amount.
    is_guarded : bool
        Whether the strategy that is stored with it had the guard in force.
    margin_mode : str
        ``"isolated"`` or ``"cross"``; empty where not recorded.
    config : mapping
        The configuration that is stored with the result; empty where there is none.
    exits : mapping
        Those of ``EXIT_SETTINGS``; None where not recorded.
    """

    path: Path
    strategy: str
    currency: str
    timeframe: str
    start: datetime
    end: datetime
    starting_balance_quote: float
    trades: tuple[Trade, ...]
    pauses: tuple[RecordedLock, ...] = ()
    has_locks: bool = True
    timeframe_detail: str = ""
    compounds: bool = True
    is_guarded: bool = False
    margin_mode: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    exits: Mapping[str, Any] = field(default_factory=dict)

    @property
    def candle_timeframe(self) -> str:
        """Of the candles that fills were found on."""
        return self.timeframe_detail or self.timeframe

    @property
    def exchange(self) -> str:
        """Name in freqtrade; empty where it is not stored."""
        exchange = self.config.get("exchange")
        return str(exchange.get("name", "")) if isinstance(exchange, Mapping) else ""

    @property
    def is_cross(self) -> bool:
        """Whether all positions shared the account."""
        return self.margin_mode == "cross"

    @property
    def pairs(self) -> tuple[str, ...]:
        """Those that were traded, sorted."""
        return tuple(sorted({trade.pair for trade in self.trades}))

    @property
    def censored(self) -> int:
        """How many trades were still open when the candles ended."""
        return sum(trade.is_censored for trade in self.trades)
