"""The sections of the rules on an entry's leverage, of the gate, and of event windows."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from freqtrade_riskguard.config.fields import (
    AnnualVolatility,
    CountOrNone,
    FundingRate,
    Leverage,
    Moment,
    RuleSection,
    Section,
    Share,
)


class TargetLeverage(RuleSection):
    """A leverage to aim at while the market is as usual; off until ``target`` is given."""

    target: Leverage | None = None
    base_volatility: AnnualVolatility = Field(default=0.6, description="what is usual, a year")


class LosingLeverage(RuleSection):
    """Losing never raises leverage: it stays at what the pair last had.

    Losing is a drawdown beyond the first step of ``drawdown_ladder``, or a lost last trade.
    """


class Conviction(RuleSection):
    """Leverage times the strategy's own conviction, where it offers ``riskguard_conviction``."""


class SideLimit(RuleSection):
    """At most this many longs and shorts (0: none); off until one is given."""

    max_longs: CountOrNone | None = None
    max_shorts: CountOrNone | None = None


class EventWindow(Section):
    """Stakes times ``factor`` from ``start`` until ``end``; 0 makes no entries."""

    name: str
    start: Moment
    end: Moment
    factor: Share = 0.0

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end <= self.start:
            msg = f"end must be after start ({self.start.isoformat()}), got {self.end.isoformat()}"
            raise ValueError(msg)
        return self


class EventWindows(RuleSection):
    """Known times of trouble: interest rate decisions, expiries, forks."""

    # A file has lists; a frozen configuration has tuples.
    windows: Annotated[tuple[EventWindow, ...], Field(strict=False)] = ()


class FundingGate(RuleSection):
    """No entry on the side that pays more than this."""

    max_rate_8h: FundingRate = 0.001
    require_data: bool = Field(default=False, description="no entry where the rate is not known")


class StaleData(RuleSection):
    """No entry on old candles."""

    max_intervals: Annotated[float, Field(ge=1, le=100)] = 2.0


class RewardRisk(RuleSection):
    """No entry whose target is too near, where the strategy offers ``riskguard_target``."""

    min_ratio: Annotated[float, Field(gt=0, le=100)] = 1.5
