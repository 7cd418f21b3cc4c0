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
    """A target leverage that shrinks when volatility is high; off until ``target`` is given."""

    target: Leverage | None = Field(
        default=None, description="leverage at `base_volatility` or less; null: off"
    )
    base_volatility: AnnualVolatility = Field(
        default=0.6,
        description="usual annual volatility; above it the target shrinks in proportion",
    )


class LosingLeverage(RuleSection):
    """Never raises leverage after losses: the last leverage of the pair is the most allowed.

    It applies during a drawdown beyond the first step of ``drawdown_ladder``, and on a pair whose
    last trade lost.
    """


class Conviction(RuleSection):
    """Multiplies leverage by the strategy's conviction, where it has ``riskguard_conviction``."""


class SideLimit(RuleSection):
    """Limits the number of open longs and of open shorts; off until one is given."""

    max_longs: CountOrNone | None = Field(
        default=None, description="maximum number of open longs; 0: none, null: no limit"
    )
    max_shorts: CountOrNone | None = Field(
        default=None, description="maximum number of open shorts; 0: none, null: no limit"
    )


class EventWindow(Section):
    """Multiplies stakes by ``factor`` from ``start`` until ``end``; 0 blocks entries."""

    name: str = Field(description="name shown in messages and the journal")
    start: Moment = Field(
        description="start, such as 2026-12-16T18:00; UTC unless a time zone is given"
    )
    end: Moment = Field(description="end, after the start")
    factor: Share = Field(
        default=0.0, description="stakes are multiplied by this; 0 blocks entries"
    )

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end <= self.start:
            msg = f"end must be after start ({self.start.isoformat()}), got {self.end.isoformat()}"
            raise ValueError(msg)
        return self


class EventWindows(RuleSection):
    """Smaller stakes, or no entries, around known events: rate decisions, expiries, forks."""

    # A file has lists; a frozen configuration has tuples.
    windows: Annotated[tuple[EventWindow, ...], Field(strict=False)] = Field(
        default=(),
        description="list of windows, each with a `name`, a `start`, an `end` and a `factor`",
    )


class FundingGate(RuleSection):
    """Denies an entry that would pay too much funding."""

    max_rate_8h: FundingRate = Field(
        default=0.001,
        description="maximum funding rate per 8 hours that an entry may pay",
    )
    require_data: bool = Field(
        default=False, description="true: also denies entries while the funding rate is unknown"
    )


class StaleData(RuleSection):
    """Denies an entry when the candles are out of date."""

    max_intervals: Annotated[float, Field(ge=1, le=100)] = Field(
        default=2.0, description="maximum time since the last candle closed, in candles"
    )


class RewardRisk(RuleSection):
    """Denies an entry whose target is too near, where the strategy has ``riskguard_target``."""

    min_ratio: Annotated[float, Field(gt=0, le=100)] = Field(
        default=1.5, description="minimum distance to the target / distance to the stop"
    )
