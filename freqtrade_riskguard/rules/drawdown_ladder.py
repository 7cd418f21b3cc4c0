"""The drawdown ladder: smaller stakes and positions below the peak of equity, then a halt."""

from dataclasses import dataclass
from datetime import timedelta
from math import isnan
from typing import ClassVar

from freqtrade_riskguard.risk import Ladder, drawdown_stake_factor, ladder_cut_ratio
from freqtrade_riskguard.rules.account_words import below_peak, keep_all_at, short_percent
from freqtrade_riskguard.rules.base import Cap, Lock, Step
from freqtrade_riskguard.rules.pauses import end_text, lock_until
from freqtrade_riskguard.snapshot import Account, Entry

_UNTIL_LIFTED = timedelta(days=3650)

# The level of a halt, however many steps the ladder has.
HALTED = 100
_HEALTHY = Step(0)


@dataclass(frozen=True, slots=True)
class DrawdownLadder:
    """Stakes shrink with the drawdown at once; open positions once per step; the last step halts.

    A halt closes everything, whatever ``cut_open`` says, and lasts until its lock is lifted or
    over: until then the ladder stays at its last level and closes what is open (an order that was
    waiting may still be filled). An unknown drawdown allows no new stakes, and cuts nothing.

    Attributes
    ----------
    ladder : Ladder
        On the drawdown from the peak; only its last step keeps 0.
    cut_open : bool
        Whether a step down also cuts the open positions to its share.
    resume_after : timedelta or None
        How long a halt lasts; None until a person lifts it.
    """

    name: ClassVar[str] = "drawdown_ladder"

    ladder: Ladder
    cut_open: bool
    resume_after: timedelta | None

    def stake_factor(self, entry: Entry) -> Cap | None:
        """Return the share of a stake at the present drawdown; None where it is all of it."""
        drawdown_ratio = entry.account.drawdown_ratio
        if isnan(drawdown_ratio):
            return Cap(0.0, "drawdown from the equity peak unknown: no new entries")
        factor = drawdown_stake_factor(drawdown_ratio, self.ladder)
        if factor >= 1:
            return None
        step = self.ladder.steps[self.ladder.level_of(drawdown_ratio) - 1]
        return Cap(factor, f"{below_peak(entry.account, step.threshold)}: stakes x{factor:g}")

    def advance_account(self, level: int, account: Account) -> Step:
        """Return the step that the drawdown has newly reached; a recovery is silent."""
        if level == 0 and account.drawdown_ratio < self.ladder.steps[0].threshold:
            return _HEALTHY
        last = len(self.ladder.steps)
        if level == HALTED:
            limit = short_percent(self.ladder.steps[-1].threshold)
            why = f"halted (drawdown limit {limit}): open trades are closed"
            return Step(HALTED, why, keep_all_at(account, 0.0))
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
