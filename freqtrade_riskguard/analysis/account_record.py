"""What became of an account in cross margin, as plain values."""

from math import isnan
from typing import Any

from freqtrade_riskguard.analysis.account_path import AccountLiquidation
from freqtrade_riskguard.analysis.account_survival import AccountFate, AccountSurvival
from freqtrade_riskguard.analysis.disclaimer import CANDLE_BY_CANDLE


def account_record(account: AccountSurvival) -> dict[str, Any]:
    """Return all figures; what is not known is null.

    So is the liquidation of what lives, and the drawdown of what is liquidated.
    """
    return {
        "basis": CANDLE_BY_CANDLE,
        "max_effective_leverage": _or_null(account.max_leverage),
        "fills": [_fate_record(fate) for fate in account.fates],
    }


def _fate_record(fate: AccountFate) -> dict[str, Any]:
    return {
        "slippage_ratio": _or_null(fate.slippage_ratio),
        "reason": fate.why_unknown or None,
        "as_traded": _liquidation_record(fate.as_traded),
        "drawdown_ratio": _or_null(fate.drawdown_ratio),
        "keeps_alive": _or_null(fate.keeps_alive),
        "by_effective_leverage": None
        if fate.why_unknown
        else [
            {
                "leverage": leverage,
                "liquidation": _liquidation_record(found),
                "drawdown_ratio": _or_null(depth),
            }
            for leverage, found, depth in zip(
                fate.leverages, fate.by_leverage, fate.drawdown_ratios, strict=True
            )
        ],
    }


def _liquidation_record(found: AccountLiquidation | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "time": found.time.isoformat(),
        "equity_quote": found.equity_quote,
        "loss_ratio": found.loss_ratio,
    }


def _or_null(value: float) -> float | None:
    return None if isnan(value) else value
