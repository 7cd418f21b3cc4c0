"""Where the journal is written."""

from pathlib import Path

from freqtrade.constants import Config
from freqtrade.enums import TRADE_MODES, RunMode

from freqtrade_riskguard.config import RiskGuardConfig


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
