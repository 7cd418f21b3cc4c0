"""Losing never raises leverage."""

from dataclasses import dataclass
from math import isinf, isnan
from typing import ClassVar

from freqtrade_riskguard.config_types import RuleSection
from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.risk import losing_leverage_cap
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.snapshot import Entry


class LosingLeverageConfig(RuleSection):
    """Never raises leverage after losses: the last leverage of the pair is the most allowed.

    It applies during a drawdown beyond the first step of ``drawdown_ladder``, and on a pair whose
    last trade lost.
    """


@dataclass(frozen=True, slots=True)
class LosingLeverage:
    """While the account or the pair loses, at most the leverage last used on the pair.

    The account loses below ``first_step_ratio`` from its peak, and where that is not known.
    """

    name: ClassVar[str] = "losing_leverage"

    first_step_ratio: float

    def max_leverage(self, entry: Entry) -> Cap | None:
        """Return the last leverage of a pair that was traded before, or nothing."""
        history, drawdown_ratio = entry.history, entry.account.drawdown_ratio
        limit = losing_leverage_cap(
            last_leverage=history.last_leverage,
            drawdown_ratio=drawdown_ratio,
            lost_last_trade=history.lost_last_trade,
            first_step_ratio=self.first_step_ratio,
        )
        if isinf(limit):
            return None
        if history.lost_last_trade:
            cause = "the pair's last trade lost"
        elif isnan(drawdown_ratio):
            cause = "drawdown unknown"
        else:
            first = percent(self.first_step_ratio)
            cause = f"drawdown {percent(drawdown_ratio)} (this applies from {first})"
        return Cap(limit, f"no more than the last {limit:g}x on the pair: {cause}")
