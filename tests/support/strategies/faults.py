"""Breaks one part of the guard on purpose, from a time on. Stays loaded between strategies."""

import importlib
import logging
import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

logger = logging.getLogger(__name__)

REACHED = "FAULT REACHED"
PACKAGE = "freqtrade_riskguard"


class Clock:
    """The time of the loop that is under way."""

    now: datetime | None = None


_undo: list[tuple[Any, str, Any]] = []


def mend() -> None:
    """Put everything back."""
    Clock.now = None
    while _undo:
        owner, name, original = _undo.pop()
        setattr(owner, name, original)


def break_from(since: datetime, part: str) -> None:
    """Let a function or method, ``module:name`` or ``module:Class.name``, raise from a time on."""
    module_name, _, path = part.partition(":")
    module = importlib.import_module(f"{PACKAGE}.{module_name}")
    owner_name, _, name = path.rpartition(".")
    if owner_name:
        owner = getattr(module, owner_name)
        _replace(owner, name, _broken_attribute(vars(owner)[name], since, part))
        return
    original = getattr(module, name)
    broken = _broken(original, since, part)
    # Under whatever name other modules have imported it.
    for other in [loaded for key, loaded in sys.modules.items() if key.startswith(PACKAGE)]:
        for key, value in list(vars(other).items()):
            if value is original:
                _replace(other, key, broken)


def _replace(owner: Any, name: str, value: Any) -> None:
    _undo.append((owner, name, vars(owner)[name]))
    setattr(owner, name, value)


def _broken_attribute(attribute: Any, since: datetime, part: str) -> Any:
    if isinstance(attribute, property):
        return property(_broken(attribute.fget, since, part), attribute.fset)
    if isinstance(attribute, staticmethod | classmethod):
        return type(attribute)(_broken(attribute.__func__, since, part))
    return _broken(attribute, since, part)


def _broken(function: Any, since: datetime, part: str) -> Callable[..., Any]:
    reached = False

    @wraps(function)
    def broken(*args: Any, **kwargs: Any) -> Any:
        nonlocal reached
        if Clock.now is None or Clock.now < since:
            return function(*args, **kwargs)
        if not reached:
            reached = True
            logger.info("%s %s", REACHED, part)
        msg = "broken on purpose"
        raise ZeroDivisionError(msg)

    return broken
