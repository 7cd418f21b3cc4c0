"""freqtrade's switch for position adjustment while a cut is under way."""

from collections.abc import Callable
from threading import get_ident


class AdjustmentSwitch:
    """On for the bot's own loop, which asks for cuts; for anyone else what the strategy has set.

    ``/forceenter`` and the REST API run in threads of their own: switched on for them too, they
    would add to a position of a strategy that never adds to one.

    Parameters
    ----------
    own : callable
        Returns what the strategy has set. The loop is the thread that makes the switch.
    """

    def __init__(self, own: Callable[[], object]) -> None:
        self._own = own
        self._loop = get_ident()

    def __bool__(self) -> bool:
        """Whether positions may be adjusted, for who is asking."""
        return get_ident() == self._loop or bool(self._own())
