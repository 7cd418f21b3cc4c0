"""The matching mathematics of the simulated exchange: knows no venue's JSON and no network."""

from freqtrade_riskguard.replay.matching.account import (
    AccountSummary,
    ContractSettings,
    Holding,
    Income,
    IncomeKind,
    MarginMode,
    Position,
)
from freqtrade_riskguard.replay.matching.contract import Contract, MatchingRules, Prices
from freqtrade_riskguard.replay.matching.engine import MatchingEngine
from freqtrade_riskguard.replay.matching.orders import (
    ConditionalKind,
    ConditionalOrder,
    ConditionalStatus,
    Fill,
    Order,
    OrderStatus,
    OrderType,
    Origin,
    PriceKind,
    Side,
    TimeInForce,
)
from freqtrade_riskguard.replay.matching.price_path import PricePath
from freqtrade_riskguard.replay.matching.recorded_prices import RecordedPrices
from freqtrade_riskguard.replay.matching.refusal import Reason, RequestRefusedError
from freqtrade_riskguard.replay.matching.state import MatchingState, PriceFactors

__all__ = [
    "AccountSummary",
    "ConditionalKind",
    "ConditionalOrder",
    "ConditionalStatus",
    "Contract",
    "ContractSettings",
    "Fill",
    "Holding",
    "Income",
    "IncomeKind",
    "MarginMode",
    "MatchingEngine",
    "MatchingRules",
    "MatchingState",
    "Order",
    "OrderStatus",
    "OrderType",
    "Origin",
    "Position",
    "PriceFactors",
    "PriceKind",
    "PricePath",
    "Prices",
    "Reason",
    "RecordedPrices",
    "RequestRefusedError",
    "Side",
    "TimeInForce",
]
