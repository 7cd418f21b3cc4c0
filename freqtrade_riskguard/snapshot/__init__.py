"""The snapshots that a rule sees: plain frozen figures of one moment, and nothing of freqtrade.

Conventions: ``side`` is +1 for long and -1 for short; ``*_quote`` is in the stake currency;
NaN means *unknown*, which must never lead to more risk.
"""

from freqtrade_riskguard.snapshot.account import Account
from freqtrade_riskguard.snapshot.entry import ClosedTrade, Entry, PairHistory
from freqtrade_riskguard.snapshot.market import UNKNOWN_FUNDING, Funding, Market
from freqtrade_riskguard.snapshot.portfolio import Portfolio
from freqtrade_riskguard.snapshot.position import MarginMode, Position

__all__ = [
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
]
