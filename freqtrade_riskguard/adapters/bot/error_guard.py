"""Errors of ours: swallowed, but never silently."""

import logging
from types import TracebackType

logger = logging.getLogger(__name__)


class ErrorGuard:
    """A block whose error is logged, once per pair and task, and goes no further.

    A class of its own, since it is entered for every open trade and candle.

    Parameters
    ----------
    reported : set of tuple
        What has been reported in this run.
    key : tuple of str
        Pair and task.
    """

    __slots__ = ("_key", "_reported")

    def __init__(self, reported: set[tuple[str, str]], key: tuple[str, str]) -> None:
        self._reported = reported
        self._key = key

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Swallow an exception, but not what ends the process."""
        if error is None or not isinstance(error, Exception):
            return False
        if self._key not in self._reported:
            self._reported.add(self._key)
            pair, task = self._key
            where = "" if pair == "*" else f" on {pair}"
            logger.error("RiskGuard: error%s while %s", where, task, exc_info=error)
        return True
