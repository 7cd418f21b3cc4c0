"""The profile's cap on leverage: nothing at run time can raise it."""

from dataclasses import dataclass
from typing import ClassVar

from freqtrade_riskguard.config_types import RuleSection
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.snapshot import Entry


class HardCapConfig(RuleSection):
    """The profile's cap on leverage, set by the top-level ``max_leverage``."""


@dataclass(frozen=True, slots=True)
class HardCap:
    """At most ``max_leverage_limit``, whatever else holds."""

    name: ClassVar[str] = "hard_cap"

    max_leverage_limit: float
    profile: str

    def max_leverage(self, entry: Entry) -> Cap:
        """Return the configured cap."""
        return Cap(
            self.max_leverage_limit,
            f"cap {self.max_leverage_limit:g}x, profile {self.profile}",
        )
