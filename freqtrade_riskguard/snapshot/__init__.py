"""The snapshots that a rule sees: plain frozen figures of one moment, and nothing of freqtrade.

Conventions: ``side`` is +1 for long and -1 for short; ``*_quote`` is in the stake currency;
NaN means *unknown*, which must never lead to more risk.
"""

from freqtrade_riskguard.snapshot.account import Account
from freqtrade_riskguard.snapshot.entry import NO_HISTORY, ClosedTrade, Entry, PairHistory
from freqtrade_riskguard.snapshot.market import DEFAULT_TAKER_FEE, UNKNOWN_FUNDING, Funding, Market
from freqtrade_riskguard.snapshot.portfolio import LEAST_RETURNS, Portfolio, market_pair
from freqtrade_riskguard.snapshot.position import MarginMode, Position

__all__ = [
    "DEFAULT_TAKER_FEE",
    "LEAST_RETURNS",
    "NO_HISTORY",
    "UNKNOWN_FUNDING",
    "Account",
    "ClosedTrade",
    "Entry",
    "Funding",
    "MarginMode",
    "Market",
    "PairHistory",
    "Portfolio",
    "Position",
    "market_pair",
]
