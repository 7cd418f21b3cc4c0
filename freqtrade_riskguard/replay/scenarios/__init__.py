"""Made-up markets for demonstrations and tests: the same seed always gives the same candles."""

from freqtrade_riskguard.replay.scenarios.coins import DEFAULT_PAIRS, PairModel
from freqtrade_riskguard.replay.scenarios.frames import PairFrames, generate
from freqtrade_riskguard.replay.scenarios.library import SCENARIOS
from freqtrade_riskguard.replay.scenarios.scenario import Scenario
from freqtrade_riskguard.replay.scenarios.store import write

__all__ = [
    "DEFAULT_PAIRS",
    "SCENARIOS",
    "PairFrames",
    "PairModel",
    "Scenario",
    "generate",
    "write",
]
