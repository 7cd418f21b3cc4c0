"""Planned entries as a test wants them."""

from dataclasses import replace
from math import nan
from typing import Any

from freqtrade_riskguard.entry_report.entry_figures import EntryFigures
from tests.factories import NOON, PAIR

PLANNED = EntryFigures(
    pair=PAIR,
    side="long",
    time=NOON,
    rate=100.0,
    asked_leverage=10.0,
    leverage=3.0,
    max_leverage=50.0,
    leverage_rule="regime_cap",
    leverage_why="volatility 3.3 %/day, regime moderate",
    asked_stake_quote=2_500.0,
    stake_quote=900.0,
    min_stake_quote=5.0,
    stake_rule="fixed_risk",
    stake_why="1.00 % risk, stop 3.1 % away",
    refusal=None,
    planned_stake_quote=900.0,
    notional_quote=2_700.0,
    liquidation_price=68.0,
    liquidation_distance_ratio=0.32,
    stop_price=96.9,
    stop_distance_ratio=0.031,
    stop_rule="atr_stop",
    atr_stop_price=96.9,
    atr_stop_distance_ratio=0.031,
    planned_loss_quote=100.0,
    worst_move_ratio=-0.2,
    worst_loss_quote=540.0,
    worst_loss_ratio=0.054,
    liquidated_at_worst=False,
    survival=80.0,
)


def planned(**changes: Any) -> EntryFigures:
    """Return an entry that nothing is wrong with."""
    return replace(PLANNED, **changes)


def at_10x(**changes: Any) -> EntryFigures:
    """Return one that is liquidated before its stop."""
    return planned(
        leverage=10.0,
        liquidation_price=90.8,
        liquidation_distance_ratio=0.092,
        stop_price=90.1,
        stop_distance_ratio=0.099,
        atr_stop_price=nan,
        atr_stop_distance_ratio=nan,
        **changes,
    )
