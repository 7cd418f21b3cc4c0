"""An account under stress, with round figures."""

from typing import Any

from freqtrade_riskguard.stress.input import StressInput

# Longs 2 BTC from 9,000 (now 10,000) with 2,000 of margin, and shorts 5 ETH at 1,000 with 1,000.
BTC = {
    "pair": "BTC/USDT:USDT",
    "side": "long",
    "open_rate": 9_000,
    "amount": 2,
    "margin_quote": 2_000,
    "leverage": 9,
    "rate": 10_000,
    "maintenance_rate": 0.01,
    "daily_volatility": 0.02,
}
ETH = {
    "pair": "ETH/USDT:USDT",
    "side": "short",
    "open_rate": 1_000,
    "amount": 5,
    "margin_quote": 1_000,
    "rate": 1_000,
    "beta": 1.2,
    "maintenance_rate": 0.02,
    "daily_volatility": 0.03,
}
CORRELATED = [{"pairs": [BTC["pair"], ETH["pair"]], "correlation": 0.6}]
COLLATERAL = [
    {"asset": "USDT", "amount": 5_000, "price": 1},
    {"asset": "BTC", "amount": 0.5, "price": 10_000},
]


# 6,000 of Bitcoin on 600 of margin.
AT_10X = {
    "pair": "BTC/USDT:USDT",
    "side": "long",
    "open_rate": 60_000,
    "rate": 60_000,
    "amount": 0.1,
    "margin_quote": 600,
    "leverage": 10,
    "maintenance_rate": 0.01,
    "daily_volatility": 0.02,
}


def content(**changes: Any) -> dict[str, Any]:
    """Return what stands in a file of positions: 10,000 with both of them, in cross margin."""
    return {
        "equity_quote": 10_000,
        "margin_mode": "cross",
        "positions": [BTC, ETH],
        "correlations": CORRELATED,
        **changes,
    }


def isolated(*positions: dict[str, Any], **changes: Any) -> StressInput:
    """Return 1,000 in isolated margin, by default with Bitcoin at 10x."""
    held = positions or (AT_10X,)
    given = {"equity_quote": 1_000, "margin_mode": "isolated", "positions": held, **changes}
    return StressInput.model_validate(given)


def account(**changes: Any) -> StressInput:
    """Return the same, read."""
    return StressInput.model_validate(content(**changes))
