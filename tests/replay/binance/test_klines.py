import pytest

from freqtrade_riskguard.replay.requests import RefusalError
from tests.replay.recordings import ask, begins, candles_of, flat, moment, open_venue, rising, store

FOUR = {"symbol": "BTCUSDT", "interval": "5m", "limit": 4}


@pytest.fixture
def folder(tmp_path):
    """2000 5m candles from 00:00; each opens at 100 + its number."""
    return store(tmp_path, "5m", rising(100, 2000))


@pytest.fixture
def venue(folder):
    """Half way through the candle that begins after an hour."""
    return open_venue(folder, moment(minutes=62, seconds=35))


def numbers(rows):
    return [round(minute / 5) for minute in begins(rows)]


def test_without_times_come_the_newest_the_forming_one_last(venue):
    rows = ask(venue, "klines", **FOUR)
    assert numbers(rows) == [9, 10, 11, 12]
    # Number 11 has ended. Number 12 opens at 112 and is half way from 111 to 114.
    assert candles_of(rows)[-2:] == [
        (moment(minutes=55), 111, 113, 110, 112, 10),
        (moment(minutes=60), 112, 112, 111, 112, 5),
    ]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, None, [0, 1, 2, 3]),
        (1, None, [1, 2, 3, 4]),
        (10, None, [10, 11, 12]),
        (12, None, [12]),
        (13, None, []),
        (None, 8, [5, 6, 7, 8]),
        (None, 2, [0, 1, 2]),
        (None, 12, [9, 10, 11, 12]),
        (None, 11.9, [8, 9, 10, 11]),
        (None, -1, []),
        (3, 5, [3, 4, 5]),
        (3, 99, [3, 4, 5, 6]),
        (11, 11, [11]),
        (2.5, 4.5, [3, 4]),
        (9, 12, [9, 10, 11, 12]),
        (8, 12, [8, 9, 10, 11]),
    ],
)
def test_pages(venue, start, end, expected):
    span = {"startTime": start, "endTime": end}
    span = {name: moment(minutes=5 * place) for name, place in span.items() if place is not None}
    assert numbers(ask(venue, "klines", **FOUR, **span)) == expected


def test_the_usual_and_the_greatest_number(folder):
    venue = open_venue(folder, moment(days=6))
    asked = {"symbol": "BTCUSDT", "interval": "5m"}
    assert len(ask(venue, "klines", **asked)) == 500
    assert len(ask(venue, "klines", **asked, limit=1500)) == 1500
    with pytest.raises(RefusalError):
        ask(venue, "klines", **asked, limit=1501)


def test_a_candle_has_ended_when_its_time_is_over(folder):
    before = ask(open_venue(folder, moment(minutes=60) - 1), "klines", **FOUR)
    after = ask(open_venue(folder, moment(minutes=60)), "klines", **FOUR)
    assert (numbers(before), numbers(after)) == ([8, 9, 10, 11], [9, 10, 11, 12])
    assert candles_of(after)[-1] == (moment(minutes=60), 112, 112, 112, 112, 0)


def test_pages_follow_one_another_without_a_hole(folder):
    venue = open_venue(folder, moment(days=5))
    whole = ask(venue, "klines", symbol="BTCUSDT", interval="5m", startTime=0, limit=1500)
    paged, start_ms = [], 0
    while page := ask(venue, "klines", **{**FOUR, "limit": 333}, startTime=start_ms):
        paged += page
        start_ms = page[-1][0] + 1
    assert paged == whole
    assert numbers(paged) == list(range(5 * 288 + 1))


def test_longer_candles_are_made_and_shorter_ones_refused(venue):
    (hour, forming) = ask(venue, "klines", symbol="BTCUSDT", interval="1h")
    assert candles_of([hour]) == [(moment(), 100, 113, 99, 112, 120)]
    assert begins([forming]) == [60]
    with pytest.raises(RefusalError, match="the data folder holds 5m"):
        ask(venue, "klines", symbol="BTCUSDT", interval="1m")


def test_mark_prices_come_from_their_own_file(folder):
    store(folder, "1h", flat(77.0, 3, volume=0), kind="mark")
    venue = open_venue(folder, moment(minutes=62, seconds=35))
    ended, forming = candles_of(ask(venue, "markPriceKlines", symbol="BTCUSDT", interval="1h"))
    assert ended == (moment(), 77, 77, 77, 77, 0)
    assert forming == (moment(minutes=60), 77, 112, 77, 112, 0)
    five = candles_of(ask(venue, "markPriceKlines", **FOUR))
    assert five[0] == (moment(minutes=45), 109, 111, 108, 110, 10)


def test_an_empty_answer_on_demand(venue):
    venue.faults.empty = True
    assert ask(venue, "klines", **FOUR) == ask(venue, "markPriceKlines", **FOUR) == []
    assert venue.faults.hits == 2
    venue.faults.clear()
    assert len(ask(venue, "klines", **FOUR)) == 4


def test_candles_can_stand_still_while_the_price_goes_on(folder):
    now_ms = moment(minutes=62)
    venue = open_venue(folder, lambda: now_ms)
    venue.faults.frozen_at_ms = now_ms
    assert numbers(ask(venue, "klines", **FOUR)) == [9, 10, 11, 12]  # not yet
    now_ms = moment(minutes=180)
    assert numbers(ask(venue, "klines", **FOUR)) == [8, 9, 10, 11]
    assert ask(venue, "ticker/price", symbol="BTCUSDT")["price"] == "136"
    venue.faults.clear()
    assert numbers(ask(venue, "klines", **FOUR)) == [33, 34, 35, 36]


def test_after_the_end_candles_are_stale_and_that_is_said_once(folder, caplog):
    end_ms = moment(minutes=5 * 2000)
    venue = open_venue(folder, end_ms - 1)
    ask(venue, "klines", **FOUR)
    assert not caplog.messages
    venue = open_venue(folder, end_ms)
    for _ in range(3):
        assert numbers(ask(venue, "klines", **FOUR)) == [1996, 1997, 1998, 1999]
    (message,) = caplog.messages
    assert "recording of BTC/USDT:USDT ended at 2024-01-07T22:40:00+00:00" in message


def test_before_the_first_candle_there_is_none(folder):
    assert ask(open_venue(folder, moment() - 1), "klines", **FOUR) == []
