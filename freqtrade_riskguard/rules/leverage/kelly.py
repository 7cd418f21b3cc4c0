"""Exposure by the edge that the account's own closed trades have proven."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from freqtrade_riskguard.config_types import Leverage, RuleSection, Share
from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.risk import Edge, EdgeState, leverage_for_exposure
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.snapshot import Entry

_PROBATION_SHARE = 0.1


class KellyConfig(RuleSection):
    """Limits exposure by the edge that the account's own closed trades have proven."""

    fraction: Annotated[float, Field(gt=0, le=0.5)] = Field(
        default=0.5, description="share of the growth-optimal (full Kelly) exposure that is allowed"
    )
    unproven_leverage: Leverage = Field(
        default=1.0,
        description="maximum leverage until there are `min_trades` closed trades and a loss among "
        "them",
    )
    min_trades: Annotated[int, Field(ge=10)] = Field(
        default=30, description="closed trades needed before Kelly decides"
    )
    max_trades: Annotated[int, Field(ge=10)] = Field(
        default=200, description="number of the newest closed trades that count"
    )
    max_age_days: Annotated[float, Field(gt=0, le=3_650)] = Field(
        default=90.0, description="age in days up to which closed trades count"
    )
    sparse_age_days: Annotated[float, Field(gt=0, le=3_650)] = Field(
        default=365.0,
        description="with fewer than `min_trades` closed trades within `max_age_days`, the newest "
        "so many of this many days count",
    )
    evidence_file: str | None = Field(
        default=None,
        description="file of `riskguard evidence` (relative to the user directory): trades of "
        "backtests that count until there are enough of your own; null: none",
    )
    evidence_weight: Share = Field(
        default=0.25, description="how much a trade of it that was out of sample counts, own: 1"
    )
    in_sample_weight: Share = Field(
        default=0.0, description="how much a trade of it that was in sample counts"
    )
    prior_trades: Annotated[float, Field(gt=0, le=1_000)] = Field(
        default=20.0,
        description="number of break-even trades assumed before yours: more makes leverage grow "
        "more slowly",
    )

    @model_validator(mode="after")
    def _window_holds_enough(self) -> Self:
        if self.max_trades < self.min_trades:
            msg = f"max_trades must be >= min_trades ({self.min_trades}), got {self.max_trades}"
            raise ValueError(msg)
        return self


@dataclass(frozen=True, slots=True)
class Kelly:
    """Little evidence gives little leverage, none gives ``unproven_leverage``.

    A disproven edge gives no trade for a week, and then a tenth of the stake until the trades since
    have proven one.
    """

    name: ClassVar[str] = "kelly"

    fraction: float
    unproven_leverage: float
    min_trades: int

    def max_leverage(self, entry: Entry) -> Cap:
        """Return the leverage that the edge allows for the bot's stake."""
        edge = entry.edge
        if edge.state is EdgeState.UNPROVEN:
            why = f"edge unproven, {edge.trades} of {self.min_trades} closed trades"
            if edge.counted_trades >= self.min_trades:
                why = f"edge unproven, no loss yet in {edge.trades} trades"
            return Cap(self.unproven_leverage, why + _borrowed(edge))
        if edge.state is EdgeState.PROVEN:
            exposure = edge.exposure_cap(self.fraction)
            return Cap(leverage_for_exposure(exposure, entry.stake_share), self._why(entry))
        return Cap(1.0, self._why(entry))

    def max_stake(self, entry: Entry) -> Cap | None:
        """Return the stake of the exposure that the edge allows; 0 where it is disproven."""
        edge = entry.edge
        if edge.state is EdgeState.DISPROVEN:
            return Cap(0.0, self._why(entry))
        if edge.state is EdgeState.PROVEN:
            exposure_quote = edge.exposure_cap(self.fraction) * entry.account.sizing_equity_quote
            return Cap(exposure_quote / entry.leverage, self._why(entry))
        return None

    def stake_factor(self, entry: Entry) -> Cap | None:
        """Return a tenth while a disproven edge is on probation, else nothing."""
        if entry.edge.state is not EdgeState.PROBATION:
            return None
        return Cap(_PROBATION_SHARE, f"{self._why(entry)}: stakes x{_PROBATION_SHARE:g}")

    def _why(self, entry: Entry) -> str:
        edge = entry.edge
        state = edge.state.name.lower().replace("_", "-")
        if edge.state is EdgeState.PROBATION:
            state = f"on probation, disproven {edge.ban_age_days:.0f} days ago"
        few = edge.evidence < edge.counted_trades
        worth = f" (as good as {edge.evidence:.0f} independent ones)" if few else ""
        return (
            f"edge {state}: {edge.wins} of {edge.trades} trades won{_borrowed(edge)}{worth}, "
            f"mean win {percent(edge.mean_win, 2)}, mean loss {percent(edge.mean_loss, 2)} "
            "of notional"
        )


def _borrowed(edge: Edge) -> str:
    """Return in words what trades of backtests add; empty where nothing is there to add."""
    borrowed = edge.borrowed
    if borrowed.overruled:
        return f" (evidence from backtests overruled by {edge.trades - edge.wins} own losers)"
    if not borrowed.trades:
        return ""
    return (
        f" (and {borrowed.trades} from backtests as {borrowed.weight:.1f} trades, "
        f"{borrowed.win_weight:.1f} won)"
    )
