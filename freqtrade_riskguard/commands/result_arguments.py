"""The part that the commands that read results have in common."""

import logging
from pathlib import Path

from freqtrade_riskguard.adapters.backtests.candles import data_folder, read_candles
from freqtrade_riskguard.adapters.backtests.files import ResultError, find_result, read_result
from freqtrade_riskguard.adapters.backtests.tiers import read_tiers
from freqtrade_riskguard.analysis.candle_fit import fit_of
from freqtrade_riskguard.analysis.result_analysis import ResultAnalysis, examine


def examine_result(
    given: Path | None,
    strategy: str | None,
    *,
    user_dir: Path,
    data_dir: Path | None,
    option: str = "--strategy",
    needs_trades: bool = True,
) -> ResultAnalysis:
    """Find, read and measure a result.

    Parameters
    ----------
    given : Path or None
        See :func:`~freqtrade_riskguard.adapters.backtests.files.find_result`.
    strategy : str or None
        Which, where it has several.
    user_dir, data_dir : Path
        Where results and candles are looked for.
    option, needs_trades
        See :func:`~freqtrade_riskguard.adapters.backtests.files.read_result`.

    Raises
    ------
    ResultError
        Where it cannot be read, or the candles are not its own; the message is one line that names
        the file and the remedy.
    """
    # What it logs of missing candles is told in our own words.
    logging.getLogger("freqtrade").addHandler(logging.NullHandler())
    result = read_result(
        find_result(given, user_dir), strategy, option=option, needs_trades=needs_trades
    )
    folder = data_folder(result, data_dir, user_dir)
    candles = read_candles(result, folder)
    fit = fit_of(result, candles)
    if fit.is_other_market:
        raise ResultError(
            f"{result.path}: the candles in {folder} are not those of this backtest "
            f"({fit.outside:,} of {fit.judged:,} fills lie outside their candle): "
            "give --datadir the folder that it ran on"
        )
    return examine(result, candles, read_tiers(result, folder))
