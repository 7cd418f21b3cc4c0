"""The rules: one concept per file, all asked by the guard in the same way."""

from freqtrade_riskguard.rules.base import (
    BreakerRule,
    Cap,
    EntryRule,
    LeverageRule,
    Lock,
    Rule,
    StakeRule,
    StopRule,
)
from freqtrade_riskguard.rules.book import RuleBook
from freqtrade_riskguard.rules.build import build_rules

__all__ = [
    "BreakerRule",
    "Cap",
    "EntryRule",
    "LeverageRule",
    "Lock",
    "Rule",
    "RuleBook",
    "StakeRule",
    "StopRule",
    "build_rules",
]
