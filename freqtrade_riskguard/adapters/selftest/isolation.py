"""Keeping what freqtrade holds for the whole process as it was, whatever a self-test does to it."""

import gc
import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from threading import get_ident
from typing import Any

from freqtrade.mixins import LoggingMixin
from freqtrade.persistence import CustomDataWrapper, LocalTrade, Order, PairLocks, Trade
from freqtrade.persistence.custom_data import _CustomData
from freqtrade.persistence.key_value_store import _KeyValueStoreModel
from freqtrade.persistence.models import PairLock, WalletHistory

# Sessions, switches between database and memory, and the lists that stand in for the database.
_HOLDERS: tuple[type, ...] = (
    LocalTrade,
    Trade,
    Order,
    PairLock,
    PairLocks,
    CustomDataWrapper,
    _CustomData,
    _KeyValueStoreModel,
    WalletHistory,
    LoggingMixin,
)
_CONTAINERS = (list, dict, set)
_KEPT_MESSAGES = 20


@contextmanager
def kept_state() -> Iterator[None]:
    """Put back all that freqtrade's classes hold; lists are copies meanwhile."""
    before = [(holder, _held(holder)) for holder in _HOLDERS]
    for holder, held in before:
        for name, value in held.items():
            if isinstance(value, _CONTAINERS):
                setattr(holder, name, copy(value))
    try:
        yield
    finally:
        for holder, held in before:
            for name in _held(holder).keys() - held.keys():
                delattr(holder, name)
            for name, value in held.items():
                if vars(holder).get(name) is not value:
                    setattr(holder, name, value)


def _held(holder: type) -> dict[str, Any]:
    """Return the data of a class: neither methods nor columns, nor what Python itself keeps."""
    return {
        name: value
        for name, value in vars(holder).items()
        if not name.startswith("__") and not hasattr(value, "__get__")
    }


class _Hush(logging.Filter):
    """Lets nothing of one thread through; what would have warned is kept."""

    def __init__(self, heard: deque[str]) -> None:
        super().__init__()
        self._thread, self._heard = get_ident(), heard

    def filter(self, record: logging.LogRecord) -> bool:
        if record.thread != self._thread:
            return True
        if record.levelno >= logging.WARNING:
            self._heard.append(record.getMessage())
        return False


def _handlers() -> Iterator[logging.Handler]:
    """Yield where records may end, be it for want of another place: in the terminal."""
    if logging.lastResort is not None:
        yield logging.lastResort
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    for logger in loggers:
        if isinstance(logger, logging.Logger):
            yield from logger.handlers


@contextmanager
def hushed() -> Iterator[deque[str]]:
    """Log nothing from this thread; yield the last warnings and errors that were not logged."""
    heard: deque[str] = deque(maxlen=_KEPT_MESSAGES)
    hush, handlers = _Hush(heard), list(_handlers())
    for handler in handlers:
        handler.addFilter(hush)
    try:
        yield heard
    finally:
        for handler in handlers:
            handler.removeFilter(hush)


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile: among all that freqtrade has loaded it takes a third more."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
