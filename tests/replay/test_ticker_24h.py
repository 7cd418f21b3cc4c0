from freqtrade_riskguard.replay.candle_store import CandleStore
from freqtrade_riskguard.replay.data_folder import Contract
from freqtrade_riskguard.replay.ticker_24h import Day, last_day
from tests.replay.recordings import flat, moment, store

BTC = Contract("BTC", "USDT")


def test_what_the_last_24_hours_say(tmp_path):
    older, day = flat(50.0, 3, volume=99.0), flat(10.0, 22, volume=1.0)
    candle_store = CandleStore(
        store(tmp_path, "1h", [*older, *day, (10, 30, 5, 20, 22), *flat(70, 5)]), BTC
    )
    # At 26:30 the candles from 03:00 to 26:00 count: 22 of volume 1 at 10, one of 22 at 20.
    assert last_day(candle_store, moment(hours=26, minutes=30)) == Day(
        open_price=10, high_price=30, low_price=5, average_price=15, volume_base=44
    )


def test_without_volume_the_average_is_that_of_the_closes(tmp_path):
    candle_store = CandleStore(
        store(tmp_path, "1h", [*flat(10.0, 1, volume=0), *flat(20.0, 1, volume=0)]), BTC
    )
    assert last_day(candle_store, moment(hours=2)).average_price == 15


def test_there_is_no_day_before_the_first_candle_has_ended(tmp_path):
    candle_store = CandleStore(store(tmp_path, "1h", flat(10.0, 1)), BTC)
    assert last_day(candle_store, moment(minutes=59)) is None
    assert last_day(candle_store, moment(hours=25)) is None
