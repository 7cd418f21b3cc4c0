"""Drawn positions and numbers that more than one property uses."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from freqtrade_riskguard.risk import TierTable, covariance_matrix, nearest_correlation
from tests.risk.tiers import tier_tables

# No deadline: it would measure the machine.
thorough = settings(max_examples=200, deadline=None)

sides = st.sampled_from((1, -1))
prices = st.floats(1e-6, 1e6)
fees = st.floats(0.0, 0.002)
USELESS = (math.nan, math.inf, -math.inf, 0.0, -1.0)
NOT_FINITE = (math.nan, math.inf, -math.inf)


@dataclass(frozen=True)
class Position:
    side: int
    entry_price: float
    stake_quote: float
    leverage: float
    tiers: TierTable
    taker_fee: float

    @property
    def amount(self) -> float:
        return self.stake_quote * self.leverage / self.entry_price

    def keywords(self, **changes: object) -> dict[str, object]:
        """What `liquidation_price` takes."""
        return {
            "side": self.side,
            "entry_price": self.entry_price,
            "amount": self.amount,
            "margin_quote": self.stake_quote,
            "tiers": self.tiers,
            "taker_fee": self.taker_fee,
        } | changes


@st.composite
def positions(draw: st.DrawFn) -> Position:
    """Positions that are alive at entry: the margin covers maintenance and exit fee there."""
    tiers, fee = draw(tier_tables()), draw(fees)
    stake = draw(st.floats(1.0, 1e6))
    highest = max(1.0, min(125.0, 0.99 / (max(tiers.rates) + fee)))
    return Position(
        side=draw(sides),
        entry_price=draw(prices),
        stake_quote=stake,
        leverage=draw(st.floats(1.0, highest)),
        tiers=tiers,
        taker_fee=fee,
    )


# volatilities 10 % and 20 %, correlation 0.5: covariance 0.01, 0.04 and 0.5*0.1*0.2 = 0.01
COVARIANCE = np.array([[0.01, 0.01], [0.01, 0.04]])


@st.composite
def covariances(draw):
    size = draw(st.integers(1, 5))
    raw = draw(hnp.arrays(np.float64, (size, size), elements=st.floats(-1.0, 1.0)))
    deviations = draw(hnp.arrays(np.float64, size, elements=st.floats(0.01, 1.0)))
    return covariance_matrix(deviations, nearest_correlation(raw))


books = covariances().flatmap(
    lambda matrix: st.tuples(
        hnp.arrays(np.float64, len(matrix), elements=st.floats(-2.0, 2.0)), st.just(matrix)
    )
)
