"""An exchange on loopback, from recorded or generated candles, for work without internet."""

from freqtrade_riskguard.replay.clock import ShiftedClock, VirtualClock
from freqtrade_riskguard.replay.faults import Faults
from freqtrade_riskguard.replay.folder import DataFolderError
from freqtrade_riskguard.replay.server import ReplayExchange
from freqtrade_riskguard.replay.settings import freqtrade_config

__all__ = [
    "DataFolderError",
    "Faults",
    "ReplayExchange",
    "ShiftedClock",
    "VirtualClock",
    "freqtrade_config",
]
