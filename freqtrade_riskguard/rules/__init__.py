"""The rules: one concept per file, all asked by the guard in the same way."""

from freqtrade_riskguard.rules.base import (
    QUESTIONS,
    AccountLadderRule,
    BreakerRule,
    Cap,
    EntryRule,
    ExitPriceRule,
    ExitRule,
    LeverageRule,
    Lock,
    PositionLadderRule,
    Rule,
    StakeFactorRule,
    StakeRule,
    Step,
    StopRule,
)
from freqtrade_riskguard.rules.book import RuleBook

__all__ = [
    "QUESTIONS",
    "AccountLadderRule",
    "BreakerRule",
    "Cap",
    "EntryRule",
    "ExitPriceRule",
    "ExitRule",
    "LeverageRule",
    "Lock",
    "PositionLadderRule",
    "Rule",
    "RuleBook",
    "StakeFactorRule",
    "StakeRule",
    "Step",
    "StopRule",
]
