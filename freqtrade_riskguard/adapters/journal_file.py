"""Where the journal is written."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

from freqtrade.constants import Config
from freqtrade.enums import TRADE_MODES, RunMode
from freqtrade.exchange import timeframe_to_seconds
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.backtest_summary import GuardedRun, is_begun, tell_at_the_end
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.journal import Journal
from freqtrade_riskguard.tally import Tally


def begin_journal(journal: Journal, settings: RiskGuardConfig, strategy: IStrategy) -> None:
    """Begin the journal of a run; that of a backtest is summarised at its end."""
