"""The caps on leverage and exposure, one function each, and which of them binds.

Exposure is notional over equity; leverage is notional over the position's own margin. A cap below 1
says that the position itself has to shrink. *Unknown* (NaN) never allows more than 1x.
"""

from __future__ import annotations

import math

from freqtrade_riskguard.risk._types import check_ratio

_ROUNDING = 1e-9  # 2.3 can arrive as 2.2999999999999998


def volatility_target_exposure(daily_volatility: float, daily_risk_budget: float = 0.02) -> float:
    """Return the exposure whose typical daily move is the daily risk budget.

    Parameters
    ----------
    daily_volatility : float
        Fraction per day.
    daily_risk_budget : float, default 0.02
        Fraction of equity, in [0, 1).

    Returns
    -------
    float
        Notional over equity. 0.0 (cannot be sized, so no position) for unknown volatility: NaN,
        infinite or negative. Infinite (this cap does not bind) for a volatility of exactly 0.

    Raises
    ------
    ValueError
        For a budget outside [0, 1).

    Notes
    -----
    Formula: ``budget / s``
    """
    check_ratio("daily_risk_budget", daily_risk_budget)
    if not 0.0 <= daily_volatility < math.inf:
        return 0.0
    return daily_risk_budget / daily_volatility if daily_volatility > 0.0 else math.inf


def leverage_for_exposure(exposure_ratio: float, stake_share: float) -> float:
    """Return the leverage at which a stake reaches an exposure.

    Parameters
    ----------
    exposure_ratio : float
        Allowed notional over equity.
    stake_share : float
        Stake over equity.

    Returns
    -------
    float
        May be below 1: then leverage is 1 and the stake has to shrink by this factor. 0.0 for NaN,
        a negative exposure, or a share that is not positive; infinite for an infinite exposure.

    Notes
    -----
    Formula: ``L = exposure / w``
    """
    if not (exposure_ratio >= 0.0 and 0.0 < stake_share < math.inf):
        return 0.0
    return exposure_ratio / stake_share


def scaled_target_leverage(
    target_leverage: float, base_volatility: float, current_volatility: float
) -> float:
    """Return a target leverage, scaled down while the market is wilder than usual.

    Parameters
    ----------
    target_leverage : float
        Configured, positive.
    base_volatility : float
        Usual volatility (0.6 a year), positive.
    current_volatility : float
        Present volatility over the same period length.

    Returns
    -------
    float
        At most the target. With an unknown present volatility (NaN, infinite, negative) at most
        1.0.

    Raises
    ------
    ValueError
        For a target or base that is not positive and finite.

    Notes
    -----
    Formula: ``target * min(1, base / current)``
    """
    if not (0.0 < target_leverage < math.inf and 0.0 < base_volatility < math.inf):
        raise ValueError(
            f"target and base must be positive, got {target_leverage!r}, {base_volatility!r}"
        )
    if not 0.0 <= current_volatility < math.inf:
        return min(1.0, target_leverage)
    if current_volatility <= base_volatility:
        return target_leverage
    return target_leverage * base_volatility / current_volatility


def losing_leverage_cap(
    *,
    last_leverage: float | None,
    drawdown_ratio: float,
    lost_last_trade: bool,
    first_step_ratio: float = 0.05,
) -> float:
    """Return the cap that keeps losses from being chased with leverage.

    Parameters
    ----------
    last_leverage : float or None
        Leverage last used on the pair; None where it was never traded.
    drawdown_ratio : float
        Equity below its peak, fraction of the peak.
    lost_last_trade : bool
        Whether the pair's latest closed trade lost.
    first_step_ratio : float, default 0.05
        Drawdown above which the account counts as losing.

    Returns
    -------
    float
        The last leverage (at least 1) while losing, infinite (does not bind) otherwise or where the
        pair was never traded. A NaN drawdown counts as losing, a last leverage of NaN or infinity
        as 1.0.
    """
    winning = drawdown_ratio <= first_step_ratio and not lost_last_trade
    if winning or last_leverage is None:
        return math.inf
    return max(1.0, last_leverage) if math.isfinite(last_leverage) else 1.0


def conviction_cap(leverage_cap: float, conviction: float) -> float:
    """Return a cap, reduced to the strategy's conviction in the trade.

    Parameters
    ----------
    leverage_cap : float
        The cap so far.
    conviction : float
        0 (none) to 1 (full); outside that range it is taken as the nearer end.

    Returns
    -------
    float
        Never above `leverage_cap`. 0.0 for NaN in either.

    Notes
    -----
    Formula: ``cap * conviction``
    """
    if math.isnan(leverage_cap) or not conviction > 0.0:
        return 0.0
    return leverage_cap * min(conviction, 1.0)


def floor_leverage(leverage: float, steps_per_unit: int = 10) -> float:
    """Round a leverage down to what the exchange sets, and never below 1.

    Parameters
    ----------
    leverage : float
        Any number.
    steps_per_unit : int, default 10
        Into how many steps the exchange divides 1x: 10 for tenths, 1 for whole numbers only.

    Returns
    -------
    float
        A whole number of steps, at least 1.0; a leverage that is one up to rounding keeps it. 1.0
        for NaN and infinity: no answer is not a large answer.
    """
    if not math.isfinite(leverage):
        return 1.0
    return max(1.0, math.floor(leverage * steps_per_unit + _ROUNDING) / steps_per_unit)
