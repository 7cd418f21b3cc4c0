"""Funding as it was settled: from files in backtests, from the provider of a running bot."""

import pickle
from datetime import UTC, datetime, timedelta
from math import inf, isnan, nan
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from freqtrade.data.history import get_datahandler
from freqtrade.enums import CandleType, RunMode
from freqtrade.exceptions import TemporaryError
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.adapters.market.funding_rates import (
    FundingRates,
    Settlements,
    funding_timeframe,
)
from freqtrade_riskguard.snapshot import UNKNOWN_FUNDING
from tests.adapters.bots import Exchange, Provider
from tests.factories import PAIR

HOUR = timedelta(hours=1)
START = datetime(2024, 1, 1, tzinfo=UTC)
SOL = "SOL/USDT:USDT"


def settled(rates, hours):
    """Return rates as freqtrade gives them, settled these hours after the start."""
    return pd.DataFrame({"date": [START + hour * HOUR for hour in hours], "open": rates})


def seconds(*hours):
    """Return hours after the start as epoch seconds."""
    return np.array([(START + hour * HOUR).timestamp() for hour in hours], dtype=np.int64)


def store(folder, frame, data_format="feather"):
    """Write rates as freqtrade does, and return the folder."""
    candles = frame.rename(columns={"open": "funding_rate"})
    handler = get_datahandler(folder, data_format)
    handler.ohlcv_store(PAIR, "1h", data=candles, candle_type=CandleType.FUNDING_RATE)
    return folder


class FundingProvider(Provider):
    """Gives funding rates to who asks for them, and no candles."""

    def get_pair_dataframe(self, pair, timeframe=None, candle_type=None):
        is_funding = candle_type == CandleType.FUNDING_RATE
        return super().get_pair_dataframe(pair, timeframe) if is_funding else pd.DataFrame()


def bot(data=None, runmode=RunMode.BACKTEST, frames=None, **config):
    provider = FundingProvider(Exchange(PAIR, SOL))
    provider.frames = frames or {}
    config = {"datadir": data, "runmode": runmode, **config}
    return SimpleNamespace(dp=provider, config=config)


@pytest.fixture
def rates():
    fresh = FundingRates()
    fresh.restart()
    return fresh


class TestSettlements:
    def test_before_the_first_nothing_is_known(self):
        funding, until = Settlements(settled([0.001], [8])).at(START + 7 * HOUR)

        assert funding is UNKNOWN_FUNDING
        assert until == (START + 8 * HOUR).timestamp()

    def test_a_rate_counts_from_its_settlement_to_the_next(self):
        settlements = Settlements(settled([0.001, 0.002, 0.003], [0, 8, 16]))

        before, until = settlements.at(START + 8 * HOUR - timedelta(seconds=1))
        at, following = settlements.at(START + 8 * HOUR)

        assert before.rates_8h == (0.001,)
        assert until == (START + 8 * HOUR).timestamp()
        assert at.rates_8h == (0.001, 0.002)
        assert at.rate_8h == 0.002
        assert following == (START + 16 * HOUR).timestamp()

    def test_every_rate_is_over_8_hours_by_its_own_interval(self):
        # Every 8 hours, then 4, then 2.
        settlements = Settlements(settled([0.001] * 5, [0, 8, 16, 20, 22]))

        funding, _ = settlements.at(START + 22 * HOUR)

        assert funding.rates_8h == pytest.approx((0.001, 0.001, 0.001, 0.002, 0.004))
        assert funding.interval_hours == 2.0

    def test_it_looks_back_twelve_settlements(self):
        rates = [0.001 * number for number in range(20)]
        funding, until = Settlements(settled(rates, range(0, 160, 8))).at(START + 152 * HOUR)

        assert funding.rates_8h == pytest.approx(rates[-12:])
        assert until == (START + 168 * HOUR).timestamp()  # then it is too old

    def test_an_old_rate_says_nothing_about_now(self):
        settlements = Settlements(settled([0.001, 0.002], [0, 8]))

        assert settlements.at(START + 24 * HOUR)[0].rate_8h == 0.002
        funding, until = settlements.at(START + 24 * HOUR + timedelta(seconds=1))
        assert funding is UNKNOWN_FUNDING
        assert until == inf

    def test_rates_of_many_moments_by_hand(self):
        settlements = Settlements(settled([0.001, 0.002], [0, 8]))
        second = 1 / 3600

        # Before the first nothing is known, nor when the last is older than 16 hours.
        rates = settlements.rates_8h(seconds(-second, 0, 8 - second, 8, 24, 24 + second))

        assert rates.dtype == np.float64
        expected = [np.nan, 0.001, 0.001, 0.002, 0.002, np.nan]
        np.testing.assert_array_equal(rates, expected)


@given(
    gaps=st.lists(st.integers(1, 30), min_size=1, max_size=15),
    hours=st.lists(st.integers(-5, 500), min_size=1, max_size=20),
)
def test_many_moments_at_once_are_as_each_by_itself(gaps, hours):
    settlements = Settlements(settled([0.001 * gap for gap in gaps], np.cumsum(gaps).tolist()))

    each = [settlements.at(START + hour * HOUR)[0].rate_8h for hour in hours]

    np.testing.assert_array_equal(settlements.rates_8h(seconds(*hours)), each)


class TestInABacktest:
    @pytest.mark.parametrize("config", [{}, {"dataformat_ohlcv": "json"}])
    def test_rates_are_read_from_files_in_the_format_that_is_set(self, tmp_path, rates, config):
        frame = settled([0.001, 0.002], [0, 8])
        strategy = bot(
            store(tmp_path, frame, **({"data_format": "json"} if config else {})), **config
        )

        assert rates.at(strategy, PAIR, START + 8 * HOUR).rates_8h == (0.001, 0.002)
        many = rates.rates_8h(strategy, PAIR, seconds(0, 8))
        assert many.tolist() == [0.001, 0.002]

    @pytest.mark.usefixtures("rates")
    @pytest.mark.parametrize(("timerange", "count"), [(None, 10), ("20240104-20240105", 7)])
    def test_rates_are_read_from_two_days_before_the_backtest(self, tmp_path, timerange, count):
        # Every 8 hours for 5 days: ten until the fourth day begins, the last seven in two days.
        strategy = bot(
            store(tmp_path, settled([0.001] * 16, range(0, 128, 8))), timerange=timerange
        )
        known = FundingRates()

        assert len(known.at(strategy, PAIR, START + 72 * HOUR).rates_8h) == count
        # No gap is filled: five hours later nothing is new.
        assert len(known.at(strategy, PAIR, START + 77 * HOUR).rates_8h) == count

    def test_files_are_read_once_until_a_restart(self, tmp_path, rates):
        strategy = bot(store(tmp_path, settled([0.001], [0])))
        assert rates.at(strategy, PAIR, START + HOUR).rate_8h == 0.001

        store(tmp_path, settled([0.003], [0]))
        assert FundingRates().at(strategy, PAIR, START + HOUR).rate_8h == 0.001
        copy = pickle.loads(pickle.dumps(rates))  # noqa: S301 - our own
        assert (copy._settlements, copy._known) == ({}, {})
        rates.restart()
        assert rates.at(strategy, PAIR, START + HOUR).rate_8h == 0.003

    def test_of_real_rates_in_a_crash(self, real_candles, rates):
        strategy = bot(real_candles("ftx-2022"))

        # At first every 8 hours; on the 10th -2 % were settled every 2 hours: -8 % over 8.
        calm = rates.at(strategy, SOL, datetime(2022, 11, 1, 12, tzinfo=UTC))
        crash = rates.at(strategy, SOL, datetime(2022, 11, 10, 11, tzinfo=UTC))

        assert calm.interval_hours == 8.0
        assert abs(calm.rate_8h) < 0.001
        assert crash.interval_hours == 2.0
        assert crash.rate_8h == pytest.approx(-0.08)

    @pytest.mark.parametrize("hours", [0, 5, 8, 100, 1_000, 1_662, 1_664])
    def test_nothing_after_a_time_changes_what_was_known_at_it(
        self, real_candles, rates, tmp_path, hours
    ):
        source = real_candles("ftx-2022")
        time = datetime(2022, 9, 2, tzinfo=UTC) + hours * HOUR
        name = "SOL_USDT_USDT-1h-funding_rate.feather"
        frame = pd.read_feather(source / "futures" / name)
        frame.loc[frame["date"] > time, "open"] = 0.5
        later = frame["date"] > time
        frame.loc[later, "date"] = frame.loc[later, "date"] + timedelta(minutes=30)
        (tmp_path / "futures").mkdir()
        frame.to_feather(tmp_path / "futures" / name)

        known = rates.at(bot(source), SOL, time)
        rates.restart()
        assert rates.at(bot(tmp_path), SOL, time) == known
        assert known.rates_8h

    def test_a_pair_without_rates_is_unknown(self, tmp_path, rates):
        (tmp_path / "futures").mkdir()

        assert rates.at(bot(tmp_path), PAIR, START) is UNKNOWN_FUNDING
        assert isnan(rates.at(bot(tmp_path), PAIR, START).rate_8h)
        many = rates.rates_8h(bot(tmp_path), PAIR, seconds(0, 8))
        assert many.dtype == np.float64
        np.testing.assert_array_equal(many, [np.nan, np.nan])

    def test_what_is_remembered_is_what_would_be_answered_anew(self, real_candles, rates):
        strategy = bot(real_candles("ftx-2022"))
        start = datetime(2022, 11, 9, 12, tzinfo=UTC)

        # Forwards, and back again as the next backtest does.
        for minutes in (*range(0, 24 * 60, 35), *range(24 * 60, 0, -95)):
            time = start + timedelta(minutes=minutes)
            assert rates.at(strategy, SOL, time) == FundingRates().at(strategy, SOL, time)

    def test_it_travels_without_its_rates(self, real_candles, rates):
        strategy = bot(real_candles("ftx-2022"))
        time = datetime(2022, 11, 9, 12, tzinfo=UTC)
        known = rates.at(strategy, SOL, time)

        copy = pickle.loads(pickle.dumps(rates))  # noqa: S301 - our own

        assert not copy._settlements
        assert copy.at(strategy, SOL, time) == known

    def test_a_process_that_it_travels_to_reads_the_files_itself(self, tmp_path, rates):
        strategy = bot(store(tmp_path, settled([0.001, 0.002], [8, 16])))
        strategy.timeframe = "5m"
        time = START + 15.8 * HOUR
        assert rates.to_come(strategy, PAIR, time).rates_to_come_8h == (0.001, 0.002)

        travelled = pickle.loads(pickle.dumps(rates))  # noqa: S301 - our own
        # Nothing has been read there.
        FundingRates().restart()
        store(tmp_path, settled([0.003, 0.004], [8, 16]))

        assert travelled.at(strategy, PAIR, time).rates_8h == (0.003,)
        assert travelled.to_come(strategy, PAIR, time).rates_to_come_8h == (0.003, 0.004)

    def test_what_is_known_is_not_worked_out_again(self, tmp_path, rates):
        strategy = bot(store(tmp_path, settled([0.001, 0.002, 0.003], [8, 16, 24])))
        strategy.timeframe = "5m"

        # Each trade asks in every candle.
        for look in (rates.at, rates.to_come):
            first = look(strategy, PAIR, START + 9 * HOUR)
            assert first.rates_8h == (0.001,)
            for hour in (9, 12, 15.7):
                assert look(strategy, PAIR, START + hour * HOUR) is first
        # The settlements end at 24: the next would be due at 32, and from then on none is known.
        last = rates.to_come(strategy, PAIR, START + 32 * HOUR)
        assert rates.to_come(strategy, PAIR, START + 32 * HOUR) is last


class TestOnARunningBot:
    def test_the_provider_is_asked_for_new_rates_within_a_minute(self, rates):
        frames = {(PAIR, "1h"): settled([0.001], [0])}
        strategy = bot(runmode=RunMode.DRY_RUN, frames=frames)
        assert rates.at(strategy, PAIR, START + 8 * HOUR).rate_8h == 0.001

        frames[PAIR, "1h"] = settled([0.001, 0.004], [0, 8])
        soon = START + 8 * HOUR + timedelta(seconds=59)
        assert rates.at(strategy, PAIR, soon).rate_8h == 0.001
        assert rates.at(strategy, PAIR, soon + timedelta(seconds=1)).rate_8h == 0.004

    def test_a_provider_without_rates_or_no_provider_is_unknown(self, rates):
        strategy = bot(runmode=RunMode.DRY_RUN)
        assert rates.at(strategy, PAIR, START) is UNKNOWN_FUNDING

        strategy.dp = None
        assert rates.at(strategy, PAIR, START + HOUR) is UNKNOWN_FUNDING

    def test_the_exchange_says_where_freqtrade_keeps_them(self):
        assert funding_timeframe(bot()) == "1h"
        assert CandleType.FUNDING_RATE.value == "funding_rate"


def is_unknown(funding):
    """Whether the payment to come is not known yet."""
    return funding.next_rate_8h is not None and isnan(funding.next_rate_8h)


class TestThePaymentToCome:
    # 0.1, 0.2 and 0.3 % after 8, 16 and 24 hours.
    FRAME = settled([0.001, 0.002, 0.003], [8, 16, 24])

    def test_a_backtest_knows_it_a_quarter_of_an_hour_before_as_a_bot_does(self, tmp_path):
        strategy, rates = bot(store(tmp_path, self.FRAME)), FundingRates()
        strategy.timeframe = "5m"

        assert is_unknown(rates.to_come(strategy, PAIR, START + 15.74 * HOUR))
        for hour in (15.75, 15.9):
            assert rates.to_come(strategy, PAIR, START + hour * HOUR).rates_to_come_8h == (
                pytest.approx((0.001, 0.002))
            )
        # Paid: that one decides no more.
        paid = rates.to_come(strategy, PAIR, START + 16 * HOUR)
        assert paid.rates_8h == pytest.approx((0.001, 0.002))
        assert is_unknown(paid)
        # Of what follows the end nothing is known.
        assert is_unknown(rates.to_come(strategy, PAIR, START + 31.5 * HOUR))

    def test_a_long_candle_looks_at_it_once(self, tmp_path):
        strategy, rates = bot(store(tmp_path, self.FRAME)), FundingRates()
        strategy.timeframe = "4h"

        looks = [rates.to_come(strategy, PAIR, START + hour * HOUR) for hour in (8, 12, 16)]

        assert [look.next_rate_8h for look in looks] == pytest.approx(
            [nan, 0.002, nan], nan_ok=True
        )

    def test_without_data_there_is_none(self, tmp_path):
        strategy = bot(tmp_path)
        strategy.timeframe = "5m"

        assert FundingRates().to_come(strategy, PAIR, START) is UNKNOWN_FUNDING

    def test_before_the_first_settlement_there_is_none(self, tmp_path):
        strategy, rates = bot(store(tmp_path, self.FRAME)), FundingRates()
        strategy.timeframe = "5m"

        # Five minutes before it, when a backtest looks at what is due.
        assert rates.to_come(strategy, PAIR, START + 8 * HOUR - HOUR / 12) is UNKNOWN_FUNDING

    def running(self, answer):
        strategy, asked = bot(runmode=RunMode.LIVE, frames={(PAIR, "1h"): self.FRAME[:2]}), []

        def funding_rate(pair):
            asked.append(pair)
            if isinstance(answer, Exception):
                raise answer
            return {"fundingRate": answer}

        strategy.dp.funding_rate = funding_rate
        return strategy, asked

    def test_a_running_bot_asks_once_shortly_before(self):
        strategy, asked = self.running(0.0001)
        rates = FundingRates()

        assert is_unknown(rates.to_come(strategy, PAIR, START + 23.7 * HOUR))
        assert asked == []
        for minutes in (46, 48, 59):
            time = START + 23 * HOUR + timedelta(minutes=minutes)
            assert rates.to_come(strategy, PAIR, time).next_rate_8h == 0.0001
        assert asked == [PAIR]
        # Due, and not told yet what it was.
        for hour in (24, 24.1):
            assert is_unknown(rates.to_come(strategy, PAIR, START + hour * HOUR))
        assert asked == [PAIR]

    def test_the_payment_after_is_asked_for_anew(self):
        strategy, asked = self.running(0.0001)
        rates = FundingRates()
        assert rates.to_come(strategy, PAIR, START + 23.8 * HOUR).next_rate_8h == 0.0001

        strategy.dp.frames[PAIR, "1h"] = self.FRAME
        strategy.dp.funding_rate = lambda _: {"fundingRate": 0.0004}

        assert rates.to_come(strategy, PAIR, START + 31.8 * HOUR).next_rate_8h == 0.0004
        assert asked == [PAIR]

    def test_the_next_is_due_after_the_interval_of_the_last(self):
        strategy, asked = self.running(0.0001)
        # After 8 hours, then after 4.
        strategy.dp.frames[PAIR, "1h"] = settled([0.001] * 3, [4, 12, 16])
        rates = FundingRates()

        assert is_unknown(rates.to_come(strategy, PAIR, START + 19.7 * HOUR))
        assert asked == []
        # 0.01 % over 4 hours are 0.02 % over 8.
        told = rates.to_come(strategy, PAIR, START + 19.8 * HOUR)
        assert told.next_rate_8h == pytest.approx(0.0002)

    @pytest.mark.parametrize("answer", [TemporaryError("no"), None, nan, "0.1"])
    def test_where_the_exchange_does_not_tell_the_last_one_stands_for_it(self, answer):
        strategy, asked = self.running(answer)
        rates = FundingRates()

        for minutes in (46, 48):
            time = START + 23 * HOUR + timedelta(minutes=minutes)
            assert rates.to_come(strategy, PAIR, time).rates_to_come_8h == (0.001, 0.002)
        assert asked == [PAIR]

    def test_an_exchange_that_does_not_tell_is_told_of_in_the_log_once(self, caplog):
        strategy, _ = self.running(TemporaryError("busy"))
        rates = FundingRates()

        for minutes in (46, 48):
            rates.to_come(strategy, PAIR, START + 23 * HOUR + timedelta(minutes=minutes))

        (told,) = caplog.messages
        assert told == (
            "RiskGuard: the exchange does not tell the next funding rate of BTC/USDT:USDT (busy); "
            "the last one stands for it."
        )
