import pytest

from freqtrade_riskguard.replay.binance.arguments import limit_of, span_of
from freqtrade_riskguard.replay.binance.klines import klines
from freqtrade_riskguard.replay.binance.query import (
    interval_of,
    tape_of,
    tapes_of,
)
from freqtrade_riskguard.replay.requests import RefusalError
from tests.replay.recordings import flat, open_venue, store


@pytest.fixture
def venue(tmp_path):
    store(tmp_path, "15m", flat(1.5, 4), coin="ETH")
    store(tmp_path, "1h", flat(1.5, 4), coin="ETH")
    return open_venue(store(tmp_path, "5m", flat(1.5, 4)), 0)


@pytest.mark.parametrize(
    ("query", "code"), [({}, -1102), ({"symbol": ""}, -1102), ({"symbol": "XRPUSDT"}, -1121)]
)
def test_a_contract_must_be_named_and_listed(venue, query, code):
    with pytest.raises(RefusalError) as caught:
        tape_of(venue, query)
    assert caught.value.code == code


def test_one_contract_or_all(venue):
    assert [recording.market.coin.base for recording in tapes_of(venue, {})] == ["BTC", "ETH"]
    assert [recording.market.coin.base for recording in tapes_of(venue, {"symbol": "ETHUSDT"})] == [
        "ETH"
    ]


@pytest.mark.parametrize("query", [{}, {"interval": "7m"}, {"interval": "1Mo"}])
def test_an_interval_must_be_one_of_binances(query):
    with pytest.raises(RefusalError, match="Invalid interval") as caught:
        interval_of(query)
    assert caught.value.code == -1120


def test_refusing_an_interval_says_what_there_is(venue):
    with pytest.raises(RefusalError) as caught:
        klines(venue, {"symbol": "ETHUSDT", "interval": "1m"})
    assert caught.value.code == -1120
    assert str(caught.value) == (
        "Invalid interval. No 1m candles can be made for ETH/USDT:USDT: the data folder holds "
        "15m, 1h."
    )


def test_limits_have_a_usual_and_a_greatest_value():
    assert limit_of({}, usual=500, most=1500) == 500
    assert limit_of({"limit": "1500"}, usual=500, most=1500) == 1500
    for wrong in ("0", "-1", "1501", "many", ""):
        with pytest.raises(RefusalError, match="'limit' is not valid") as caught:
            limit_of({"limit": wrong}, usual=500, most=1500)
        assert caught.value.code == -1130


def test_a_span_may_be_open_at_either_end_and_not_turned_round():
    assert span_of({}) == (None, None)
    assert span_of({"startTime": "0", "endTime": "0"}) == (0, 0)
    with pytest.raises(RefusalError, match="greater than end") as caught:
        span_of({"startTime": "2", "endTime": "1"})
    assert caught.value.code == -1023
    with pytest.raises(RefusalError, match="'endTime' is not valid"):
        span_of({"endTime": "1.5"})
