"""The settings of each profile. A profile is a starting point: single settings may be changed."""

from types import MappingProxyType
from typing import Any

from freqtrade_riskguard.config_types import Profile

# The most leverage that a profile can be configured to; choosing more means choosing the profile.
PROFILE_MAX_LEVERAGE: MappingProxyType[Profile, float] = MappingProxyType(
    {
        "seatbelt": 5.0,
        "conservative": 2.0,
        "moderate": 5.0,
        "aggressive": 10.0,
        "speculative": 20.0,
    }
)

_OFF = {"mode": "off"}
_MORE_THAN_A_SEATBELT = (
    "regime_cap",
    "volatility_target",
    "kelly",
    "losing_leverage",
    "conviction",
    "atr_stop",
    "fixed_risk",
    "heat",
    "position_cap",
    "cash_reserve",
    "exposure_cap",
    "portfolio_volatility",
    "margin_utilisation",
    "stress_survival",
    "reward_risk",
    "circuit_breaker",
)

PROFILES: MappingProxyType[Profile, dict[str, Any]] = MappingProxyType(
    {
        # Leaves the strategy's own entries, sizes and exits alone until the account is in danger.
        "seatbelt": {
            "daily_loss_limit": 0.05,
            **dict.fromkeys(_MORE_THAN_A_SEATBELT, _OFF),
            # At its sizes the limits would be passed by far if what is open stayed so.
            "daily_loss": {"close_all": True},
            "weekly_loss": {"close_all": True},
            "drawdown_ladder": {"cut_open": False},
            "funding_exit": {"extreme_only": True},
            # What would be closed at once is not entered.
            "funding_gate": {"max_rate_8h": 0.003},
        },
        "conservative": {"daily_loss_limit": 0.02},
        "moderate": {"daily_loss_limit": 0.03},
        # Each cap must be reachable in a calm market: at 15 % nothing goes above about 6x.
        "aggressive": {"daily_loss_limit": 0.05, "liquidation_distance": {"min_distance": 0.08}},
        "speculative": {"daily_loss_limit": 0.05, "liquidation_distance": {"min_distance": 0.035}},
    }
)

# Rules without which the riskiest profile refuses to start.
BREAKERS = (
    "circuit_breaker",
    "daily_loss",
    "weekly_loss",
    "drawdown_ladder",
    "equity_stop",
    "funding_breaker",
)
