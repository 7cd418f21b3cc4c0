"""An account on contracts whose prices are straight lines between given corners."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from freqtrade_riskguard.replay.filters import Filters
from freqtrade_riskguard.replay.funding import FundingRates
from freqtrade_riskguard.replay.matching import (
    Contract,
    MarginMode,
    MatchingEngine,
    MatchingRules,
    MatchingState,
    PricePath,
)
from freqtrade_riskguard.risk.tiers import TierTable

BTC, ETH = "BTCUSDT", "ETHUSDT"
HOUR_MS = 3_600_000

# Up to 10,000 of notional 1 %, above it 2 %: the deduction is 10,000 * (2 % - 1 %) = 100.
TIERS = TierTable.build([
    (0.0, 10_000.0, 0.01, 0.0, 20.0),
    (10_000.0, 1_000_000.0, 0.02, 100.0, 10.0),
])  # fmt: skip

FREE = MatchingRules(maker_fee_rate=0.0, taker_fee_rate=0.0)
NO_FUNDING = FundingRates(times_ms=np.empty(0, dtype=np.int64), rates=np.empty(0))


@dataclass(frozen=True)
class GivenPrices:
    """Prices and funding as a test gives them."""

    last: PricePath
    mark: PricePath
    funding: FundingRates = NO_FUNDING


def path(*corners):
    """Return straight lines through corners ``(hours, price)``; the same hour twice is a jump."""
    lines = [(begin, end) for begin, end in pairwise(corners) if begin[0] < end[0]]
    return PricePath(
        begins_ms=np.array([begin[0] * HOUR_MS for begin, _ in lines], dtype="float64"),
        ends_ms=np.array([end[0] * HOUR_MS for _, end in lines], dtype="float64"),
        begin_prices=np.array([begin[1] for begin, _ in lines], dtype="float64"),
        end_prices=np.array([end[1] for _, end in lines], dtype="float64"),
    )


def funding(*payments):
    """Return payments ``(hours, rate)``."""
    return FundingRates(
        times_ms=np.array([hours * HOUR_MS for hours, _ in payments], dtype=np.int64),
        rates=np.array([rate for _, rate in payments], dtype="float64"),
    )


def contract(last, *, mark=None, symbol=BTC, payments=NO_FUNDING, tiers=TIERS, liquidation_fee=0.0):
    """Return a contract with ticks of 0.1, lots of 0.001 and a smallest order of 5."""
    return Contract(
        symbol=symbol,
        filters=Filters(
            price_decimals=1, quantity_decimals=3, min_notional_quote=5, max_quantity_base=1000
        ),
        tiers=tiers,
        prices=GivenPrices(last, last if mark is None else mark, payments),
        liquidation_fee_rate=liquidation_fee,
    )


def account(*contracts, wallet=1000.0, leverage=10, mode=MarginMode.ISOLATED, rules=FREE):
    """Return an account with a deposit, at hour 0, its contracts all set alike."""
    engine = MatchingEngine(contracts, MatchingState(now_ms=0), rules)
    engine.deposit(wallet)
    for listed in contracts:
        engine.set_leverage(listed.symbol, leverage)
        if mode is MarginMode.ISOLATED:
            engine.set_margin_mode(listed.symbol, mode)
    return engine


def hours(count):
    """Return a time in milliseconds."""
    return round(count * HOUR_MS)
