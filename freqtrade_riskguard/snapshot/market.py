"""A pair as of its last closed candle."""

from dataclasses import dataclass
from math import nan

from freqtrade_riskguard.risk import MarginTiers

# Where nobody names a fee: what a taker without discount pays on the large exchanges.
DEFAULT_TAKER_FEE = 0.0006


@dataclass(frozen=True, slots=True)
class Funding:
    """Funding of a pair.

    Attributes
    ----------
    rates_8h : tuple of float
        The last settled rates, oldest first, normalised to 8 hours; empty where nothing is known.
    interval_hours : float
        Time between the last settlements; NaN where unknown.
    next_rate_8h : float or None
        The rate of the payment to come. NaN while it is not known, but will be before the payment;
        None where nobody tells: then the last one stands for it.
    """

    rates_8h: tuple[float, ...] = ()
    interval_hours: float = nan
    next_rate_8h: float | None = None

    @property
    def rate_8h(self) -> float:
        """The last rate; NaN where unknown."""
        return self.rates_8h[-1] if self.rates_8h else nan

    @property
    def rates_to_come_8h(self) -> tuple[float, ...]:
        """The rates up to that of the payment to come, oldest first."""
        if self.next_rate_8h is None:
            return self.rates_8h
        return (*self.rates_8h, self.next_rate_8h)


UNKNOWN_FUNDING = Funding()


@dataclass(frozen=True, slots=True)
class Market:
    """A pair as of its last closed candle.

    Attributes
    ----------
    pair : str
        freqtrade's name, e.g. ``"BTC/USDT:USDT"``.
    tiers : TierTable or WholePositionTiers
        The exchange's maintenance margin, by its own rule; see :attr:`Position.tiers`.
    taker_fee : float
        Ratio of the notional, per fill.
    daily_volatility : float
        Standard deviation of log returns per day; NaN where unknown.
    atr : float
        Average true range in price units at the moment that the question is about (for a
        position: its entry); NaN where unknown.
    candle_age_intervals : float
        How long ago the last candle closed, in candles; NaN where there is no candle.
    funding : Funding
        As settled by that moment.
    leverage_steps : int
        Into how many steps the exchange divides 1x: 1 where only whole numbers can be set.
    spread_ratio : float or None
        What bid and ask are apart, of the price between them. NaN where the exchange does not tell
        it; None where nobody asks, and in a backtest, which has no order book.
    """

    pair: str
    tiers: MarginTiers
    taker_fee: float
    daily_volatility: float
    atr: float
    candle_age_intervals: float = 0.0
    funding: Funding = UNKNOWN_FUNDING
    leverage_steps: int = 10
    spread_ratio: float | None = None
