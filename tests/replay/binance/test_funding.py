import pytest

from freqtrade_riskguard.replay.requests import RefusalError
from tests.replay.recordings import ask, flat, moment, open_venue, store, store_funding

BTC = {"symbol": "BTCUSDT"}


@pytest.fixture
def folder(tmp_path):
    """BTC pays every 8 hours, 200 times, 0.01 % more each time; ETH every 2, DOGE never."""
    for coin in ("BTC", "ETH", "DOGE"):
        store(tmp_path, "1h", flat(50.5, 24 * 70), coin=coin)
    store_funding(tmp_path, [place / 10_000 for place in range(200)])
    store_funding(tmp_path, [-0.0005] * 4, hours=2, coin="ETH")
    return tmp_path


def payments(rows):
    return [round(float(row["fundingRate"]) * 10_000) for row in rows]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"limit": 3}, [7, 8, 9]),
        ({}, list(range(10))),
        ({"limit": 3, "startTime": moment(hours=16)}, [2, 3, 4]),
        ({"limit": 3, "startTime": moment(hours=16) + 1}, [3, 4, 5]),
        ({"limit": 3, "startTime": moment(hours=72)}, [9]),
        ({"limit": 3, "startTime": moment(hours=73)}, []),
        ({"limit": 3, "endTime": moment(hours=24)}, [1, 2, 3]),
        ({"startTime": moment(hours=8), "endTime": moment(hours=24)}, [1, 2, 3]),
        ({"startTime": moment(hours=48), "endTime": moment(days=60)}, [6, 7, 8, 9]),
    ],
)
def test_pages_of_the_history_end_now(folder, asked, expected):
    # Three days on, ten payments were due, the last at this moment.
    rows = ask(open_venue(folder, moment(hours=72)), "fundingRate", **BTC, **asked)
    assert payments(rows) == expected


def test_the_usual_and_the_greatest_number(folder):
    venue = open_venue(folder, moment(days=80))
    assert payments(ask(venue, "fundingRate", **BTC)) == list(range(100, 200))
    assert len(ask(venue, "fundingRate", **BTC, limit=1000)) == 200
    with pytest.raises(RefusalError):
        ask(venue, "fundingRate", **BTC, limit=1001)


def test_a_payment_is_known_when_it_is_due(folder):
    before = ask(open_venue(folder, moment(hours=8) - 1), "fundingRate", **BTC)
    assert payments(before) == [0]
    assert ask(open_venue(folder, moment(hours=8)), "fundingRate", **BTC)[-1] == {
        "symbol": "BTCUSDT",
        "fundingTime": moment(hours=8),
        "fundingRate": "0.00010000",
    }


def test_without_a_contract_all_payments_come_in_the_order_of_time(folder):
    rows = ask(open_venue(folder, moment(hours=8)), "fundingRate", startTime=0)
    hours = [(row["fundingTime"] - moment()) // 3_600_000 for row in rows]
    assert hours == [0, 0, 2, 4, 6, 8]
    assert [row["symbol"][:3] for row in rows] == ["BTC", "ETH", "ETH", "ETH", "ETH", "BTC"]


def test_intervals_of_the_contracts_that_pay(folder):
    info = ask(open_venue(folder, moment(hours=9)), "fundingInfo")
    assert {entry["symbol"]: entry["fundingIntervalHours"] for entry in info} == {
        "BTCUSDT": 8,
        "ETHUSDT": 2,
    }


def test_the_premium_index_tells_the_last_rate_and_not_the_next_one(folder):
    now_ms = moment(hours=9)
    venue = open_venue(folder, now_ms)
    assert ask(venue, "premiumIndex", **BTC) == {
        "symbol": "BTCUSDT",
        "markPrice": "50.5",
        "indexPrice": "50.5",
        "estimatedSettlePrice": "50.5",
        "lastFundingRate": "0.00010000",
        "interestRate": "0.00010000",
        "nextFundingTime": moment(hours=16),
        "time": now_ms,
    }
    rates = {entry["symbol"]: entry["lastFundingRate"] for entry in ask(venue, "premiumIndex")}
    # Without a recording it looks as for a contract that has no funding.
    assert rates == {"BTCUSDT": "0.00010000", "ETHUSDT": "-0.00050000", "DOGEUSDT": ""}


def test_funding_can_go_missing(folder):
    venue = open_venue(folder, moment(hours=9))
    venue.faults.without_funding = True
    assert ask(venue, "fundingRate", **BTC) == ask(venue, "fundingInfo") == []
    index = ask(venue, "premiumIndex", **BTC)
    assert (index["lastFundingRate"], index["nextFundingTime"]) == ("", 0)
    assert index["markPrice"] == "50.5"
    assert venue.faults.hits == 3
    venue.faults.clear()
    assert ask(venue, "fundingRate", **BTC)
