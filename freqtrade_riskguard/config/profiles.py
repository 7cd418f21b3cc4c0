"""What each profile sets. A profile is a starting point: single settings may be changed."""

from types import MappingProxyType
from typing import Any

from freqtrade_riskguard.config.fields import Profile

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

PROFILES: MappingProxyType[Profile, dict[str, Any]] = MappingProxyType(
    {
        # Leaves the strategy's own entries, sizes and exits alone until the account is in danger.
        "seatbelt": {
            "daily_loss_limit": 0.05,
            "regime_cap": _OFF,
            "volatility_target": _OFF,
            "kelly": _OFF,
            "atr_stop": _OFF,
            "percent_stop": _OFF,
            "fixed_risk": _OFF,
            "circuit_breaker": _OFF,
        },
        "conservative": {"daily_loss_limit": 0.02},
        "moderate": {"daily_loss_limit": 0.03},
        "aggressive": {"daily_loss_limit": 0.05},
        "speculative": {"daily_loss_limit": 0.05},
    }
)

# Rules without which the riskiest profile refuses to start.
BREAKERS = ("circuit_breaker", "daily_loss", "funding_breaker")
