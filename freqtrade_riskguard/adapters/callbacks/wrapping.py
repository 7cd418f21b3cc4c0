"""Putting the guard in front of what freqtrade calls on a strategy, whoever defines it."""

import inspect
import sys
from collections.abc import Callable, Hashable, Mapping
from functools import cache, partial, update_wrapper
from operator import attrgetter
from threading import get_ident
from types import MappingProxyType
from typing import Any, cast

from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.charts.plots import PlotConfig
from freqtrade_riskguard.adapters.persistence.transactions import undo_what_was_cut_short

# What the guard takes part in: freqtrade's callbacks, and the methods of freqtrade's own through
# which it starts a strategy, decides about exits, sets stops and changes positions.
GUARDED = (
    "ft_bot_start",
    "ft_load_hyper_params",
    "bot_loop_start",
    "informative_pairs",
    "leverage",
    "custom_stake_amount",
    "confirm_trade_entry",
    "check_entry_timeout",
    "confirm_trade_exit",
    "custom_exit_price",
    "plot_annotations",
    "should_exit",
    "ft_stoploss_adjust",
    "_adjust_trade_position_internal",
)
# Of each strategy's class also what the guard only answers: freqtrade gets the strategy's own. Not
# of the guard's class: what a strategy's own takes (after_fill) tells freqtrade when to ask.
_WRAPPED = (*GUARDED, "custom_stoploss")
# Asked for every open trade and candle, or order: a guard that only observes has no part in them.
_OF_OPEN_TRADES = frozenset(
    {"should_exit", "ft_stoploss_adjust", "confirm_trade_exit", "custom_exit_price"}
)
_callbacks_of = attrgetter(*_WRAPPED)
_NOTHING: Mapping[str, object] = MappingProxyType({})
# What strategies call themselves, with the same arguments as freqtrade: only then the guard acts.
_ONLY_FREQTRADE = frozenset({"informative_pairs", "bot_loop_start"})
_MARK = "_riskguard_guards"
_AFTER_FILL = "after_fill"

# Takes an instance, returns the strategy's own function bound to it.
Binder = Callable[[Any], Callable[..., Any]]


def guard_base(cls: type) -> None:
    """Return the guard's own class its callbacks; each asks the next class in line first."""
    for name in GUARDED:
        # What a freqtrade does not have is told at the start, by the self-test.
        like = getattr(cls, name, None)
        setattr(cls, name, _guarded(name, partial(_next_in_line, cls, name), like))
    inherited = partial(_next_in_line, cls, "protections")
    cls.protections = _protections(inherited)  # type: ignore[attr-defined]
    inherited = partial(_next_in_line, cls, "plot_config")
    cls.plot_config = PlotConfig(inherited, inherited)  # type: ignore[attr-defined]


def guard_subclass(cls: type) -> None:
    """Wrap every callback that ``cls`` would be called with and that is not guarded yet.

    Covers callbacks that the class itself defines (static and class methods too), those that were
    put on it after its creation, and, where its bases stand in the wrong order, those it inherits
    from before the guard.
    """
    for name in _WRAPPED:
        found = inspect.getattr_static(cls, name)
        if not _is_guard(found):
            setattr(cls, name, _guarded(name, partial(_bind, found), getattr(cls, name)))
    found = inspect.getattr_static(cls, "protections")
    if not _is_guard(getattr(found, "fget", None)):
        cls.protections = _protections(partial(_bind, found))  # type: ignore[attr-defined]
    found = inspect.getattr_static(cls, "plot_config")
    if not isinstance(found, PlotConfig):
        own = partial(_bind, found), partial(_as_it_is, found)
        cls.plot_config = PlotConfig(*own)  # type: ignore[attr-defined]


def guard_assigned(instance: object, name: str, value: Any) -> Any:
    """Return what to store where a strategy assigns a callback to itself."""
    if name not in _WRAPPED or not callable(value) or _is_guard(getattr(value, "func", None)):
        return value
    # With the attributes of the strategy's own: it may look at them.
    return update_wrapper(partial(_guarded(name, partial(_as_it_is, value), None), instance), value)


def guard_again(instance: Any) -> None:
    """Put the guard in front of callbacks that were put on a running strategy since its start."""
    cls, own = type(instance), instance.__dict__
    if not _is_guarded(cls):
        guard_subclass(cls)
    # Name by name: there are far fewer than attributes of a strategy.
    for name in _WRAPPED:
        if name in own:
            own[name] = guard_assigned(instance, name, own[name])


def is_within(instance: Any, name: str) -> bool:
    """Whether the guard is answering a callback of an instance at the moment, in this thread."""
    return (name, get_ident()) in instance.__dict__.get("_riskguard_inside", ())


def _is_guarded(cls: type) -> bool:
    """Whether the guard is in front of every callback; asked on every candle, so in one frame."""
    for found in _callbacks_of(cls):
        if found is None or getattr(found, "__dict__", _NOTHING).get(_MARK) is not found:
            return False
    return True


def _guarded(name: str, bind: Binder, like: Callable[..., Any] | None) -> Callable[..., Any]:
    """Return a callback that asks the guard, which may ask the strategy's own.

    ``self._riskguard_<name>(own, ...)`` answers. While it does, a further call of the same callback
    (``super().leverage(...)`` in a strategy) goes straight to the strategy's own function, so
    that the guard decides once, and last. So does a call that freqtrade would not make, with fewer
    arguments: a strategy may ask itself.
    """
    only_enforcing = name in _OF_OPEN_TRADES
    only_freqtrade = name in _ONLY_FREQTRADE
    answer = f"_riskguard_{name}"

    def callback(self: Any, *args: Any, **kwargs: Any) -> Any:
        own = bind(self)
        session = self.__dict__.get("_riskguard")
        if session is None:
            return _before_the_start(name, own)(*args, **kwargs)
        if only_enforcing and not session.enforcing:
            return own(*args, **kwargs)
        required = _required(getattr(type(self), answer))[len(args) :]
        if (only_freqtrade or not kwargs.keys() >= set(required)) and not _is_from_freqtrade():
            return own(*args, **kwargs)
        inside = self.__dict__.setdefault("_riskguard_inside", set())
        # By thread: a forced entry comes from freqtrade's API, while the bot's loop goes on.
        call = (name, get_ident())
        if call in inside:
            return own(*args, **kwargs)
        inside.add(call)
        try:
            return getattr(self, answer)(own, *args, **kwargs)
        except (KeyboardInterrupt, SystemExit):
            undo_what_was_cut_short()
            raise
        finally:
            inside.discard(call)

    callback.__name__ = name
    # Under this name freqtrade does not deep-copy the trade, which would cost more than all else.
    # The guard changes no trade, and the strategy's own callback still gets its copy.
    callback.__qualname__ = f"IStrategy.{name}"
    if inspect.isfunction(like):
        # freqtrade inspects signatures to see what a strategy supports: its own supports nothing.
        callback.__doc__ = like.__doc__
        signature = inspect.signature(like)
        if like is getattr(IStrategy, name, None):
            kept = [item for item in signature.parameters.values() if item.name != _AFTER_FILL]
            signature = signature.replace(parameters=kept)
        callback.__signature__ = signature  # type: ignore[attr-defined]
    # The mark is the function itself: a decorator that copies attributes does not copy that.
    setattr(callback, _MARK, callback)
    return callback


@cache
def _required(method: Hashable) -> tuple[str, ...]:
    """Return the arguments that the guard's method cannot do without, in freqtrade's order."""
    parameters = list(inspect.signature(cast("Any", method)).parameters.values())
    kinds = inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL
    # Behind the instance and the strategy's own function.
    return tuple(p.name for p in parameters[2:] if p.kind not in kinds)


def _is_from_freqtrade() -> bool:
    """Whether the callback was called from freqtrade's code, and not from a strategy's."""
    caller = sys._getframe(2).f_globals.get("__name__", "")  # noqa: SLF001 - the only way to know
    return str(caller).partition(".")[0] == "freqtrade"


def _before_the_start(name: str, own: Callable[..., Any]) -> Callable[..., Any]:
    """Return the strategy's own function, which it may ask before the guard's ``__init__``."""
    if name == "ft_bot_start":
        msg = "RiskGuard has not been initialised: call super().__init__(config) in __init__"
        raise RuntimeError(msg)
    return own


def _is_guard(found: object) -> bool:
    return found is not None and getattr(found, "__dict__", {}).get(_MARK) is found


def _bind(attribute: Any, instance: Any) -> Any:
    """Bind a class attribute of whatever kind to an instance, as Python itself would."""
    if hasattr(type(attribute), "__get__"):
        return attribute.__get__(instance, type(instance))
    return attribute


def _as_it_is(value: Any, instance: Any) -> Any:  # noqa: ARG001 - a binder is given the instance
    return value


def _next_in_line(cls: type, name: str, instance: Any) -> Any:
    return getattr(super(cls, instance), name)


def _protections(read: Binder) -> property:
    """Return ``protections`` as a property; a value assigned to it is the strategy's own."""
    assigned = "_riskguard_assigned_protections"

    def reader(instance: Any) -> Callable[[], Any]:
        if assigned in instance.__dict__:
            return partial(instance.__dict__.__getitem__, assigned)
        return partial(read, instance)

    def assign(instance: Any, value: Any) -> None:
        instance.__dict__[assigned] = value

    return property(_guarded("protections", reader, None), assign)
