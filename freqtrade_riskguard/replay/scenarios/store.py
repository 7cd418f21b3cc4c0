"""Scenarios as files that freqtrade reads."""

from pathlib import Path

from freqtrade.data.history import get_datahandler
from freqtrade.enums import CandleType
from freqtrade.misc import pair_to_filename

from freqtrade_riskguard.replay.scenarios.frames import generate
from freqtrade_riskguard.replay.scenarios.scenario import Scenario


def write(scenario: Scenario, data_dir: Path) -> Path:
    """Generate a scenario and store it as a freqtrade data folder.

    Parameters
    ----------
    scenario
        What to generate.
    data_dir
        Folder to write to, created where it does not exist; files of the same pairs are replaced.

    Returns
    -------
    Path
        `data_dir`, to be given to freqtrade as ``--datadir``.
    """
    futures_dir = data_dir / "futures"
    futures_dir.mkdir(parents=True, exist_ok=True)
    handler = get_datahandler(data_dir, "feather")
    for pair, frames in generate(scenario).items():
        handler.ohlcv_store(pair, "5m", frames.futures_5m, CandleType.FUTURES)
        handler.ohlcv_store(pair, "1h", frames.futures_1h, CandleType.FUTURES)
        handler.ohlcv_store(pair, "1h", frames.mark_1h, CandleType.MARK)
        # Not through the handler: it writes the columns of its own version, and those of 2026.9
        # are unreadable to 2026.6, while the older layout is read by both.
        file_name = f"{pair_to_filename(pair)}-1h-{CandleType.FUNDING_RATE.value}.feather"
        frames.funding.to_feather(futures_dir / file_name, compression="lz4", compression_level=9)
    return data_dir
