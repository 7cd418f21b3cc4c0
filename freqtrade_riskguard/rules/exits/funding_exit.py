"""The funding exit: out of a position that funding bleeds."""

from dataclasses import dataclass
from math import isnan, nan
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from freqtrade_riskguard.config_types import Count, FundingRate, Ratio, RuleSection
from freqtrade_riskguard.formatting import currency, money, percent
from freqtrade_riskguard.risk import (
    funding_days_left,
    funding_drain_ratio,
    paid_rate_8h,
    paying,
    paying_streak,
    settlement_cost_ratio,
)
from freqtrade_riskguard.rules.base import Step
from freqtrade_riskguard.snapshot import Account, Position

_SILENT = 0
_WARNED = 1
_QUIET = Step(_SILENT)
# The warning is armed again when the margin lasts this many times as long as it warns at.
_RECOVERED = 2.0


class FundingExitConfig(RuleSection):
    """Closes a position that pays too much funding."""

    max_rate_8h: FundingRate = Field(
        default=0.001,
        description="funding rate per 8 hours that closes after `periods` payments in a row",
    )
    periods: Count = Field(
        default=3, description="number of funding payments in a row above `max_rate_8h`"
    )
    extreme_rate_8h: FundingRate = Field(
        default=0.003, description="funding rate per 8 hours that closes at once"
    )
    max_drain: Ratio = Field(default=0.10, description="funding paid / initial margin that closes")
    warn_days: Annotated[float, Field(ge=0, le=365)] = Field(
        default=5.0,
        description="warns when funding alone would use up the margin within this many days",
    )
    extreme_only: bool = Field(default=False, description="true: only `extreme_rate_8h` closes")
    expected_edge: Ratio | None = Field(
        default=None,
        description="profit you expect of a trade / notional: a high rate then closes a trade only "
        "if its next payment costs more than the profit still expected; null: always",
    )

    @model_validator(mode="after")
    def _extreme_is_worse(self) -> Self:
        if self.extreme_rate_8h < self.max_rate_8h:
            msg = (
                f"extreme_rate_8h must be >= max_rate_8h ({self.max_rate_8h:g}), "
                f"got {self.extreme_rate_8h:g}"
            )
            raise ValueError(msg)
        return self


@dataclass(frozen=True, slots=True)
class FundingExit:
    """Close a position that would pay an extreme rate, a high one for long, or has paid too much.

    Each time for the payment to come: the one just made is no reason to leave any more. Unknown
    rates (none, or NaN) close nothing by themselves; what has been paid still counts.

    Attributes
    ----------
    max_rate_8h, periods : float, int
        Closes above this rate for so many settlements in a row.
    extreme_rate_8h : float
        Closes above it at once.
    max_drain_ratio : float
        Closes where funding paid / initial margin is above it.
    extreme_only : bool
        Only ``extreme_rate_8h`` closes.
    expected_edge_ratio : float or None
        What a trade is expected to win / notional at entry. Where given, a high rate closes only a
        position whose next settlement costs more than what of that is still to come.
    warn_days : float
        Warns when funding alone would use up the margin sooner.
    """

    name: ClassVar[str] = "funding_exit"
    max_rate_8h: float
    periods: int
    extreme_rate_8h: float
    max_drain_ratio: float
    extreme_only: bool
    expected_edge_ratio: float | None
    warn_days: float

    @property
    def watches_funding(self) -> bool:
        """Whether only new funding changes an answer: the edge that is left follows the price."""
        return self.expected_edge_ratio is None

    def exit_reason(self, position: Position, account: Account) -> str | None:
        """Return why funding closes the position, or None."""
        rates, side = position.funding.rates_to_come_8h, position.side
        next_rate_8h = rates[-1] if rates else nan
        pays_much = side * next_rate_8h > min(self.max_rate_8h, self.extreme_rate_8h)
        has_paid_much = -position.funding_quote > self.max_drain_ratio * position.margin_quote
        if not (pays_much or has_paid_much):
            return None
        if paying_streak(side, rates, self.extreme_rate_8h) > 0:
            limit = percent(self.extreme_rate_8h, 3)
            return f"{_pays(side, next_rate_8h)} (closes at once above {limit})"
        if self.extreme_only:
            return None
        drain_ratio = funding_drain_ratio(position.funding_quote, position.margin_quote)
        if drain_ratio > self.max_drain_ratio:
            limit = percent(self.max_drain_ratio)
            return f"funding has taken {percent(drain_ratio)} of the margin (limit {limit})"
        streak = paying_streak(side, rates, self.max_rate_8h)
        if streak < self.periods or not self._costs_more_than_is_left(position, next_rate_8h):
            return None
        limit = percent(self.max_rate_8h, 3)
        return f"{_pays(side, next_rate_8h)}, above {limit} for {streak} settlements in a row"

    def advance(self, level: int, position: Position, account: Account) -> Step:
        """Return level 1 once it has warned that funding uses up the margin soon."""
        funding = position.funding
        if level == _SILENT and not paying(position.side, funding.rate_8h):
            return _QUIET
        days = funding_days_left(
            side=position.side,
            notional_quote=position.notional_quote,
            margin_quote=position.margin_quote,
            maintenance_quote=position.maintenance_quote,
            funding_quote=position.funding_quote,
            funding_rate_8h=funding.rate_8h,
        )
        if level == _SILENT and days < self.warn_days:
            notional = f"{money(position.notional_quote)} {currency(position.market.pair)}"
            pays = _pays(position.side, funding.rate_8h)
            why = (
                f"{pays} on {notional}: at this rate funding uses up the margin in "
                f"{days:.1f} days (warning below {self.warn_days:g} days)"
            )
            return Step(_WARNED, why)
        return Step(_SILENT if days >= self.warn_days * _RECOVERED else level)

    def _costs_more_than_is_left(self, position: Position, next_rate_8h: float) -> bool:
        """Whether the next settlement costs more than the edge to come; unknown counts as yes."""
        if self.expected_edge_ratio is None:
            return True
        interval_hours = position.funding.interval_hours
        if isnan(interval_hours):
            return True
        cost = settlement_cost_ratio(position.side, next_rate_8h, interval_hours)
        won = position.side * (position.rate - position.open_rate) / position.open_rate
        left = self.expected_edge_ratio - max(won, 0.0)
        return not cost <= left


def _pays(side: int, rate_8h: float) -> str:
    return f"pays {percent(paid_rate_8h(side, rate_8h), 3)} funding per 8 h"
