"""The trailing stop on equity: once per peak, a pause and smaller positions."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import Hours, Ratio, RuleSection, Share
from freqtrade_riskguard.risk import TrailingEquityStop
from freqtrade_riskguard.rules.account_messages import (
    below_peak,
    keep_all_at,
    open_trades_text,
    short_percent,
)
from freqtrade_riskguard.rules.base import Lock, Step
from freqtrade_riskguard.rules.pauses.lock_times import end_text, lock_until
from freqtrade_riskguard.snapshot import Account

_ARMED = 0
_FIRED = 1
_STAYS_ARMED = Step(_ARMED)


class EquityStopConfig(RuleSection):
    """A trailing stop on equity: pauses entries and cuts positions, once per peak."""

    distance: Ratio = Field(
        default=0.15, description="drawdown of equity from its peak that triggers it, once per peak"
    )
    pause_hours: Hours = Field(default=24.0, description="hours without entries")
    keep: Share = Field(
        default=0.5, description="share of each position that stays open; 0 closes all"
    )


@dataclass(frozen=True, slots=True)
class EquityStop:
    """Pause entries and cut all positions once when equity is ``distance_ratio`` below its peak.

    It is armed again at a new peak only, so that it cannot fire twice on one fall, and after its
    pause trading goes on. An unknown equity neither fires nor arms it.
    """

    name: ClassVar[str] = "equity_stop"
    is_monotone: ClassVar[bool] = True

    distance_ratio: float
    pause: timedelta
    keep_ratio: float

    def advance_account(self, level: int, account: Account) -> Step:
        """Return level 1 from the fall to the next peak, with cuts and lock when it fires."""
        if level != _ARMED:
            return Step(_ARMED if account.drawdown_ratio == 0 else _FIRED)
        _, fires = TrailingEquityStop().advance(
            account.peak_equity_quote, account.equity_quote, self.distance_ratio
        )
        if not fires:
            return _STAYS_ARMED
        cause = below_peak(account, self.distance_ratio)
        fate = open_trades_text(account, keep_ratio=self.keep_ratio)
        end = account.time + self.pause
        why = f"Entries paused until {end_text(end, account.time)}: {cause}. {fate} Lift: /unlock"
        return Step(
            level=_FIRED,
            why=f"{cause}: {self._fate()}",
            keep_ratios=keep_all_at(account, self.keep_ratio),
            lock=Lock(lock_until(end), why),
        )

    def _fate(self) -> str:
        if self.keep_ratio <= 0:
            return "all positions are closed"
        if self.keep_ratio >= 1:
            return "positions stay as they are"
        return f"positions are cut to {short_percent(self.keep_ratio)} of their size"
