"""Maintenance tiers for tests: Binance's real ones as freqtrade ships them, and drawn ones."""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from hypothesis import strategies as st

from freqtrade_riskguard.risk import TierTable

Bracket = tuple[float, float, float, float, float]

FLAT = TierTable.flat(0.005)
# 1 % up to 1000, 2 % above: cum = 1000*(0.02 - 0.01) = 10
STEPPED = TierTable.build([(0.0, 1000.0, 0.01, 0.0, 50.0), (1000.0, None, 0.02, None, 25.0)])
# and 5 % above 5000: cum = 10 + 5000*(0.05 - 0.02) = 160
THREE = TierTable.build(
    [
        (0.0, None, 0.01, 0.0, None),
        (1000.0, None, 0.02, None, None),
        (5000.0, None, 0.05, None, None),
    ]
)
# amounts that do not continue the margin: it falls by 10 or rises by 10 at 1000
FALLING, RISING = (
    TierTable.build(
        [
            (0.0, None, 0.01, 0.0, 50.0),
            (1000.0, None, 0.02, amount, 25.0),
            (1e6, None, 0.05, None, 10.0),
        ]
    )
    for amount in (30.0, 0.0)
)


@cache
def binance_rows() -> dict[str, list[Bracket]]:
    """(floor, cap, rate, amount, leverage) of each bracket, from the installed freqtrade."""
    spec = find_spec("freqtrade")
    assert spec is not None
    assert spec.origin is not None
    file = Path(spec.origin).parent / "exchange" / "binance_leverage_tiers.json"
    return {
        symbol: [
            (
                bracket["minNotional"],
                bracket["maxNotional"],
                bracket["maintenanceMarginRate"],
                float(bracket["info"]["cum"]),
                bracket["maxLeverage"],
            )
            for bracket in brackets
        ]
        for symbol, brackets in json.loads(file.read_text()).items()
    }


@cache
def binance_tables() -> dict[str, TierTable]:
    return {symbol: TierTable.build(rows) for symbol, rows in binance_rows().items()}


def marginal_maintenance(rows: list[Bracket], notional: float) -> float:
    """Maintenance margin without any `cum`: each bracket's rate on the part that lies within it."""
    margin = 0.0
    for index, (floor, _, rate, _, _) in enumerate(rows):
        end = rows[index + 1][0] if index + 1 < len(rows) else float("inf")
        margin += rate * max(0.0, min(notional, end) - floor)
    return margin


@st.composite
def tier_tables(draw: st.DrawFn) -> TierTable:
    """Continuous tables of one to five tiers with rising rates, as exchanges publish them."""
    count = draw(st.integers(1, 5))
    floors = sorted(draw(st.sets(st.floats(1e3, 1e7), min_size=count - 1, max_size=count - 1)))
    rates = sorted(draw(st.lists(st.floats(0.001, 0.25), min_size=count, max_size=count)))
    rows = zip([0.0, *floors], rates, strict=True)
    return TierTable.build((floor, None, rate, None, None) for floor, rate in rows)
