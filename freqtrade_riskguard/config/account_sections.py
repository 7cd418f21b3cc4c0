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
    """Cuts a position as its margin is used up: by 25 %, by 50 %, then closes it."""

    hard_cover: Cover = Field(
        default=1.3,
        description="closes the position when its equity / maintenance margin falls to this; 1 is "
        "liquidation",
    )
    soft_cover: Cover = Field(
        default=1.5, description="warns when equity / maintenance margin falls to this"
    )

    @model_validator(mode="after")
    def _warns_first(self) -> Self:
        if self.soft_cover < self.hard_cover:
            msg = f"soft_cover must be >= hard_cover ({self.hard_cover:g}), got {self.soft_cover:g}"
            raise ValueError(msg)
        return self


class AccountMargin(RuleSection):
    """Blocks entries, then cuts positions, as maintenance margin / account equity rises."""

    warning: Ratio = Field(
        default=DEFAULT_LIMITS.warning,
        description="maintenance margin / equity from which no new position is opened",
    )
    danger: Ratio = Field(
        default=DEFAULT_LIMITS.danger,
        description="maintenance margin / equity that cuts positions once",
    )
    emergency: Ratio = Field(
        default=DEFAULT_LIMITS.emergency,
        description="maintenance margin / equity that cuts positions in every loop",
    )
    danger_cut: Share = Field(
        default=DEFAULT_LIMITS.danger_cut,
        description="share of all initial margin that the DANGER cut frees, smallest positions "
        "first",
    )
    emergency_cut: Share = Field(
        default=DEFAULT_LIMITS.emergency_cut,
        description="share of all initial margin that each EMERGENCY cut frees, the best position "
        "last",
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
    """From a drawdown of ``at``, stakes and positions shrink to ``keep``; 0 is the halt."""

    at: Ratio = Field(description="drawdown of equity from its peak")
    keep: Share = Field(
        description="share of stakes and positions that is kept; 0 closes all and halts"
    )


class DrawdownLadder(RuleSection):
    """Shrinks stakes as equity falls below its peak, and halts the bot at the last step."""

    cut_open: bool = Field(
        default=True,
        description="true: each step also cuts open positions, once; false: it shrinks new stakes "
        "only (the halt closes open positions in both cases)",
    )
    # A file has lists; a frozen configuration has tuples.
    steps: Annotated[tuple[DrawdownStep, ...], Field(strict=False, min_length=1)] = Field(
        default=tuple(
            DrawdownStep(at=step.threshold, keep=step.keep_ratio) for step in DRAWDOWN_LADDER.steps
        ),
        description="share of stakes and positions that is kept at each drawdown; the last step "
        "must keep 0, the halt",
    )
    resume_after_hours: Hours | None = Field(
        default=None, description="hours that a halt lasts; null: until you lift it with /unlock"
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
    """A trailing stop on equity: pauses entries and cuts positions, once per peak."""

    distance: Ratio = Field(
        default=0.15, description="drawdown of equity from its peak that triggers it, once per peak"
    )
    pause_hours: Hours = Field(default=24.0, description="hours without entries")
    keep: Share = Field(
        default=0.5, description="share of each position that stays open; 0 closes all"
    )


class WeeklyLoss(RuleSection):
    """Pauses entries until Monday 00:00 UTC once the week has lost ``limit``."""

    limit: Ratio = Field(
        default=0.15,
        description="loss since Monday 00:00 UTC / equity at that time; open losses count",
    )
    close_all: bool = Field(
        default=False, description="true: reaching the limit also closes all open positions"
    )


class FundingExit(RuleSection):
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
