"""freqtrade's order types while a cut of the guard's goes out."""

from collections.abc import Mapping
from threading import get_ident
from typing import Any

_EXIT = "exit"


class CutOrderTypes(dict[str, Any]):
    """The strategy's order types, but for a cut of the guard's: that is a market order.

    freqtrade sends a partial exit by ``order_types["exit"]``, which it reads right after it has
    been told what to take out. A limit order would be priced by the strategy, and wait.

    Parameters
    ----------
    own : mapping
        The strategy's.
    """

    def __init__(self, own: Mapping[str, Any]) -> None:
        super().__init__(own)
        self._cutting_thread: int | None = None

    def begin_cut(self) -> None:
        """Make the exit that follows a market order, for who has asked.

        ``/forceexit`` and the REST API run in threads of their own, and have the strategy's.
        """
        self._cutting_thread = get_ident()

    def end_cut(self) -> None:
        """Return to the strategy's own."""
        self._cutting_thread = None

    def __getitem__(self, name: str) -> Any:
        """Return the type of an order."""
        if name == _EXIT and self._cutting_thread == get_ident():
            return "market"
        return super().__getitem__(name)
