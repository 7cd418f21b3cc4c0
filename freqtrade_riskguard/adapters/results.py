"""freqtrade's backtest results, read with freqtrade's own reader."""

from datetime import datetime
from pathlib import Path
from typing import Any

from freqtrade.data.btanalysis import load_backtest_stats

from freqtrade_riskguard.analysis.outcome import Outcome, outcome_of


def read_outcome(folder: Path, strategy: str) -> Outcome:
    """Return the figures of the newest backtest in a folder.

    Raises
    ------
    ValueError
        Where there is no result, or none of that strategy.
    """
    files = sorted(folder.glob("*.zip"))
    if not files:
        msg = f"no backtest result in {folder}"
        raise ValueError(msg)
    stats: dict[str, Any] | None = load_backtest_stats(files[-1])["strategy"].get(strategy)
    if stats is None:
        msg = f"{files[-1]} holds no result of {strategy}"
        raise ValueError(msg)
    return outcome_of(
        profits_quote=[trade["profit_abs"] for trade in stats["trades"]],
        close_times=[datetime.fromisoformat(trade["close_date"]) for trade in stats["trades"]],
        exit_reasons=[trade["exit_reason"] for trade in stats["trades"]],
        leverages=[trade["leverage"] for trade in stats["trades"]],
        starting_balance_quote=stats["starting_balance"],
        locks=len(stats["locks"]),
    )
