"""An exchange on loopback, from recorded or generated candles, for backtests without internet."""

from freqtrade_riskguard.replay.folder import DataFolderError
from freqtrade_riskguard.replay.server import ReplayExchange
from freqtrade_riskguard.replay.settings import freqtrade_config

__all__ = ["DataFolderError", "ReplayExchange", "freqtrade_config"]
