"""The sections of the rules that watch the account and its open positions."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from freqtrade_riskguard.config.fields import (
    Count,
    Cover,
    FundingRate,
    Hours,
    Ratio,
    RuleSection,
    Section,
    Share,
)
from freqtrade_riskguard.risk import DEFAULT_LIMITS, DRAWDOWN_LADDER, AccountLimits, Ladder, Step


class MarginLadder(RuleSection):
    """Cuts a position whose margin is used up: by a quarter, by half, then closes it."""

    hard_cover: Cover = Field(
        default=1.3, description="equity / maintenance margin that closes it; 1 is liquidation"
    )
    soft_cover: Cover = Field(default=1.5, description="the same, that warns")

    @model_validator(mode="after")
    def _warns_first(self) -> Self:
        if self.soft_cover < self.hard_cover:
            msg = f"soft_cover must be >= hard_cover ({self.hard_cover:g}), got {self.soft_cover:g}"
            raise ValueError(msg)
        return self


class AccountMargin(RuleSection):
    """Levels of maintenance margin / equity, and what of the initial margin they free."""

    warning: Ratio = Field(
        default=DEFAULT_LIMITS.warning,
        description="maintenance margin / account from which nothing new is opened",
    )
    danger: Ratio = Field(default=DEFAULT_LIMITS.danger, description="the same, that cuts once")
    emergency: Ratio = Field(
        default=DEFAULT_LIMITS.emergency, description="the same, that cuts again and again"
    )
    danger_cut: Share = Field(
        default=DEFAULT_LIMITS.danger_cut,
        description="share of all margin that is freed, smallest positions first",
    )
    emergency_cut: Share = Field(
        default=DEFAULT_LIMITS.emergency_cut,
        description="share that is freed each time, the best position last",
    )

    @model_validator(mode="after")
    def _rises(self) -> Self:
        for milder, worse in (
            ("warning", "danger"),
            ("danger", "emergency"),
            ("danger_cut", "emergency_cut"),
        ):
            least, given = getattr(self, milder), getattr(self, worse)
            if given < least:
                msg = f"{worse} must be >= {milder} ({least:g}), got {given:g}"
                raise ValueError(msg)
        return self

    def limits(self) -> AccountLimits:
        """Return the levels as the mathematics takes them."""
        return AccountLimits(
            warning=self.warning,
            danger=self.danger,
            emergency=self.emergency,
            danger_cut=self.danger_cut,
            emergency_cut=self.emergency_cut,
        )


class DrawdownStep(Section):
    """From a drawdown of ``at`` on, ``keep`` of stakes and positions; 0 closes all and halts."""

    at: Ratio = Field(description="how far below its peak equity is")
    keep: Share = Field(description="what is kept; 0 closes all and halts")


class DrawdownLadder(RuleSection):
    """Smaller stakes the further the equity is below its peak, and a halt at the end."""

    cut_open: bool = Field(
        default=True,
        description="a step also cuts what is open, once; false: only stakes shrink (the halt "
        "closes all the same)",
    )
    # A file has lists; a frozen configuration has tuples.
    steps: Annotated[tuple[DrawdownStep, ...], Field(strict=False, min_length=1)] = Field(
        default=tuple(
            DrawdownStep(at=step.threshold, keep=step.keep_ratio) for step in DRAWDOWN_LADDER.steps
        ),
        description="what is kept of stakes and positions below the peak of equity; the last step "
        "keeps 0: the halt",
    )
    resume_after_hours: Hours | None = Field(
        default=None, description="how long a halt lasts; null: until you lift it"
    )

    @model_validator(mode="after")
    def _makes_a_ladder(self) -> Self:
        given = ", ".join(f"{step.at:g} keeps {step.keep:g}" for step in self.steps)
        *before, last = self.steps
        if last.keep > 0 or any(step.keep == 0 for step in before):
            msg = f"steps must end with the one step that keeps 0 (the halt), got {given}"
            raise ValueError(msg)
        try:
            self.ladder()
        except ValueError as error:
            msg = f"steps must rise in 'at' and never rise in 'keep', got {given}"
            raise ValueError(msg) from error
        return self

    def ladder(self) -> Ladder:
        """Return the steps as the mathematics takes them."""
        return Ladder(
            steps=tuple(
                Step(f"x{step.keep:g}" if step.keep > 0 else "halt", step.at, step.keep)
                for step in self.steps
            ),
            first_rearm=self.steps[0].at / 2,
            falling=False,
        )


class EquityStop(RuleSection):
    """A stop below the peak of equity: pauses entries and cuts positions, once per peak."""

    distance: Ratio = Field(
        default=0.15, description="how far below its peak equity fires it, once per peak"
    )
    pause_hours: Hours = Field(default=24.0, description="no entries for so long")
    keep: Share = Field(default=0.5, description="what stays of each position; 0 closes all")


class WeeklyLoss(RuleSection):
    """Pause until Monday 00:00 UTC once the week has lost this much of its first equity."""

    limit: Ratio = Field(
        default=0.15,
        description="loss of the week from Monday 00:00 UTC / account at its start; open losses "
        "count",
    )
    close_all: bool = Field(default=False, description="the limit also closes what is open")


class FundingExit(RuleSection):
    """Close a position that pays too much funding."""

    max_rate_8h: FundingRate = Field(
        default=0.001,
        description="funding per 8 hours that closes when paid `periods` times in a row",
    )
    periods: Count = Field(default=3, description="how many settlements in a row")
    extreme_rate_8h: FundingRate = Field(
        default=0.003, description="funding per 8 hours that closes at once"
    )
    max_drain: Ratio = Field(default=0.10, description="funding paid / margin that closes")
    warn_days: Annotated[float, Field(ge=0, le=365)] = Field(
        default=5.0,
        description="warns when funding alone would use up the margin within so many days",
    )
    extreme_only: bool = Field(default=False, description="only `extreme_rate_8h` closes")
    expected_edge: Ratio | None = Field(
        default=None,
        description="what a trade should win / notional: funding then closes only what costs more "
        "than is still to win; null: all that pays too much",
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
