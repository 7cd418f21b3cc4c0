"""Which settings are searched, and between what."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from freqtrade_riskguard.calibration.errors import CalibrationError
from freqtrade_riskguard.config import RiskGuardConfig


@dataclass(frozen=True, slots=True)
class Dimension:
    """A setting and the range that it is searched in.

    Attributes
    ----------
    key : str
        Below ``riskguard``, e.g. ``kelly.fraction``.
    rule : str
        The rule that uses it: one that is off is not searched.
    """

    key: str
    low: float
    high: float
    rule: str


SPACE = (
    Dimension("max_leverage", 1.0, 20.0, "hard_cap"),
    Dimension("risk_per_trade", 0.0025, 0.03, "fixed_risk"),
    Dimension("daily_loss_limit", 0.01, 0.10, "daily_loss"),
    Dimension("atr_stop.multiple", 1.0, 6.0, "atr_stop"),
    Dimension("kelly.fraction", 0.05, 0.5, "kelly"),
    Dimension("volatility_target.daily_risk_budget", 0.005, 0.06, "volatility_target"),
)
_DIGITS = 4
# Of a setting's range, on both sides of what was chosen.
_STEPS = (-0.2, -0.1, 0.1, 0.2)


def search_space(settings: RiskGuardConfig, wanted: Sequence[str]) -> tuple[Dimension, ...]:
    """Return what is searched.

    Parameters
    ----------
    settings : RiskGuardConfig
        Rules that do not enforce are left out; leverage goes up to ``max_leverage`` at most.
    wanted : sequence of str
        Names of ``SPACE``, each with or without a range (``kelly.fraction=0.1:0.3``); empty: all.

    Raises
    ------
    CalibrationError
        For a name that is none, or a range beyond that of ``SPACE``.
    """
    known = {each.key: each for each in SPACE}
    known["max_leverage"] = replace(known["max_leverage"], high=settings.max_leverage)
    chosen = [_narrowed(known, text) for text in wanted] or list(known.values())
    found = tuple(
        each for each in chosen if settings.mode_of(each.rule) == "enforce" and each.low < each.high
    )
    if not found:
        raise CalibrationError("--space leaves nothing to search: the rules that it is for are off")
    return found


def _narrowed(known: Mapping[str, Dimension], text: str) -> Dimension:
    key, _, bounds = text.partition("=")
    if key not in known:
        raise CalibrationError(f"--space knows no {key}: choose from {', '.join(known)}")
    if not bounds:
        return known[key]
    try:
        low, high = map(float, bounds.split(":"))
    except ValueError:
        low = high = 0.0
    if not known[key].low <= low < high <= known[key].high:
        raise CalibrationError(
            f"--space {text}: give a range like {key}={known[key].low:g}:{known[key].high:g}, "
            "and nothing beyond that"
        )
    return replace(known[key], low=low, high=high)


def with_values(raw: Mapping[str, Any], values: Mapping[str, float]) -> dict[str, Any]:
    """Return a ``riskguard`` block with other values in it, rounded as a person would."""
    block = deepcopy(dict(raw))
    for key, value in values.items():
        place = block
        *path, last = key.split(".")
        for part in path:
            place = place.setdefault(part, {})
        place[last] = round(value, _DIGITS)
    return block


def neighbours(
    space: Iterable[Dimension], values: Mapping[str, float]
) -> Iterator[tuple[str, float]]:
    """Yield each setting with values around its own, in order: tenths and fifths of its range."""
    for each in space:
        for step in _STEPS:
            value = values[each.key] + step * (each.high - each.low)
            if each.low <= value <= each.high:
                yield each.key, value


def values_in(settings: RiskGuardConfig, space: Iterable[Dimension]) -> dict[str, float]:
    """Return the values that the settings have now, moved into the range where they are not."""
    found = {}
    for each in space:
        value: Any = settings
        for part in each.key.split("."):
            value = getattr(value, part)
        found[each.key] = min(max(float(value), each.low), each.high)
    return found
