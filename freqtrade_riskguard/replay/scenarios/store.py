"""Scenarios as files that freqtrade reads."""

from pathlib import Path

from freqtrade_riskguard.replay.scenarios.frames import generate
from freqtrade_riskguard.replay.scenarios.scenario import Scenario

# freqtrade's name of a pair on disk: BTC_USDT_USDT.
_TO_FILE = str.maketrans("/:", "__")


def write(scenario: Scenario, data_dir: Path) -> Path:
    """Generate a scenario and store it as a freqtrade data folder.

    The files are those that freqtrade's own data handler would write, without loading freqtrade.
    Only funding rates differ: freqtrade writes the columns of its version, of which those of
    2026.9 are unreadable to 2026.6, while the older layout is read by both.

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
    for pair, frames in generate(scenario).items():
        for kind, candles in (
            ("5m-futures", frames.futures_5m),
            ("1h-futures", frames.futures_1h),
            ("1h-mark", frames.mark_1h),
            ("1h-funding_rate", frames.funding),
        ):
            path = futures_dir / f"{pair.translate(_TO_FILE)}-{kind}.feather"
            candles.to_feather(path, compression="lz4", compression_level=9)
    return data_dir
