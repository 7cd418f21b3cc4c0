"""What the exchange itself says an account holds, beside what the bot's trades say."""

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True, slots=True)
class ExchangePosition:
    """A position as the exchange tells it.

    Attributes
    ----------
    amount : float
        Base units, unsigned.
    entry_price, mark_price : float
        NaN where the exchange does not say.
    margin_quote : float
        Its own margin where that is isolated, without open profit; NaN where nobody says.
    """

    pair: str
    side: int
    amount: float
    entry_price: float = nan
    mark_price: float = nan
    margin_quote: float = nan

    @property
    def signed_amount(self) -> float:
        """Base units, negative for a short position."""
        return self.side * self.amount


@dataclass(frozen=True, slots=True)
class PositionReport:
    """What the exchange tells of a position beside what the bot's trade says.

    Attributes
    ----------
    added_margin_quote : float
        Margin that was added after the entry; never below 0.
    leads_adl_queue : bool or None
        Whether it stands in the top fifth of the queue of auto-deleveraging; None where that is
        not known.
    """

    added_margin_quote: float = 0.0
    leads_adl_queue: bool | None = None


NOTHING_TOLD = PositionReport()


@dataclass(frozen=True, slots=True)
class ExchangeStop:
    """A stop order that stands on the exchange.

    Attributes
    ----------
    side : int
        +1 buys, -1 sells: the opposite of the position that it closes.
    reduces_only : bool
        Whether it can close a position and open none.
    """

    order_id: str
    pair: str
    side: int
    amount: float
    trigger_price: float
    reduces_only: bool


@dataclass(frozen=True, slots=True)
class BookedTrade:
    """What an open trade of the bot says about a position, parts of open orders included.

    Attributes
    ----------
    amount : float
        Base units filled, unsigned.
    entering, exiting : float
        What orders that wait may still add, and take away: the exchange may have done so already.
    lot : float
        The least amount that the exchange trades.
    price : float
        The average price of its entries.
    fee_ratio : float
        Paid on each fill, ratio of its notional.
    stop_ids : frozenset of str
        The stop orders that the bot knows to be open.
    stop_price : float
        The stop in force; NaN where there is none.
    """

    trade_id: int
    pair: str
    side: int
    amount: float
    entering: float = 0.0
    exiting: float = 0.0
    lot: float = 0.0
    price: float = nan
    fee_ratio: float = 0.0
    stop_ids: frozenset[str] = frozenset()
    stop_price: float = nan
