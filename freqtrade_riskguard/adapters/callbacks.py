"""Putting the guard in front of a strategy's callbacks, whoever defines them."""

import inspect
from collections.abc import Callable
from functools import partial
from threading import get_ident
from typing import Any

# The callbacks whose answers the guard takes part in.
GUARDED = (
    "bot_start",
    "bot_loop_start",
    "informative_pairs",
    "leverage",
    "custom_stake_amount",
    "confirm_trade_entry",
)
_MARK = "_riskguard_guards"


def guard_base(cls: type) -> None:
    """Give the guard's own class its callbacks; each asks the next class in line first."""
    for name in GUARDED:
        setattr(cls, name, _guarded(name, _next_in_line(cls, name)))
    cls.protections = _guarded_property(_next_property(cls))  # type: ignore[attr-defined]


def guard_subclass(cls: type) -> None:
    """Wrap every callback that ``cls`` would be called with and that is not guarded yet.

    Covers callbacks that the class itself defines and, where its bases stand in the wrong order,
    those it inherits from before the guard.
    """
    for name in GUARDED:
        found = getattr(cls, name)
        if not hasattr(found, _MARK):
            setattr(cls, name, _guarded(name, found))
    protections = inspect.getattr_static(cls, "protections")
    if not hasattr(getattr(protections, "fget", None), _MARK):
        cls.protections = _guarded_property(_reader(protections))  # type: ignore[attr-defined]


def _guarded(name: str, own: Callable[..., Any]) -> Callable[..., Any]:
    """Return a callback that asks the guard, which may ask ``own``.

    ``self._riskguard_<name>(own, ...)`` answers. While it does, a further call of the same callback
    (``super().leverage(...)`` in a strategy) goes straight to the strategy's own function, so
    that the guard decides once, and last.
    """

    def callback(self: Any, *args: Any, **kwargs: Any) -> Any:
        inside = self.__dict__.setdefault("_riskguard_inside", set())
        # By thread: a forced entry comes from freqtrade's API, while the bot's loop goes on.
        call = (name, get_ident())
        if call in inside:
            return own(self, *args, **kwargs)
        inside.add(call)
        try:
            return getattr(self, f"_riskguard_{name}")(partial(own, self), *args, **kwargs)
        finally:
            inside.discard(call)

    callback.__name__ = name
    # freqtrade deep-copies the trade for every callback that is not IStrategy's. The guard never
    # changes a trade through a callback, and the strategy's own function is wrapped again.
    callback.__qualname__ = f"IStrategy.{name}"
    callback.__doc__ = own.__doc__
    # freqtrade inspects signatures to see what a strategy supports.
    callback.__signature__ = inspect.signature(own)  # type: ignore[attr-defined]
    setattr(callback, _MARK, True)
    return callback


def _next_in_line(cls: type, name: str) -> Callable[..., Any]:
    def own(self: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(super(cls, self), name)(*args, **kwargs)

    inherited = getattr(cls, name)
    own.__doc__ = inherited.__doc__
    own.__signature__ = inspect.signature(inherited)  # type: ignore[attr-defined]
    return own


def _guarded_property(own: Callable[[Any], Any]) -> property:
    """Return ``protections`` as a property; a value assigned to it is the strategy's own."""
    assigned = "_riskguard_assigned_protections"

    def current(self: Any) -> Any:
        return self.__dict__[assigned] if assigned in self.__dict__ else own(self)

    def assign(self: Any, value: Any) -> None:
        self.__dict__[assigned] = value

    return property(_guarded("protections", current), assign)


def _next_property(cls: type) -> Callable[[Any], Any]:
    def own(self: Any) -> Any:
        return getattr(super(cls, self), "protections")  # noqa: B009 - mypy knows no such super

    return own


def _reader(attribute: Any) -> Callable[[Any], Any]:
    """Return a function that reads a class attribute of whatever kind from an instance."""

    def own(self: Any) -> Any:
        if hasattr(type(attribute), "__get__"):
            return attribute.__get__(self, type(self))
        return attribute

    return own
