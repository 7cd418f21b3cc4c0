"""The report of ``riskguard check``: the fields are the keys of its JSON document."""

from dataclasses import dataclass
from datetime import datetime

from freqtrade_riskguard.entry_report.entry_figures import EntryFigures
from freqtrade_riskguard.entry_report.live_findings import LiveFinding
from freqtrade_riskguard.entry_report.profile_leverage import ProfileLeverage
from freqtrade_riskguard.entry_report.settings_in_force import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFigures:
    """A pair as the guard measures it, and an entry on each side that the strategy may trade.

    Attributes
    ----------
    source : str
        ``disk`` or ``exchange``.
    time : datetime
        When the candles were closed that all figures are of.
    daily_volatility_ratio : float
        NaN where unknown.
    funding_rate_8h : float
        Last settled; positive where longs pay. NaN where unknown.
    """

    pair: str
    source: str
    time: datetime
    rate: float
    daily_volatility_ratio: float
    regime: str
    funding_rate_8h: float
    entries: tuple[EntryFigures, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Everything that the command found; its fields are the keys of the JSON document.

    Attributes
    ----------
    verdict : str
        ``ok``, ``danger``, or ``unknown`` where no danger was found and an answer is missing.
    liquidation_rule : str
        The exchange's, as liquidation prices are computed here, with its source.
    rules_without_limit : tuple of str
        Rules that are on and protect from nothing, as no limit is set.
    profiles : tuple of ProfileLeverage
        For the first pair and its first side.
    evidence : str or None
        What trades of backtests count for Kelly, and what not; None where none are named.
    account : tuple of LiveFinding or None
        What the exchange says of the account; None where it was not asked.
    """

    verdict: str
    dangers: tuple[str, ...]
    notes: tuple[str, ...]
    strategy: str
    guarded: bool
    enforcing: bool
    exchange: str
    liquidation_rule: str
    dry_run: bool
    margin_mode: str
    stake_currency: str
    wallet_quote: float
    wallet_origin: str
    open_trades: int
    database: str | None
    rules: dict[str, list[str]]
    settings: tuple[Setting, ...]
    pairs: tuple[PairFigures, ...]
    profiles: tuple[ProfileLeverage, ...]
    account: tuple[LiveFinding, ...] | None = None
    evidence: str | None = None
    rules_without_limit: tuple[str, ...] = ()
