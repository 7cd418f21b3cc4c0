"""Snapshots for tests: round figures, so that expectations can be derived by hand."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from freqtrade_riskguard.risk import Edge, TierTable
from freqtrade_riskguard.snapshot import Account, Entry, Market, Portfolio, Position

NOON = datetime(2024, 1, 10, 12, tzinfo=UTC)
PAIR = "BTC/USDT:USDT"

# One tier: maintenance 1 % of the notional, nothing deducted.
FLAT = TierTable.flat(0.01)

UNPROVEN = Edge(trades=0, wins=0, mean_win=0.0, mean_loss=0.0)


def market(**changes: Any) -> Market:
    plain = Market(pair=PAIR, tiers=FLAT, taker_fee=0.0, daily_volatility=0.02, atr=2.0)
    return replace(plain, **changes)


def account(**changes: Any) -> Account:
    plain = Account(
        time=NOON,
        equity_quote=10_000.0,
        wallet_quote=10_000.0,
        day_start_equity_quote=10_000.0,
        open_trades=0,
        funding_paid_quote=0.0,
        basis="candle close",
        week_start_equity_quote=10_000.0,
        peak_equity_quote=10_000.0,
        free_quote=10_000.0,
    )
    return replace(plain, **changes)


def entry(**changes: Any) -> Entry:
    plain = Entry(
        time=NOON,
        market=market(),
        account=account(),
        edge=UNPROVEN,
        side=1,
        rate=100.0,
        leverage=10.0,
        stake_quote=2_500.0,
        own_stop_ratio=0.99,
    )
    return replace(plain, **changes)


def position(**changes: Any) -> Position:
    plain = Position(
        market=market(),
        side=1,
        open_rate=100.0,
        amount=100.0,
        margin_quote=1_000.0,
        leverage=10.0,
        rate=100.0,
    )
    return replace(plain, **changes)


def portfolio(size: int = 1, **changes: Any) -> Portfolio:
    """Return pairs of 2 % a day that do not move together, in a normal market."""
    plain = Portfolio(
        daily_volatility=np.full(size, 0.02),
        correlation=np.eye(size),
        betas=np.ones(size),
        market_daily_move=0.05,
        market_daily_volatility=0.02,
    )
    return replace(plain, **changes)
