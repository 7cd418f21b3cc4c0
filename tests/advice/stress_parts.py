"""An account under stress, with round figures."""

from typing import Any

from freqtrade_riskguard.advice.stress_input import StressInput

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


def content(**changes: Any) -> dict[str, Any]:
    """Return what stands in a file of positions: 10,000 with both of them."""
    return {
        "equity_quote": 10_000,
        "positions": [BTC, ETH],
        "correlations": CORRELATED,
        **changes,
    }


def account(**changes: Any) -> StressInput:
    """Return the same, read."""
    return StressInput.model_validate(content(**changes))
