import numpy as np
import pandas as pd
import pytest

from freqtrade_riskguard.replay.data_folder import DataFolderError
from freqtrade_riskguard.replay.funding import FundingRates, read_funding
from tests.replay.recordings import START, moment, store_funding

HOUR_MS = 3_600_000


def due_at(*hours):
    times = np.array([moment(hours=hour) for hour in hours], dtype=np.int64)
    return FundingRates(times_ms=times, rates=np.arange(len(hours)) / 10_000)


def funding_file(folder):
    return folder / "futures" / "BTC_USDT_USDT-1h-funding_rate.feather"


def test_the_last_rate_is_the_last_one_that_was_due():
    funding = due_at(0, 8, 16)
    assert funding.last_rate(moment() - 1) is None
    assert funding.last_rate(moment()) == 0.0
    assert funding.last_rate(moment(hours=8) - 1) == 0.0
    assert funding.last_rate(moment(hours=8)) == 0.0001
    assert funding.last_rate(moment(days=9)) == 0.0002
    assert (funding.due_by(moment(hours=8)), funding.due_before(moment(hours=8))) == (2, 1)


@pytest.mark.parametrize(
    ("hours", "now", "interval", "following"),
    [
        ((), 3, 8, 8),  # Binance's ordinary times where nothing is known
        ((8,), 9, 8, 16),
        ((0, 8), 9, 8, 16),
        ((0, 8, 10), 10, 2, 12),  # every two hours since 08:00
        ((0, 8, 10), 9, 8, 16),  # which at 09:00 nobody knew
        ((0, 4, 8), 30, 4, 32),  # after the end the interval goes on
    ],
)
def test_interval_and_next_payment_follow_from_the_past(hours, now, interval, following):
    funding = due_at(*hours)
    assert funding.interval_ms(moment(hours=now)) == interval * HOUR_MS
    assert funding.next_ms(moment(hours=now)) == moment(hours=following)


def test_payments_that_were_recorded_late_keep_their_interval():
    late = np.array([moment() + 7, moment(hours=8) + 1], dtype=np.int64)
    funding = FundingRates(times_ms=late, rates=np.zeros(2))
    assert funding.interval_ms(moment(hours=9)) == 8 * HOUR_MS


def test_reads_both_layouts_of_freqtrade(tmp_path):
    store_funding(tmp_path, [0.0001, -0.0002])
    old = read_funding([funding_file(tmp_path)])
    dates = pd.date_range(START, periods=2, freq="8h", unit="ms")
    frame = pd.DataFrame({"date": dates, "funding_rate": [0.0001, -0.0002]})
    frame.to_feather(funding_file(tmp_path))
    new = read_funding([funding_file(tmp_path)])
    for funding in (old, new):
        assert funding.times_ms.tolist() == [moment(), moment(hours=8)]
        assert funding.rates.tolist() == [0.0001, -0.0002]


def test_several_files_are_one_and_no_file_is_none(tmp_path):
    store_funding(tmp_path, [0.1, 0.2])
    path = funding_file(tmp_path)
    assert read_funding([path, path], shift_ms=5).times_ms.tolist() == [
        moment() + 5,
        moment(hours=8) + 5,
    ]
    assert read_funding([]).last_rate(moment()) is None


def test_names_a_file_without_rates(tmp_path):
    path = tmp_path / "BTC_USDT_USDT-1h-funding_rate.feather"
    pd.DataFrame({"date": [START], "price": [1.0]}).to_feather(path)
    with pytest.raises(DataFolderError, match=f"no funding rates in .*{path.name}"):
        read_funding([path])
