"""Which limits an account has reached. Figures and settings in, breaches with their words out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Literal

from freqtrade_riskguard.formatting import money, percent
from freqtrade_riskguard.risk import EquityTrack
from freqtrade_riskguard.rules.account_messages import short_percent
from freqtrade_riskguard.watch.settings import Limits

# As the settings are called.
Kind = Literal[
    "daily_loss_limit", "max_drawdown", "min_equity_quote", "exposure_per_coin", "gross_exposure"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFigures:
    """The account of a bot, or of all bots together.

    Attributes
    ----------
    track : EquityTrack
        Equity at the latest rates and what it is measured against.
    notional_quote : mapping of str to float
        Value of the positions in each coin, longs and shorts added up, quote units.
    currency : str
        What the bot trades in.
    """

    track: EquityTrack
    notional_quote: Mapping[str, float]
    currency: str

    @property
    def gross_exposure(self) -> float:
        """Notional of all positions / equity."""
        return exposure(sum(self.notional_quote.values()), self.track.equity_quote)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A limit that has been reached.

    Attributes
    ----------
    reading, limit : float
        In the unit of the limit.
    text : str
        Both in words, with what the reading is based on.
    """

    kind: Kind
    reading: float
    limit: float
    text: str


def exposure(notional_quote: float, equity_quote: float) -> float:
    """Return notional / equity; infinite where positions are held on nothing."""
    if notional_quote <= 0:
        return 0.0
    return notional_quote / equity_quote if equity_quote > 0 else inf


def find_breaches(figures: AccountFigures, limits: Limits) -> tuple[Breach, ...]:
    """Return the limits that are reached, the loss of the day first.

    Parameters
    ----------
    figures : AccountFigures
        Finite numbers: what is unknown must not get here.
    limits : Limits
        A limit of None is never reached; one that is met exactly is.
    """
    return tuple(_found(figures, limits))


def _found(figures: AccountFigures, limits: Limits) -> Iterator[Breach]:
    track, currency = figures.track, figures.currency
    limit = limits.daily_loss_limit
    if limit is not None and track.day_loss_ratio >= limit:
        loss = track.day_loss_ratio
        text = f"{percent(-loss)} today (limit {short_percent(limit)}), live"
        yield Breach(kind="daily_loss_limit", reading=loss, limit=limit, text=text)
    limit = limits.max_drawdown
    if limit is not None and track.drawdown_ratio >= limit:
        fall = track.drawdown_ratio
        peak = f"{money(track.peak_quote)} {currency}"
        text = f"{percent(fall)} below the peak of {peak} (limit {short_percent(limit)}), live"
        yield Breach(kind="max_drawdown", reading=fall, limit=limit, text=text)
    limit = limits.min_equity_quote
    if limit is not None and track.equity_quote <= limit:
        equity = track.equity_quote
        text = f"equity {money(equity)} {currency} (minimum {money(limit)} {currency}), live"
        yield Breach(kind="min_equity_quote", reading=equity, limit=limit, text=text)
    yield from _too_much_held(figures, limits)


def _too_much_held(figures: AccountFigures, limits: Limits) -> Iterator[Breach]:
    equity_quote, limit = figures.track.equity_quote, limits.exposure_per_coin
    if limit is not None and figures.notional_quote:
        notional_quote, coin = max((held, coin) for coin, held in figures.notional_quote.items())
        share = exposure(notional_quote, equity_quote)
        if share >= limit:
            text = f"{coin} is {_share(share)} of equity (limit {short_percent(limit)}), live"
            yield Breach(kind="exposure_per_coin", reading=share, limit=limit, text=text)
    limit, share = limits.gross_exposure, figures.gross_exposure
    if limit is not None and share >= limit:
        text = f"positions are {_share(share)} of equity (limit {short_percent(limit)}), live"
        yield Breach(kind="gross_exposure", reading=share, limit=limit, text=text)


def _share(ratio: float) -> str:
    return "more than all" if ratio == inf else percent(ratio, digits=0)
