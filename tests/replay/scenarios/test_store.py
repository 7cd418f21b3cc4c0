from dataclasses import replace

import pandas as pd
import pytest
from freqtrade.data.history import get_datahandler, load_pair_history
from freqtrade.enums import CandleType

from freqtrade_riskguard.replay.scenarios import SCENARIOS, generate, write

SCENARIO = replace(SCENARIOS["funding_squeeze"], days=23)
OHLCV = ["date", "open", "high", "low", "close", "volume"]


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    return write(SCENARIO, tmp_path_factory.mktemp("data") / "new" / "folder")


def test_writes_freqtrades_file_names(stored):
    assert sorted(path.name for path in (stored / "futures").iterdir()) == sorted(
        f"{base}_USDT_USDT-{rest}.feather"
        for base in ("BTC", "ETH", "SOL", "DOGE")
        for rest in ("5m-futures", "1h-futures", "1h-mark", "1h-funding_rate")
    )


def test_every_file_has_the_columns_that_all_versions_read(stored):
    for path in (stored / "futures").iterdir():
        assert list(pd.read_feather(path).columns) == OHLCV


@pytest.mark.parametrize(
    ("timeframe", "kind", "name"),
    [
        ("5m", CandleType.FUTURES, "futures_5m"),
        ("1h", CandleType.FUTURES, "futures_1h"),
        ("1h", CandleType.MARK, "mark_1h"),
    ],
)
def test_freqtrade_reads_the_candles_back(stored, timeframe, kind, name):
    for pair, frames in generate(SCENARIO).items():
        loaded = load_pair_history(
            pair=pair, timeframe=timeframe, datadir=stored, candle_type=kind, data_format="feather"
        )
        pd.testing.assert_frame_equal(loaded[OHLCV], getattr(frames, name), check_exact=True)


def test_candles_are_stored_as_freqtrade_stores_them(stored, tmp_path):
    handler = get_datahandler(tmp_path, "feather")
    for pair, frames in generate(SCENARIO).items():
        for timeframe, kind, candles in (
            ("5m", CandleType.FUTURES, frames.futures_5m),
            ("1h", CandleType.FUTURES, frames.futures_1h),
            ("1h", CandleType.MARK, frames.mark_1h),
        ):
            handler.ohlcv_store(pair, timeframe, candles, kind)
    for path in (theirs := tmp_path / "futures").iterdir():
        assert path.read_bytes() == (stored / "futures" / path.name).read_bytes()
    assert len(list(theirs.iterdir())) == 12


def test_freqtrade_reads_the_funding_back_with_its_changing_interval(stored):
    for pair, frames in generate(SCENARIO).items():
        loaded = load_pair_history(
            pair=pair,
            timeframe="1h",
            datadir=stored,
            candle_type=CandleType.FUNDING_RATE,
            data_format="feather",
            fill_up_missing=False,
        )
        rates = loaded["funding_rate"] if "funding_rate" in loaded else loaded["open"]
        assert rates.tolist() == frames.funding["open"].tolist()
        assert loaded["date"].tolist() == frames.funding["date"].tolist()


def test_writing_again_gives_the_same_files(stored, tmp_path):
    again = write(SCENARIO, tmp_path)
    for path in (stored / "futures").iterdir():
        assert path.read_bytes() == (again / "futures" / path.name).read_bytes()
