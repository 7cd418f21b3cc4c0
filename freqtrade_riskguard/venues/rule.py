"""The columns of the venues' table."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Maintenance: TypeAlias = Literal["progressive", "contracts", "highest tier", "market", "careful"]

_WORDS: dict[Maintenance, str] = {
    "progressive": "each part of a position at the rate of its own tier (rate less a deduction)",
    "contracts": "the rate of one tier on the whole position, by its number of contracts",
    "highest tier": "the rate of the highest tier touched on the whole position, by its notional",
    "market": "half of the initial margin at the market's greatest leverage",
    "careful": "the careful rule: the rate of the highest tier touched on the whole position, at "
    "least half of the initial margin at the market's greatest leverage",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueRule:
    """What one exchange does.

    Attributes
    ----------
    name : str
        freqtrade's, as in ``exchange.name``.
    title : str
        What messages call it.
    maintenance : str
        ``progressive``: tiers of notional, each part of a position at its own rate. ``contracts``:
        tiers of contracts, one rate for the whole position. ``highest tier``: tiers of notional,
        one rate for the whole position. ``market``: no tiers, half of the initial margin at the
        market's greatest leverage. ``careful``: not known.
    deduction : str or None
        Under which key the exchange tells a tier's maintenance amount; None where it does not, and
        it is derived from the continuity of the margin. Of progressive tiers only.
    liquidation_fee : str
        What a liquidation costs beside the maintenance margin; the guard counts the taker fee.
    trigger_price : str
        Which price liquidates.
    leverage_step : float
        The leverage that is set is a multiple of it.
    stop_orders : tuple of str
        Kinds of stops that freqtrade can place there.
    stop_prices : tuple of str
        Prices that can trigger them; empty where freqtrade cannot choose.
    margin_modes : tuple of str
        That freqtrade trades futures in there.
    lots : str
        What amounts are multiples of.
    funding_hours : tuple of int
        Intervals between settlements.
    tells_open_profit : bool
        Whether ccxt tells a position's profit there: a balance can then be freed of it.
    transfer_entries : tuple of str
        What ccxt calls deposits and withdrawals of a futures account in the ledger; empty where
        that is not known.
    own_orders : tuple of tuple of str
        How the exchange calls the orders that it sends itself, by the beginning, and why it does.
    own_orders_key : str
        Where it does, in what ccxt hands on of its answer; empty for the client's number.
    funding_fee_key : str
        Where a payment of funding stands there as a fee, above 0 where it was paid; empty where
        ccxt's amount is below 0 then.
    funding_span_hours : int or None
        How long a time one answer about funding covers for certain; None for any.
    open_orders_limit : int or None
        How many open orders one answer holds at most where fewer are usual; None where all are.
    sources : tuple of str
        Where this is from.
    aliases : tuple of str
        Other names that freqtrade knows it by.
    """

    name: str
    title: str
    maintenance: Maintenance
    deduction: str | None = None
    liquidation_fee: str = "taker fee"
    trigger_price: str = "mark"
    leverage_step: float
    stop_orders: tuple[str, ...]
    stop_prices: tuple[str, ...]
    margin_modes: tuple[str, ...]
    lots: str
    funding_hours: tuple[int, ...]
    tells_open_profit: bool = True
    transfer_entries: tuple[str, ...] = ()
    own_orders: tuple[tuple[str, str], ...] = ()
    own_orders_key: str = ""
    funding_fee_key: str = ""
    funding_span_hours: int | None = None
    open_orders_limit: int | None = None
    sources: tuple[str, ...]
    aliases: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether the table has a row for it."""
        return self.maintenance != "careful"

    @property
    def words(self) -> str:
        """The rule of its maintenance margin, in words."""
        return _WORDS[self.maintenance]

    @property
    def statement(self) -> str:
        """The rule that liquidation prices are computed by, with its source."""
        return (
            f"{self.title}: liquidation by the {self.trigger_price} price; maintenance margin: "
            f"{self.words} (source: {self.source})"
        )

    @property
    def source(self) -> str:
        """The first of its sources."""
        return self.sources[0]
