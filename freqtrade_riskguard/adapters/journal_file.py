"""Where the journal is written."""

from datetime import timedelta
from pathlib import Path

from freqtrade.constants import Config
from freqtrade.enums import TRADE_MODES, RunMode
from freqtrade.exchange import timeframe_to_seconds
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.journal import Journal


def begin_journal(journal: Journal, settings: RiskGuardConfig, strategy: IStrategy) -> None:
    """Begin the journal of a run."""
    live = strategy.config.get("runmode") in TRADE_MODES
    # A signal that lasts is asked about in every loop; once per candle is news enough.
    repeat_after = timedelta(seconds=timeframe_to_seconds(strategy.timeframe) if live else 0)
    path = journal_path(settings, strategy.config)
    journal.begin(path, anew=not live, repeat_after=repeat_after)


def journal_path(settings: RiskGuardConfig, config: Config) -> Path | None:
    """Return the journal's file; None for none.

    A running bot appends to the file that is configured. A backtest with the same configuration
    must not touch that: it writes ``<name>.backtest<suffix>``. Hyperopt's runs write nothing.
    """
    runmode = config.get("runmode")
    if settings.journal_file is None or runmode == RunMode.HYPEROPT:
        return None
    path = Path(settings.journal_file)
    return path if runmode in TRADE_MODES else path.with_suffix(f".{runmode}{path.suffix}")
