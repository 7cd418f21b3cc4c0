"""An exchange on loopback, from recorded or generated candles, for work without internet."""

from typing import TYPE_CHECKING

from freqtrade_riskguard.lazy_exports import exported

__all__ = [
    "DataFolderError",
    "Faults",
    "ReplayExchange",
    "ShiftedClock",
    "VirtualClock",
    "freqtrade_config",
]

if TYPE_CHECKING:
    from freqtrade_riskguard.replay.clock import ShiftedClock, VirtualClock
    from freqtrade_riskguard.replay.data_folder import DataFolderError
    from freqtrade_riskguard.replay.faults import Faults
    from freqtrade_riskguard.replay.freqtrade_config import freqtrade_config
    from freqtrade_riskguard.replay.server import ReplayExchange
else:
    # The arguments of `riskguard scenario` name the scenarios: no reason to load a web server.
    __getattr__, __dir__ = exported(
        __name__,
        {
            "DataFolderError": "freqtrade_riskguard.replay.data_folder",
            "Faults": "freqtrade_riskguard.replay.faults",
            "ReplayExchange": "freqtrade_riskguard.replay.server",
            "ShiftedClock": "freqtrade_riskguard.replay.clock",
            "VirtualClock": "freqtrade_riskguard.replay.clock",
            "freqtrade_config": "freqtrade_riskguard.replay.freqtrade_config",
        },
    )
