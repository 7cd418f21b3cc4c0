"""The stake: the smallest cap, times all factors, or nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StakeDecision:
    """A stake and what it came from.

    Attributes
    ----------
    stake_quote : float
        Quote units; 0.0 is *no trade*.
    cap_name : str
        The cap that bound.
    cap_quote : float
        Its value before the factors.
    factor : float
        Product of all factors.
    below_minimum : bool
        Whether the stake is 0 only because the exchange takes none so small.
    """

    stake_quote: float
    cap_name: str
    cap_quote: float
    factor: float
    below_minimum: bool


def decide_stake(
    caps_quote: Mapping[str, float],
    factors: Mapping[str, float] | None = None,
    minimum_quote: float = 0.0,
) -> StakeDecision:
    """Give the smallest cap times all factors, or nothing.

    Parameters
    ----------
    caps_quote : mapping of str to float
        Caps by name, quote units, in order of importance; the first of the smallest binds. NaN and
        negative count as 0.
    factors : mapping of str to float, optional
        Factors by name (drawdown, event). Above 1 counts as 1: a factor never raises a stake. NaN
        and negative count as 0.
    minimum_quote : float, default 0.0
        The exchange's minimum; a stake below it is 0, never raised. NaN counts as unreachable.

    Returns
    -------
    StakeDecision

    Raises
    ------
    ValueError
        Without any cap, or with none that is finite.
    """
    known = {name: cap if cap >= 0.0 else 0.0 for name, cap in caps_quote.items()}
    if not known or min(known.values()) == math.inf:
        raise ValueError(f"need at least one finite cap, got {dict(caps_quote)!r}")
    name = min(known, key=known.__getitem__)
    factor = math.prod(min(each, 1.0) if each >= 0.0 else 0.0 for each in (factors or {}).values())
    stake_quote = known[name] * factor
    below_minimum = stake_quote > 0.0 and not stake_quote >= minimum_quote
    return StakeDecision(
        stake_quote=0.0 if below_minimum else stake_quote,
        cap_name=name,
        cap_quote=known[name],
        factor=factor,
        below_minimum=below_minimum,
    )
