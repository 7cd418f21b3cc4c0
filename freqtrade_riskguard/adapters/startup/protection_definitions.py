"""The protections that RiskGuard appends to a strategy's own."""

from typing import Any

from freqtrade_riskguard.adapters.startup.closed_trades_view import BETWEEN_CLOSES, CLOSE_ALL
from freqtrade_riskguard.config import RiskGuardConfig


def appended(settings: RiskGuardConfig) -> list[dict[str, Any]]:
    """Return freqtrade's definitions of the protections that are in force.

    A protection cannot observe: freqtrade locks whatever it returns. So only rules that enforce are
    there; those that observe are asked by the guard alone.
    """
    if not settings.enabled:
        return []
    breaker, funding = settings.circuit_breaker, settings.funding_breaker
    definitions = {
        "circuit_breaker": {
            "method": "CircuitBreaker",
            "losing_trades": breaker.losing_trades,
            "max_loss": breaker.max_loss,
            "lookback_period": breaker.lookback_hours * 60,
            "stop_duration": breaker.pause_minutes,
            "per_pair": breaker.per_pair,
            "per_side": breaker.per_side,
        },
        "daily_loss": {"method": "DailyLoss", "daily_loss_limit": settings.daily_loss_limit},
        "weekly_loss": {"method": "WeeklyLoss", "weekly_loss_limit": settings.weekly_loss.limit},
        "drawdown_ladder": {
            "method": "EquityDrawdown",
            "max_drawdown": settings.drawdown_ladder.steps[-1].at,
        },
        "funding_breaker": {
            "method": "FundingBreaker",
            "max_drain": funding.max_drain,
            "max_paid": funding.max_paid,
            "lookback_period": funding.lookback_hours * 60,
            "stop_duration": funding.pause_minutes,
        },
    }
    return [
        {**definition, BETWEEN_CLOSES: True, CLOSE_ALL: _closes_all(settings, rule)}
        for rule, definition in definitions.items()
        if settings.mode_of(rule) == "enforce"
    ]


def _closes_all(settings: RiskGuardConfig, rule: str) -> bool:
    return bool(getattr(getattr(settings, rule), "close_all", False))
