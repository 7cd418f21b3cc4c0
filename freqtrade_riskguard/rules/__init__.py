"""The rules: one concept per file, all asked by the guard in the same way.

Who writes a rule of one's own finds all of it here: the questions, the answers, and what a rule may
see.
"""

from freqtrade_riskguard.rules.base import (
    ANSWERS,
    QUESTIONS,
    AccountLadderRule,
    BreakerRule,
    Cap,
    EntryRule,
    EquityFloorRule,
    ExitPriceRule,
    ExitRule,
    LeverageRule,
    Lock,
    PauseRule,
    PositionLadderRule,
    Rule,
    StakeFactorRule,
    StakeRule,
    Step,
    StopRule,
)
from freqtrade_riskguard.rules.book import RuleBook
from freqtrade_riskguard.snapshot import (
    UNKNOWN_FUNDING,
    Account,
    ClosedTrade,
    Entry,
    Funding,
    Market,
    PairHistory,
    Portfolio,
    Position,
)

__all__ = [
    "ANSWERS",
    "QUESTIONS",
    "UNKNOWN_FUNDING",
    "Account",
    "AccountLadderRule",
    "BreakerRule",
    "Cap",
    "ClosedTrade",
    "Entry",
    "EntryRule",
    "EquityFloorRule",
    "ExitPriceRule",
    "ExitRule",
    "Funding",
    "LeverageRule",
    "Lock",
    "Market",
    "PairHistory",
    "PauseRule",
    "Portfolio",
    "Position",
    "PositionLadderRule",
    "Rule",
    "RuleBook",
    "StakeFactorRule",
    "StakeRule",
    "Step",
    "StopRule",
]
