import pytest

from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.intervals import INTERVALS
from freqtrade_riskguard.replay.open_candle import OpenCandle
from tests.replay.recordings import flat, moment, open_venue, rising, store, store_funding

FIVE, HOUR, FOUR_HOURS = INTERVALS["5m"], INTERVALS["1h"], INTERVALS["4h"]


def tape_of(folder):
    (recording,) = open_venue(folder, 0).tapes.values()
    return recording


@pytest.fixture
def recording(tmp_path):
    """An hour and a quarter of 5m candles that rise by 1 from 100; hours from elsewhere.

    The hours' prices have the one decimal that makes a tick of 0.1.
    """
    store(tmp_path, "5m", rising(100, 15))
    store(tmp_path, "1h", [(90, 91.5, 89, 90, 1), (95, 96, 94, 95, 1)])
    store(tmp_path, "1h", [(200, 201, 199, 200, 0), (210, 211, 209, 210, 0)], kind="mark")
    return tape_of(tmp_path)


def test_at_its_beginning_and_ten_seconds_on_a_candle_stands_at_its_open(recording):
    for seconds in (0, 1, 10):
        assert recording.price(FUTURES, moment(minutes=10, seconds=seconds)) == 102
    # 30 of 290 s: 0.31 of the way down to the low of 101.
    assert recording.price(FUTURES, moment(minutes=10, seconds=40)) == 101.7


def test_there_is_no_price_before_the_first_candle_and_the_last_one_stays(recording):
    assert recording.price(FUTURES, moment() - 1) is None
    # The 5m candles end at 01:15 at 115; the hour that says 95 until 02:00 goes on alone.
    assert recording.price(FUTURES, moment(minutes=75) - 1) == pytest.approx(115, abs=1)
    assert recording.price(FUTURES, moment(minutes=76)) == pytest.approx(95, abs=1)
    assert recording.price(FUTURES, moment(days=3)) == 95


def test_the_mark_price_is_that_of_the_trades_between_recorded_marks(recording):
    now_ms = moment(minutes=10)
    assert recording.price(MARK, now_ms) == recording.price(FUTURES, now_ms) == 102


def test_a_long_candle_forms_from_short_ones(recording):
    # 00:12:35 is half way through the third candle (102, low 101, high 104): 102.5. The two
    # before it reached 103 and 99, and the hour's own file knows its open.
    now_ms = moment(minutes=12, seconds=35)
    third = recording.forming(FUTURES, FIVE, now_ms)
    assert third == OpenCandle(102, 102.5, 101, 102.5, 5)
    assert recording.forming(FUTURES, HOUR, now_ms) == OpenCandle(90, 103, 90, 102.5, 25)
    # Nobody recorded four hours: they open as the first short candle did.
    assert recording.forming(FUTURES, FOUR_HOURS, now_ms) == OpenCandle(100, 103, 99, 102.5, 25)
    # A mark's candle opens as recorded and has no volume.
    assert recording.forming(MARK, HOUR, now_ms) == OpenCandle(200, 200, 99, 102.5, 0)


def test_nothing_forms_outside_the_recording_or_shorter_than_it(recording):
    assert recording.forming(FUTURES, HOUR, moment() - 1) is None
    assert recording.forming(FUTURES, HOUR, moment(days=1)) is None
    # At 01:20 only the hour is left, which says nothing about five minutes.
    assert recording.forming(FUTURES, FIVE, moment(minutes=80)) is None
    assert recording.forming(FUTURES, HOUR, moment(minutes=80)).open_price == 95


def test_a_candle_whose_beginning_was_not_recorded_does_not_form(tmp_path):
    store(tmp_path, "5m", rising(100, 24), start="2024-01-01 00:30")
    recording = tape_of(tmp_path)
    assert recording.forming(FUTURES, HOUR, moment(minutes=45)) is None
    assert recording.forming(FUTURES, HOUR, moment(minutes=61)).open_price == 106


def test_a_candle_with_a_gap_opens_at_its_first_trade(tmp_path):
    dates = [f"2024-01-01 {time}" for time in ("00:55", "01:10", "01:15")]
    store(tmp_path, "5m", rising(100, 3), dates=dates)
    recording = tape_of(tmp_path)
    assert recording.forming(FUTURES, HOUR, moment(minutes=65)) is None
    assert recording.price(FUTURES, moment(minutes=65)) == 101
    assert recording.forming(FUTURES, HOUR, moment(minutes=75)) == OpenCandle(
        101, 103, 100, 102, 10
    )


def test_knows_its_end_and_its_funding(tmp_path, recording):
    assert recording.end_ms == moment(hours=2)
    assert recording.funding.last_rate(moment(days=1)) is None
    store_funding(tmp_path, [0.0001])
    assert tape_of(tmp_path).funding.last_rate(moment(days=1)) == 0.0001


def test_prices_that_were_never_rounded_are_quoted_in_ticks(tmp_path):
    store(tmp_path, "5m", flat(100 / 3, 3))
    # Five significant digits: 33.333
    assert tape_of(tmp_path).price(FUTURES, moment(minutes=1)) == 33.333
