"""Where the journal is written."""

import os
from datetime import timedelta
from pathlib import Path

from freqtrade.constants import Config
from freqtrade.enums import RunMode
from freqtrade.exchange import timeframe_to_seconds
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.backtests.summary_hook import (
    GuardedRun,
    NoteLocks,
    note_nothing,
    summarise_at_end,
)
from freqtrade_riskguard.adapters.bot.notifications import Notifications
from freqtrade_riskguard.adapters.run_mode import is_running_bot
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.engine.decision_stats import DecisionStats
from freqtrade_riskguard.engine.journal import Journal


def begin_journal(
    journal: Journal,
    settings: RiskGuardConfig,
    strategy: IStrategy,
    messages: Notifications,
    note_last_locks: NoteLocks = note_nothing,
) -> None:
    """Begin the journal of a run, which is summarised at the end where that is a backtest.

    Parameters
    ----------
    messages : Notifications
        Told of every decision where that is a running bot.
    note_last_locks : callable, optional
        Told, at the end of a backtest, of all its locks.
    """
    runmode, name = strategy.config.get("runmode"), strategy.get_strategy_name()
    path = journal_path(settings, strategy.config)
    if runmode == RunMode.BACKTEST:
        # The strategies of one backtest share its file.
        run = GuardedRun(
            name, journal, DecisionStats(), path, backtest_path(settings), note_last_locks
        )
        anew = summarise_at_end(run)
        journal.start_run(path, anew=anew, strategy=name, counts=run.decision_stats)
        return
    live = is_running_bot(strategy.config)
    # A signal that lasts is asked about in every loop; once per candle is news enough.
    repeat_after = timedelta(seconds=timeframe_to_seconds(strategy.timeframe) if live else 0)
    counts = messages if live else None
    journal.start_run(path, anew=not live, repeat_after=repeat_after, strategy=name, counts=counts)


def journal_path(settings: RiskGuardConfig, config: Config) -> Path | None:
    """Return the file that the journal is written to; None for none.

    A running bot appends to the file that is configured. A backtest with the same configuration
    must not touch that, nor the file of another backtest that runs meanwhile: it writes to
    ``<name>.backtest.<process><suffix>`` until its result has a name. Other commands write to
    ``<name>.<runmode><suffix>``, and hyperopt's runs to nothing.
    """
    runmode = config.get("runmode")
    if settings.journal_file is None or runmode == RunMode.HYPEROPT:
        return None
    path = Path(settings.journal_file)
    if is_running_bot(config):
        return path
    process = f".{os.getpid()}" if runmode == RunMode.BACKTEST else ""
    return path.with_suffix(f".{runmode}{process}{path.suffix}")


def backtest_path(settings: RiskGuardConfig) -> Path | None:
    """Return where the journal of a backtest ends up that has no result file; None for none."""
    if settings.journal_file is None:
        return None
    path = Path(settings.journal_file)
    return path.with_suffix(f".{RunMode.BACKTEST}{path.suffix}")
