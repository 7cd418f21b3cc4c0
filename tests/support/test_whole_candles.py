from inspect import signature

import pandas as pd
import pytest
from freqtrade.data.converter import clean_ohlcv_dataframe, converter, ohlcv_fill_up_missing_data
from freqtrade.enums import CandleType

from tests.support import whole_candles

pytestmark = pytest.mark.skipif(
    "candle_type" not in signature(clean_ohlcv_dataframe).parameters,
    reason="this freqtrade does not tell what kind of candles it cleans: all are left to it",
)

PAIR = "BTC/USDT:USDT"
HOW = {"candle_type": CandleType.FUTURES}
EVERY_WAY = [
    {**HOW, "fill_missing": fill, "drop_incomplete": drop}
    for fill in (True, False)
    for drop in (True, False)
]


@pytest.fixture(scope="module", params=["5m", "1h"])
def candles(calm, request):
    """Timeframe and candles; freqtrade's own times have milliseconds."""
    path = calm / "futures" / f"BTC_USDT_USDT-{request.param}-futures.feather"
    frame = pd.read_feather(path).tail(500).reset_index(drop=True)
    return request.param, frame.assign(date=frame["date"].dt.as_unit("ms"))


@pytest.fixture
def asked(monkeypatch):
    """What freqtrade itself was asked for."""
    found = []

    def noted(name, function):
        def ask(*args, **how):
            found.append(name)
            return function(*args, **how)

        return ask

    monkeypatch.setattr(whole_candles, "_clean", noted("clean", clean_ohlcv_dataframe))
    monkeypatch.setattr(whole_candles, "_fill", noted("fill", ohlcv_fill_up_missing_data))
    return found


def filled(timeframe, frame):
    """Return what freqtrade makes of it, and what we do."""
    return (
        ohlcv_fill_up_missing_data(frame.copy(), timeframe, PAIR, **HOW),
        whole_candles.fill(frame.copy(), timeframe, PAIR, **HOW),
    )


def cleaned(timeframe, frame, how):
    """Return what freqtrade makes of it, and what we do."""
    return (
        clean_ohlcv_dataframe(frame.copy(), timeframe, PAIR, **how),
        whole_candles.clean(frame.copy(), timeframe, PAIR, **how),
    )


@pytest.mark.parametrize("rows", [2, 500])
def test_whole_candles_stay_what_freqtrade_makes_of_them(candles, asked, rows):
    timeframe, frame = candles
    last = frame.iloc[-rows:]

    expected, found = filled(timeframe, last)
    pd.testing.assert_frame_equal(found, expected, check_freq=False)
    for how in EVERY_WAY:
        expected, found = cleaned(timeframe, last, how)
        pd.testing.assert_frame_equal(found, expected, check_freq=False)

    assert not asked


@pytest.mark.parametrize(
    "spoil",
    [
        lambda frame: frame.drop(index=[250]),
        lambda frame: frame.iloc[:0],
        lambda frame: frame.iloc[:1],
        lambda frame: frame.assign(date=frame["date"] + pd.Timedelta("7s")),
        lambda frame: frame.assign(volume=frame["volume"].where(frame.index != 250)),
    ],
    ids=["gap", "none", "one", "shifted", "not a number"],
)
def test_all_others_are_left_to_freqtrade(candles, asked, spoil):
    timeframe, frame = candles

    expected, found = filled(timeframe, spoil(frame))
    pd.testing.assert_frame_equal(found, expected)
    for how in EVERY_WAY:
        expected, found = cleaned(timeframe, spoil(frame), how)
        pd.testing.assert_frame_equal(found, expected)

    assert asked == ["fill", *["clean"] * len(EVERY_WAY)]


def test_candles_of_an_untold_kind_are_left_to_freqtrade(candles):
    timeframe, frame = candles
    assert whole_candles.is_whole(frame, timeframe, CandleType.FUTURES)
    for kind in (None, CandleType.FUNDING_RATE):
        assert not whole_candles.is_whole(frame, timeframe, kind)


def test_what_comes_twice_is_grouped(candles, asked):
    timeframe, frame = candles
    twice = pd.concat([frame, frame.tail(3)])

    expected, found = cleaned(timeframe, twice, EVERY_WAY[0])

    pd.testing.assert_frame_equal(found, expected)
    assert asked == ["clean"]


def test_the_original_does_not_change_with_the_result(candles):
    timeframe, frame = candles
    given = frame.copy()
    made = whole_candles.fill(given, timeframe, PAIR, **HOW)

    made.loc[0, "close"] = 1.0

    pd.testing.assert_frame_equal(given, frame)


def test_it_ends():
    with whole_candles.left_alone():
        assert converter.clean_ohlcv_dataframe is whole_candles.clean
    assert converter.clean_ohlcv_dataframe is clean_ohlcv_dataframe
    assert converter.ohlcv_fill_up_missing_data is ohlcv_fill_up_missing_data
