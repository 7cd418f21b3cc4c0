"""Asks all bots at the same time, so that one that hangs does not hold up the others."""

import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

from freqtrade_riskguard.rest_api.errors import BotBusyError, BotError

logger = logging.getLogger(__name__)

T = TypeVar("T")


class WorkerPool:
    """One worker per bot. A bot is never asked anything before it is done with what came before.

    Parameters
    ----------
    names : iterable of str
        The bots.
    """

    def __init__(self, names: Iterable[str]) -> None:
        names = tuple(names)
        self._pool = ThreadPoolExecutor(len(names), thread_name_prefix="riskguard-watch")
        self._under_way: dict[str, Future[Any]] = {}

    def run(self, tasks: Mapping[str, Callable[[], T]], seconds: float) -> dict[str, T | BotError]:
        """Run one task per bot and return what came of it.

        Parameters
        ----------
        tasks : mapping
            By name of the bot.
        seconds : float
            How long to wait. What is not done then goes on, and its result is lost.

        Returns
        -------
        dict
            For each task its result, or the error that it raised; :class:`BotBusyError` where it is
            not done, or could not begin. An error that nobody foresaw is logged with its traceback.
        """
        begun: dict[str, Future[T]] = {
            name: self._pool.submit(task)
            for name, task in tasks.items()
            if name not in self._under_way or self._under_way[name].done()
        }
        self._under_way |= begun
        wait(begun.values(), timeout=seconds)
        answers: dict[str, T | BotError] = {}
        for name in tasks:
            answer = _result(name, begun.get(name))
            answers[name] = answer
        return answers

    def close(self) -> None:
        """Wait for what is under way: each request has its time-out."""
        self._pool.shutdown(cancel_futures=True)


def _result(name: str, future: Future[T] | None) -> T | BotError:
    if future is None or not future.done():
        return BotBusyError("still busy with what it was asked before")
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, BotError):
        return error
    logger.error("%s: the guardian failed on it", name, exc_info=error)
    return BotError(f"cannot be read ({type(error).__name__}, see the log)")
