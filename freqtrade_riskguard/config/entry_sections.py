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

    target: Leverage | None = Field(
        default=None, description="leverage to aim at while volatility is usual; null: off"
    )
    base_volatility: AnnualVolatility = Field(
        default=0.6, description="what is usual, a year; above it the target shrinks in proportion"
    )


class LosingLeverage(RuleSection):
    """Losing never raises leverage: it stays at what the pair last had.

    Losing is a drawdown beyond the first step of ``drawdown_ladder``, or a lost last trade.
    """


class Conviction(RuleSection):
    """Leverage times the strategy's own conviction, where it offers ``riskguard_conviction``."""


class SideLimit(RuleSection):
    """At most this many longs and shorts (0: none); off until one is given."""

    max_longs: CountOrNone | None = Field(
        default=None, description="longs that may be open; 0: none, null: any number"
    )
    max_shorts: CountOrNone | None = Field(
        default=None, description="shorts that may be open; 0: none, null: any number"
    )


class EventWindow(Section):
    """Stakes times ``factor`` from ``start`` until ``end``; 0 makes no entries."""

    name: str = Field(description="stands in the reason of what it changes")
    start: Moment = Field(description="a time like 2026-12-16T18:00; UTC where no zone is given")
    end: Moment = Field(description="a time after it")
    factor: Share = Field(default=0.0, description="multiplies stakes; 0 makes no entries")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end <= self.start:
            msg = f"end must be after start ({self.start.isoformat()}), got {self.end.isoformat()}"
            raise ValueError(msg)
        return self


class EventWindows(RuleSection):
    """Known times of trouble: interest rate decisions, expiries, forks."""

    # A file has lists; a frozen configuration has tuples.
    windows: Annotated[tuple[EventWindow, ...], Field(strict=False)] = Field(
        default=(),
        description="a list of windows, each with a `name`, a `start`, an `end` and a `factor`",
    )


class FundingGate(RuleSection):
    """No entry on the side that pays more than this."""

    max_rate_8h: FundingRate = Field(
        default=0.001,
        description="no entry on the side that pays more funding than this per 8 hours",
    )
    require_data: bool = Field(default=False, description="nor where the rate is unknown")


class StaleData(RuleSection):
    """No entry on old candles."""

    max_intervals: Annotated[float, Field(ge=1, le=100)] = Field(
        default=2.0, description="no entry where the last candle closed more candles ago than this"
    )


class RewardRisk(RuleSection):
    """No entry whose target is too near, where the strategy offers ``riskguard_target``."""

    min_ratio: Annotated[float, Field(gt=0, le=100)] = Field(
        default=1.5, description="distance to the target / distance to the stop, at least"
    )
