"""What became of an account in cross margin, as plain values."""

from math import isnan
from typing import Any

from freqtrade_riskguard.analysis.account_path import AccountLiquidation
from freqtrade_riskguard.analysis.account_survival import AccountFate, AccountSurvival
from freqtrade_riskguard.analysis.disclaimer import CANDLE_BY_CANDLE


def account_record(account: AccountSurvival) -> dict[str, Any]:
    """Return all figures; what is not known, and the liquidation of what lives, is null."""
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
        "keeps_alive": _or_null(fate.keeps_alive),
        "by_effective_leverage": None
        if fate.why_unknown
        else [
            {"leverage": leverage, "liquidation": _liquidation_record(found)}
            for leverage, found in zip(fate.leverages, fate.by_leverage, strict=True)
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
