"""The cut of a winner that the exchange would take away: half of it, once per stay at the top."""

from dataclasses import dataclass
from typing import ClassVar

from freqtrade_riskguard.rules.base import Step
from freqtrade_riskguard.snapshot import Account, Position

_BELOW, _CUT = 0, 1
_KEEP_RATIO = 0.5
_BELOW_THE_TOP = Step(_BELOW)


@dataclass(frozen=True, slots=True)
class AdlRank:
    """Take half off a winning position in the top fifth of the queue of auto-deleveraging.

    Once for each stay there: it can cut again after the exchange has told a lower rank. Where the
    rank is not known nothing is cut, and nothing is forgotten.
    """

    name: ClassVar[str] = "adl_rank"

    def advance(self, level: int, position: Position, account: Account) -> Step:
        """Return level 1 from the cut to the next lower rank."""
        leads = position.report.leads_adl_queue
        if leads is False:
            return _BELOW_THE_TOP
        wins = position.side * (position.rate - position.open_rate) > 0
        if leads is None or level == _CUT or not wins:
            return Step(level)
        why = "it wins, and stands in the top fifth of the queue of auto-deleveraging: cut 50 %"
        return Step(_CUT, why, (_KEEP_RATIO,))
