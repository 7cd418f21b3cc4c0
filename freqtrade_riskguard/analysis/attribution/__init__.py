"""The worth of each rule's decisions: estimates, each rule alone."""

from freqtrade_riskguard.analysis.attribution.effect import RuleEffect
from freqtrade_riskguard.analysis.attribution.estimate import METHODS, effects_of
from freqtrade_riskguard.analysis.attribution.locks import doubled

__all__ = ["METHODS", "RuleEffect", "doubled", "effects_of"]
