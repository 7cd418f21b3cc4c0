"""The leverage that each profile would allow in a calm and in a wild market."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import pi, sqrt

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.config.profiles import PROFILES
from freqtrade_riskguard.config_types import Profile
from freqtrade_riskguard.risk import floor_leverage
from freqtrade_riskguard.rules.base import LeverageRule
from freqtrade_riskguard.rules.registry import build_rules
from freqtrade_riskguard.snapshot import Entry

# A day's standard deviation: BTC on a quiet weekend, and any coin on a day of a crash.
CALM_RATIO, WILD_RATIO = 0.004, 0.06
# What the market decides; the record of trades and the size of the stake decide besides.
_BY_MARKET = ("hard_cap", "regime_cap", "liquidation_distance")
# The mean range of an hour of a random walk, in its standard deviations.
_RANGE_PER_SIGMA = sqrt(8 / pi)
_HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileLeverage:
    """A profile with its own settings, for one pair and side.

    Attributes
    ----------
    cap : float
        Of the profile: nothing goes beyond it.
    calm, wild : float
        The most that it allows at a volatility of 0.4 % and of 6 % a day.
    """

    profile: Profile
    cap: float
    calm: float
    wild: float


def profile_leverage(entry: Entry, max_leverage: float) -> tuple[ProfileLeverage, ...]:
    """Return the leverage of every profile for an entry, the most careful first.

    By the profile's cap, the regime, liquidation distance and the exchange's maximum. Kelly, the
    volatility target and losses can only lower it.
    """
    return tuple(
        ProfileLeverage(
            profile=profile,
            cap=load_config({"profile": profile}).max_leverage,
            calm=_allowed(entry, profile, CALM_RATIO, max_leverage),
            wild=_allowed(entry, profile, WILD_RATIO, max_leverage),
        )
        for profile in PROFILES
    )


def _allowed(entry: Entry, profile: Profile, volatility: float, max_leverage: float) -> float:
    atr = entry.rate * volatility / sqrt(_HOURS) * _RANGE_PER_SIGMA
    market = replace(entry.market, daily_volatility=volatility, atr=atr)
    caps = _caps(replace(entry, market=market), profile)
    return floor_leverage(min(max_leverage, *caps), market.leverage_steps)


def _caps(entry: Entry, profile: Profile) -> Iterator[float]:
    for rule, _ in build_rules(load_config({"profile": profile})):
        if isinstance(rule, LeverageRule) and rule.name in _BY_MARKET:
            cap = rule.max_leverage(entry)
            if cap is not None:
                yield cap.limit
