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
    """Cuts a position whose margin is used up; ``*_cover`` is equity / maintenance margin."""

    hard_cover: Cover = Field(default=1.3, description="closes at and below it")
    soft_cover: Cover = Field(default=1.5, description="warns at and below it")

    @model_validator(mode="after")
    def _warns_first(self) -> Self:
        if self.soft_cover < self.hard_cover:
            msg = f"soft_cover must be >= hard_cover ({self.hard_cover:g}), got {self.soft_cover:g}"
            raise ValueError(msg)
        return self


class AccountMargin(RuleSection):
    """Levels of maintenance margin / equity, and what of the initial margin they free."""

    warning: Ratio = DEFAULT_LIMITS.warning
    danger: Ratio = DEFAULT_LIMITS.danger
    emergency: Ratio = DEFAULT_LIMITS.emergency
    danger_cut: Share = DEFAULT_LIMITS.danger_cut
    emergency_cut: Share = DEFAULT_LIMITS.emergency_cut

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

    at: Ratio
    keep: Share


class DrawdownLadder(RuleSection):
    """Smaller stakes the further the equity is below its peak, and a halt at the end."""

    cut_open: bool = Field(default=True, description="each step also cuts the open positions once")
    # A file has lists; a frozen configuration has tuples.
    steps: Annotated[tuple[DrawdownStep, ...], Field(strict=False, min_length=1)] = tuple(
        DrawdownStep(at=step.threshold, keep=step.keep_ratio) for step in DRAWDOWN_LADDER.steps
    )
    resume_after_hours: Hours | None = Field(
        default=None, description="how long a halt lasts; None until a person lifts it"
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

    distance: Ratio = 0.15
    pause_hours: Hours = 24.0
    keep: Share = Field(default=0.5, description="of each position; 0 closes all")


class WeeklyLoss(RuleSection):
    """Pause until Monday 00:00 UTC once the week has lost this much of its first equity."""

    limit: Ratio = 0.15
    close_all: bool = Field(default=False, description="also close every open trade")


class FundingExit(RuleSection):
    """Close a position that pays too much funding."""

    max_rate_8h: FundingRate = Field(default=0.001, description="for `periods` in a row")
    periods: Count = 3
    extreme_rate_8h: FundingRate = Field(default=0.003, description="closes at once")
    max_drain: Ratio = Field(default=0.10, description="funding paid / initial margin")
    warn_days: Annotated[float, Field(ge=0, le=365)] = Field(
        default=5.0, description="warns when funding alone would use up the margin sooner"
    )
    extreme_only: bool = Field(default=False, description="only `extreme_rate_8h` closes")
    expected_edge: Ratio | None = Field(
        default=None,
        description="what a trade still expects to win / notional: closed only where the next "
        "settlement costs more",
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
