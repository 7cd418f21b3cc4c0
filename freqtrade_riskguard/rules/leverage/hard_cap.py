"""The profile's cap on leverage: nothing at run time can raise it."""

from dataclasses import dataclass
from typing import ClassVar

from freqtrade_riskguard.config_types import RuleSection
from freqtrade_riskguard.risk import gross_exposure, gross_exposure_cap
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.rules.entry_math import ROUNDING
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


@dataclass(frozen=True, slots=True)
class CrossHardCap(HardCap):
    """In cross margin it holds for the account's effective leverage, too.

    That is the notional of all positions over equity. An unknown equity leaves no stake.
    """

    name: ClassVar[str] = HardCap.name

    def max_stake(self, entry: Entry) -> Cap:
        """Return the stake that fills up the effective leverage."""
        equity_quote, held_quote = entry.account.sizing_equity_quote, _held_quote(entry)
        limit = gross_exposure_cap(
            equity_quote, held_quote, entry.leverage, self.max_leverage_limit
        )
        return Cap(limit, self._why(gross_exposure(held_quote, equity_quote), "already"))

    def denial(self, entry: Entry) -> str | None:
        """Return why the effective leverage would be too high, or None."""
        whole_quote = _held_quote(entry) + entry.stake_quote * entry.leverage
        leverage = gross_exposure(whole_quote, entry.account.sizing_equity_quote)
        if leverage <= self.max_leverage_limit * (1 + ROUNDING):
            return None
        return self._why(leverage, "with this entry")

    def _why(self, leverage: float, when: str) -> str:
        return (
            f"effective leverage of the account {leverage:.2f}x {when} (cap "
            f"{self.max_leverage_limit:g}x, profile {self.profile}, cross margin)"
        )


def _held_quote(entry: Entry) -> float:
    return sum(position.notional_quote for position in entry.others)
