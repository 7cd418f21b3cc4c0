"""The record of a rehearsal: the exchange's books, the bot's trades, what its owner was told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isnan, nan

from freqtrade_riskguard.engine.journal import Decision


@dataclass(frozen=True, slots=True)
class Sample:
    """What the account was worth after a loop of the bot.

    Attributes
    ----------
    exchange_quote : float
        By the exchange's books, open profit at the mark price, less the fees of closing what is
        open, as the guard counts; quote units.
    guard_quote : float
        By the guard; NaN while it does not know.
    """

    time: datetime
    exchange_quote: float
    guard_quote: float

    @property
    def difference_ratio(self) -> float:
        """How much more the guard says, as a share of what the exchange says."""
        if self.exchange_quote <= 0:
            return nan
        return self.guard_quote / self.exchange_quote - 1.0


@dataclass(frozen=True, slots=True)
class Unprotected:
    """A position, or a part of one, that no stop order on the exchange covered.

    Attributes
    ----------
    loops : int
        In how many loops of the bot, one after the other, the exchange took orders meanwhile.
    """

    pair: str
    since: datetime
    until: datetime
    loops: int


@dataclass(frozen=True, slots=True)
class UnbookedPosition:
    """A position that no trade of the bot knew, as after an answer that was lost.

    Attributes
    ----------
    told : datetime or None
        When the owner was told of it.
    closed : datetime or None
        When the owner closed it by hand, as the message asks; None where the bot did, or nobody.
    """

    pair: str
    since: datetime
    told: datetime | None
    closed: datetime | None


@dataclass(frozen=True, slots=True)
class Liquidation:
    """A position that the exchange liquidated."""

    time: datetime
    pair: str
    price: float
    notional_quote: float


@dataclass(frozen=True, slots=True)
class FaultRecord:
    """Something that went wrong on the exchange because it was asked to.

    Attributes
    ----------
    settings : str
        Its other keys, as they were asked for.
    until : datetime or None
        None for one that held until it had struck, or for ever.
    hits : int or None
        How often it struck; None for another price, which strikes nobody.
    first, last : datetime or None
        By the bot's loops, when it first and last struck.
    """

    what: str
    settings: str
    since: datetime
    until: datetime | None
    hits: int | None
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class TradeRecord:
    """A trade in the bot's database.

    Attributes
    ----------
    side : int
        +1 for long, -1 for short.
    close_time, close_rate : datetime, float
        None and NaN of one that is open.
    profit_quote : float
        Fees and funding included, as freqtrade has booked them; NaN of one that is open.
    """

    pair: str
    side: int
    leverage: float
    open_time: datetime
    close_time: datetime | None
    open_rate: float
    close_rate: float
    profit_quote: float
    exit_reason: str


@dataclass(frozen=True, slots=True)
class Message:
    """What the owner was told, or freqtrade's last words before it stopped."""

    time: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the exchange's own books say at the end, quote units.

    Attributes
    ----------
    equity_quote : float
        Wallet and open profit at the mark price.
    realised_quote, fees_quote, funding_quote : float
        What changed the wallet; fees are below 0, and so is funding that was paid.
    """

    deposit_quote: float
    equity_quote: float
    wallet_quote: float
    realised_quote: float
    fees_quote: float
    funding_quote: float
    fills: int
    requests: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """All of a rehearsal.

    Attributes
    ----------
    places_stops : bool
        Whether the configuration asks for stops on the exchange.
    restarts : tuple of Message
        When freqtrade had stopped itself and was started again.
    machine_seconds : float
        What it took.
    """

    strategy: str
    profile: str
    currency: str
    pairs: tuple[str, ...]
    start: datetime
    end: datetime
    places_stops: bool
    books: Books
    samples: tuple[Sample, ...]
    unprotected: tuple[Unprotected, ...]
    unbooked: tuple[UnbookedPosition, ...]
    liquidations: tuple[Liquidation, ...]
    faults: tuple[FaultRecord, ...]
    trades: tuple[TradeRecord, ...]
    decisions: tuple[Decision, ...]
    messages: tuple[Message, ...]
    restarts: tuple[Message, ...]
    loops: int
    machine_seconds: float

    @property
    def guard_quote(self) -> float:
        """What the guard says at the end that the account is worth; NaN where it never knew."""
        return next(
            (s.guard_quote for s in reversed(self.samples) if not isnan(s.guard_quote)), nan
        )

    @property
    def length(self) -> timedelta:
        """How long it was, by its own clock."""
        return self.end - self.start
