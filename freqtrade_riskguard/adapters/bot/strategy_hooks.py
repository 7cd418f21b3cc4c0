"""The strategy's hooks: its conviction and its target for an entry."""

import logging
from math import isfinite, isinf, nan
from typing import Any

from freqtrade.strategy import IStrategy

logger = logging.getLogger(__name__)

CONVICTION, TARGET = "riskguard_conviction", "riskguard_target"
_failed: set[tuple[str, str]] = set()


def conviction(strategy: IStrategy, asked: dict[str, Any]) -> float:
    """Return the strategy's conviction, 0 to 1; 1 where it has no hook, 0 where that failed."""
    answer = _answer(strategy, CONVICTION, asked, default=1.0)
    return min(max(answer, 0.0), 1.0) if isfinite(answer) else 0.0


def target_price(strategy: IStrategy, asked: dict[str, Any]) -> float | None:
    """Return the price that the strategy aims at; None without a hook, NaN where it failed."""
    if not hasattr(strategy, TARGET):
        return None
    return _answer(strategy, TARGET, asked, default=nan)


def _answer(strategy: IStrategy, name: str, asked: dict[str, Any], default: float) -> float:
    hook = getattr(strategy, name, None)
    if hook is None:
        return default
    try:
        answer = _finite(hook(**asked))
    except Exception:
        key = (name, asked["pair"])
        if key not in _failed:
            _failed.add(key)
            logger.exception(
                "RiskGuard: %s failed on %s; the most cautious answer is used", name, asked["pair"]
            )
        return nan
    return answer


def _finite(answer: Any) -> float:
    number = float(answer)
    if isinf(number):
        msg = f"the answer must be a finite number, got {number}"
        raise ValueError(msg)
    return number
