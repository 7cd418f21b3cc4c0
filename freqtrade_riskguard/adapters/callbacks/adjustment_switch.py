"""freqtrade's switch for position adjustment on a running bot."""

import logging
from collections.abc import Callable
from threading import get_ident

logger = logging.getLogger(__name__)


class AdjustmentSwitch:
    """On for the bot's own loop only, while there are cuts or the strategy has it on.

    ``/forceenter`` and the REST API run in threads of their own. Where the switch is on, freqtrade
    adds a forced entry to an open position and asks nobody: that would pass locks and caps by.

    Parameters
    ----------
    own : callable
        Returns what the strategy has set. The loop is the thread that makes the switch.
    is_cutting : callable
        Returns whether cuts are under way.
    """

    def __init__(self, own: Callable[[], object], is_cutting: Callable[[], object]) -> None:
        self._own, self._is_cutting = own, is_cutting
        self._loop = get_ident()

    def __bool__(self) -> bool:
        """Whether positions may be adjusted, for who is asking."""
        if get_ident() == self._loop:
            return bool(self._own() or self._is_cutting())
        if self._own():
            logger.warning(
                "RiskGuard: a forced entry on a pair with an open trade is refused: freqtrade "
                "would add to the position and ask nobody. The strategy's own additions are held "
                "to the limits."
            )
        return False
