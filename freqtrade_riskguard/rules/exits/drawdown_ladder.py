"""The drawdown ladder: smaller stakes and positions below the peak of equity, then a halt."""

from dataclasses import dataclass
from datetime import timedelta
from math import isfinite, isnan
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from freqtrade_riskguard.config_types import Hours, Ratio, RuleSection, Section, Share
from freqtrade_riskguard.formatting import money, percent
from freqtrade_riskguard.risk import (
    DRAWDOWN_LADDER,
    Ladder,
    drawdown_stake_factor,
    ladder_cut_ratio,
    planned_loss,
)
from freqtrade_riskguard.risk import Step as LadderStep
from freqtrade_riskguard.rules.account_messages import below_peak, keep_all_at, short_percent
from freqtrade_riskguard.rules.base import Cap, Lock, Step
from freqtrade_riskguard.rules.entry_math import stop_distance_ratio
from freqtrade_riskguard.rules.pauses.lock_times import end_text, lock_until
from freqtrade_riskguard.snapshot import Account, Entry

_UNTIL_LIFTED = timedelta(days=3650)

# The level of a halt, however many steps the ladder has.
HALTED = 100
_HEALTHY = Step(0)
_NOISE = 1e-9  # a stake must not miss the minimum by rounding


class DrawdownStep(Section):
    """From a drawdown of ``at``, stakes and positions shrink to ``keep``; 0 is the halt."""

    at: Ratio = Field(description="drawdown of equity from its peak")
    keep: Share = Field(
        description="share of stakes and positions that is kept; 0 closes all and halts"
    )


class DrawdownLadderConfig(RuleSection):
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
                LadderStep(f"x{step.keep:g}" if step.keep > 0 else "halt", step.at, step.keep)
                for step in self.steps
            ),
            first_rearm=self.steps[0].at / 2,
            falling=False,
        )


@dataclass(frozen=True, slots=True)
class DrawdownLadder:
    """Stakes shrink with the drawdown at once; open positions once per step; the last step halts.

    A halt closes everything, whatever ``cut_open`` says, and lasts until its lock is lifted or
    over: until then the ladder stays at its last level and closes what is open (an order that was
    waiting may still be filled). An unknown drawdown allows no new stakes, and cuts nothing.

    A stake that the ladder alone brings below the exchange's minimum is raised to it where that
    plans to lose no more than ``risk_per_trade``. Where no pair's minimum is so small, the account
    could never recover: it is halted, for a person to decide.

    Attributes
    ----------
    ladder : Ladder
        On the drawdown from the peak; only its last step keeps 0.
    cut_open : bool
        Whether a step down also cuts the open positions to its share.
    resume_after : timedelta or None
        How long a halt lasts; None until a person lifts it.
    risk_per_trade : float
        Of the equity; 0 for never more than the ladder's stake.
    slippage_ratio : float
        In planned losses, a share of the price.
    """

    name: ClassVar[str] = "drawdown_ladder"
    is_monotone: ClassVar[bool] = True

    ladder: Ladder
    cut_open: bool
    resume_after: timedelta | None
    risk_per_trade: float = 0.0
    slippage_ratio: float = 0.005

    def stake_factor(self, entry: Entry) -> Cap | None:
        """Return the share of a stake at the present drawdown; None where it is all of it.

        ``entry.stake_quote`` is the stake that the caps leave.
        """
        drawdown_ratio = entry.account.drawdown_ratio
        if isnan(drawdown_ratio):
            return Cap(0.0, "drawdown from the equity peak unknown: no new entries")
        factor = drawdown_stake_factor(drawdown_ratio, self.ladder)
        if factor >= 1:
            return None
        step = self.ladder.steps[self.ladder.level_of(drawdown_ratio) - 1]
        why = f"{below_peak(entry.account, step.threshold)}: stakes x{factor:g}"
        stake_quote, least_quote = entry.stake_quote, entry.min_stake_quote
        if 0 < stake_quote * factor < least_quote <= stake_quote and self._loss_at_minimum_quote(
            entry
        ) <= self._budget_quote(entry):
            raised = min(least_quote / stake_quote * (1 + _NOISE), 1.0)
            return Cap(raised, f"{why}, raised to the exchange's minimum of {money(least_quote)}")
        return Cap(factor, why)

    def out_of_reach(self, entry: Entry) -> str | None:
        """Return why the exchange's minimum is too much for a pair at the present drawdown.

        None where the ladder alone leaves the minimum or more of what is asked for: events, heat
        and other caps pass. Also where the minimum would risk no more than it may, or that is not
        known.
        """
        factor = drawdown_stake_factor(entry.account.drawdown_ratio, self.ladder)
        if not entry.stake_quote * factor < entry.min_stake_quote <= entry.stake_quote:
            return None
        loss_quote, budget_quote = self._loss_at_minimum_quote(entry), self._budget_quote(entry)
        known = isfinite(entry.account.drawdown_ratio) and isfinite(loss_quote)
        if not known or loss_quote <= budget_quote:
            return None
        return (
            f"the exchange's minimum of {money(entry.min_stake_quote)} would risk "
            f"{money(loss_quote)}, above {money(budget_quote)} ({percent(self.risk_per_trade, 2)} "
            "of the account)"
        )

    def _budget_quote(self, entry: Entry) -> float:
        return self.risk_per_trade * entry.account.sizing_equity_quote

    def _loss_at_minimum_quote(self, entry: Entry) -> float:
        return planned_loss(
            stake_quote=entry.min_stake_quote,
            leverage=entry.leverage,
            stop_distance_ratio=stop_distance_ratio(entry),
            taker_fee=entry.market.taker_fee,
            slippage_ratio=self.slippage_ratio,
            side=entry.side,
        )

    def advance_account(self, level: int, account: Account) -> Step:
        """Return the step that the drawdown has newly reached; a recovery is silent."""
        if level == 0 and account.drawdown_ratio < self.ladder.steps[0].threshold:
            return _HEALTHY
        last = len(self.ladder.steps)
        if level == HALTED:
            limit = short_percent(self.ladder.steps[-1].threshold)
            why = f"halted (drawdown limit {limit}): open trades are closed"
            return Step(HALTED, why, keep_all_at(account, 0.0))
        if account.out_of_reach:
            step = self.ladder.steps[self.ladder.level_of(account.drawdown_ratio) - 1]
            cause = f"{below_peak(account, step.threshold)} and {account.out_of_reach}"
            why = f"{cause}: all trades are closed"
            return Step(HALTED, why, keep_all_at(account, 0.0), self._halt(account, cause))
        # A level of an earlier, longer ladder is not a halt of this one.
        before = min(level, last - 1)
        move = self.ladder.advance(before, account.drawdown_ratio)
        if move.fired is None:
            return Step(move.level)
        cause = below_peak(account, move.fired.threshold)
        if move.level == last:
            why = f"{cause}: all trades are closed"
            return Step(HALTED, why, keep_all_at(account, 0.0), self._halt(account, cause))
        why = f"{cause}: stakes x{move.fired.keep_ratio:g}"
        return self._cut(account, before, move.level, why)

    def _cut(self, account: Account, before: int, level: int, why: str) -> Step:
        cut_ratio = ladder_cut_ratio(before, level, self.ladder) if self.cut_open else 0.0
        if cut_ratio <= 0 or not account.positions:
            return Step(level, why)
        why = f"{why}, positions cut by {short_percent(cut_ratio)}"
        return Step(level, why, keep_all_at(account, 1 - cut_ratio))

    def _halt(self, account: Account, cause: str) -> Lock:
        end = account.time + (self.resume_after or _UNTIL_LIFTED)
        until = f" until {end_text(end, account.time)}" if self.resume_after else ""
        why = f"HALTED{until}: {cause}. All trades are closed. Lift: /unlock"
        return Lock(lock_until(end), why, halts=True)
