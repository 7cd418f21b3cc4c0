"""Made-up markets for demonstrations and tests: the same seed always gives the same candles."""

from typing import TYPE_CHECKING

from freqtrade_riskguard.lazy_exports import exported
from freqtrade_riskguard.replay.scenarios.coins import DEFAULT_PAIRS, PairModel
from freqtrade_riskguard.replay.scenarios.library import SCENARIOS
from freqtrade_riskguard.replay.scenarios.scenario import Scenario

__all__ = [
    "DEFAULT_PAIRS",
    "SCENARIOS",
    "PairFrames",
    "PairModel",
    "Scenario",
    "generate",
    "write",
]

if TYPE_CHECKING:
    from freqtrade_riskguard.replay.scenarios.frames import PairFrames, generate
    from freqtrade_riskguard.replay.scenarios.store import write
else:
    # A list of scenarios needs no pandas.
    __getattr__, __dir__ = exported(
        __name__,
        {
            "PairFrames": "freqtrade_riskguard.replay.scenarios.frames",
            "generate": "freqtrade_riskguard.replay.scenarios.frames",
            "write": "freqtrade_riskguard.replay.scenarios.store",
        },
    )
