"""Figures of a snapshot that are computed once, when the first rule asks for them."""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

Figure = TypeVar("Figure")


class derived(Generic[Figure]):  # noqa: N801 - used as a decorator, like property
    """As ``functools.cached_property``, which until Python 3.12 takes a lock: several times slower.

    Parameters
    ----------
    compute : callable
        The figure of a snapshot.
    """

    def __init__(self, compute: Callable[[Any], Figure]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, snapshot: None, owner: type) -> Self: ...
    @overload
    def __get__(self, snapshot: object, owner: type) -> Figure: ...
    def __get__(self, snapshot: object | None, owner: type) -> Self | Figure:
        """Compute the figure and put it in front of this descriptor."""
        if snapshot is None:
            return self
        figure = self._compute(snapshot)
        snapshot.__dict__[self._name] = figure
        return figure
