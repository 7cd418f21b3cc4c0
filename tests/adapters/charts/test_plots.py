"""What FreqUI is told: lines beside the strategy's own, columns in its copy, areas for locks."""
# ruff: noqa: F811, RUF012 - fixtures are imported, and then asked for; freqtrade's dictionaries

from datetime import timedelta
from types import SimpleNamespace

import cloudpickle
import numpy as np
import pandas as pd
import pytest
from freqtrade.enums import RunMode
from freqtrade.persistence import PairLocks, Trade
from freqtrade.rpc import RPC

from freqtrade_riskguard.adapters.charts import plots
from freqtrade_riskguard.adapters.charts.plots import (
    ATR_STOP_LONG,
    ATR_STOP_SHORT,
    FUNDING,
    LIQUIDATION,
    STOP,
)
from tests.adapters.bots import Reckless, broken, guarded, loop
from tests.adapters.conftest import data, database  # noqa: F401 - fixtures
from tests.adapters.trades import booked_trade, fill
from tests.factories import NOON, PAIR

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
COLUMNS = {ATR_STOP_LONG, ATR_STOP_SHORT, STOP, LIQUIDATION, FUNDING}
OFF = {"mode": "off"}


class Drawn(Reckless):
    """Has lines of its own."""

    plot_config = {"main_plot": {"ema": {"color": "blue"}, STOP: {"color": "black"}}}


class Computed(Reckless):
    """Has lines of its own that depend on what it is."""

    wanted = "rsi"

    @property
    def plot_config(self):
        return {"main_plot": {}, "subplots": {"Own": {self.wanted: {}}}}


def running(data, cls=Reckless, **settings):
    """Return a running bot's strategy with settled funding: 0.01 % at 8:00 and 0.02 % at 12:00."""
    strategy = guarded(data, cls, runmode=RunMode.DRY_RUN, **settings)
    hours = [NOON - 4 * HOUR, NOON]
    prices = strategy.dp.get_pair_dataframe

    def frame(pair, timeframe=None, candle_type=None):
        if candle_type == "funding_rate":
            return pd.DataFrame({"date": hours, "open": [0.0001, 0.0002]})
        return prices(pair, timeframe)

    strategy.dp.get_pair_dataframe = frame
    return strategy


def candles(start=NOON - HOUR, count=24):
    """5m candles that close at 100, as freqtrade has analysed them."""
    return pd.DataFrame(
        {
            "date": pd.date_range(start, periods=count, freq="5min"),
            "open": 100.0,
            "high": 100.1,
            "low": 99.9,
            "close": 100.0,
            "volume": 1.0,
            "ema": 99.0,
        }
    )


def drawn(strategy, frame):
    """Let freqtrade draw a chart; return its areas. What is added stands in ``frame``."""
    return strategy.ft_plot_annotations(pair=PAIR, dataframe=frame)


class TestLines:
    def test_they_stand_beside_the_strategys_own_which_win(self, data, database):
        config = running(data, Drawn).plot_config

        assert config["main_plot"]["ema"] == {"color": "blue"}
        assert config["main_plot"][STOP] == {"color": "black"}
        assert config["main_plot"].keys() == {"ema", *COLUMNS - {FUNDING}}
        assert [*config["subplots"].values()] == [{FUNDING: {"color": "#5b7fb4"}}]

    def test_the_strategys_dictionary_is_not_changed(self, data, database):
        _ = running(data, Drawn).plot_config
        assert Drawn.plot_config == {
            "main_plot": {"ema": {"color": "blue"}, STOP: {"color": "black"}}
        }

    def test_a_property_is_asked_each_time(self, data, database):
        strategy = running(data, Computed)
        strategy.wanted = "macd"
        assert strategy.plot_config["subplots"]["Own"] == {"macd": {}}
        assert isinstance(Computed.plot_config, property)

    def test_what_a_strategy_assigns_is_its_own(self, data, database):
        strategy = running(data)
        strategy.plot_config = {"main_plot": {"vwap": {}}}
        assert {"vwap", STOP} <= strategy.plot_config["main_plot"].keys()

    def test_a_class_that_builds_on_a_guarded_one_can_take_up_its_lines(self, data, database):
        class Further(Drawn):
            plot_config = {**Drawn.plot_config, "subplots": {"RSI": {"rsi": {}}}}

        assert {"ema", LIQUIDATION} <= running(data, Further).plot_config["main_plot"].keys()

    def test_rules_that_are_off_have_none(self, data, database):
        funding = {"funding_gate": OFF, "funding_exit": OFF}
        config = running(data, atr_stop=OFF, **funding).plot_config
        assert config["main_plot"].keys() == {STOP, LIQUIDATION}
        assert config["subplots"] == {}

    @pytest.mark.parametrize(
        ("runmode", "settings"),
        [
            (RunMode.BACKTEST, {}),
            (RunMode.HYPEROPT, {}),
            (RunMode.PLOT, {}),
            (RunMode.DRY_RUN, {"enabled": False}),
            (RunMode.DRY_RUN, {"mode": "off"}),
        ],
    )
    def test_without_a_chart_or_a_guard_all_is_the_strategys(
        self, data, database, runmode, settings
    ):
        strategy = guarded(data, Drawn, runmode=runmode, **settings)
        frame = candles()
        assert drawn(strategy, frame) == []
        assert strategy.plot_config is Drawn.plot_config
        assert frame.equals(candles())

    def test_a_worker_of_hyperopt_can_be_given_the_class(self):
        found = cloudpickle.loads(cloudpickle.dumps(Computed))
        assert isinstance(found.plot_config, property)


class TestColumns:
    def test_the_atr_stop_of_an_entry_at_each_candle(self, data, database):
        strategy, frame = running(data), candles()
        drawn(strategy, frame)

        hourly = strategy.dp.frames[PAIR, "1h"]
        spread = np.maximum(hourly["high"], hourly["close"].shift(1)) - np.minimum(
            hourly["low"], hourly["close"].shift(1)
        )
        # Wilder's: the first is a mean, of each later true range it takes a fourteenth.
        atr = spread[1:15].mean()
        after = []
        for true_range in spread[15:]:
            atr += (true_range - atr) / 14
            after.append(atr)
        # The candle that opens at 11:50 closes before the hour does, that of 11:55 with it.
        distance = 100.0 - frame[ATR_STOP_LONG]
        assert distance[10] == pytest.approx(2 * after[-2])
        assert distance[11] == pytest.approx(2 * after[-1])
        assert np.allclose(frame[ATR_STOP_SHORT] - 100.0, distance)

    def test_a_candle_is_drawn_from_what_was_known_when_it_closed(self, data, database):
        strategy, frame, shorter = running(data), candles(), candles(count=11)
        drawn(strategy, frame)
        hourly = strategy.dp.frames[PAIR, "1h"]
        hourly.loc[hourly["date"] >= NOON - HOUR, ["high", "close"]] *= 3
        drawn(strategy, shorter)

        pd.testing.assert_frame_equal(frame[:11], shorter)

    def test_funding_is_the_rate_last_settled_in_per_cent_per_8_hours(self, data, database):
        frame = candles(start=NOON - 5 * HOUR, count=61)
        drawn(running(data), frame)

        # A candle that closes at the settlement knows it. Settled every 4 hours: times two.
        known = frame.set_index(frame["date"] + 5 * MINUTE)[FUNDING]
        assert np.isnan(known[NOON - 4 * HOUR - 5 * MINUTE])
        assert known[NOON - 4 * HOUR] == pytest.approx(0.02)
        assert known[NOON - 5 * MINUTE] == pytest.approx(0.02)
        assert known[NOON] == pytest.approx(0.04)

    @pytest.mark.parametrize("short", [False, True])
    def test_stop_and_liquidation_of_a_trade_while_it_is_open(self, data, database, short):
        strategy = running(data)
        trade = booked_trade(short=short, leverage=5.0)  # opened two hours before noon
        loop(strategy)
        strategy.ft_stoploss_adjust(100.0, trade, NOON, 0.0, 0)
        frame = candles(start=NOON - 3 * HOUR, count=36)
        drawn(strategy, frame)

        is_open = frame["date"] >= NOON - 2 * HOUR
        assert frame.loc[is_open, STOP].eq(trade.stop_loss).all()
        assert frame.loc[~is_open, [STOP, LIQUIDATION]].isna().all(axis=None)
        # 1,000 of margin for 50 at 100, maintenance 0.4 %, fee 0.05 %: 80 is bankruptcy.
        expected = 120.0 / 1.0045 if short else 80.0 / 0.9955
        assert frame.loc[is_open, LIQUIDATION].to_numpy() == pytest.approx(expected)

    def test_a_trade_that_is_over_ends_with_the_candle_of_its_exit(self, data, database):
        trade = booked_trade()
        trade.liquidation_price = 92.0
        fill(trade, trade.exit_side, trade.amount, 101.0, NOON - 62 * MINUTE)
        trade.close_date = NOON - 62 * MINUTE
        trade.close(101.0, show_msg=False)
        Trade.commit()
        frame = candles(start=NOON - 3 * HOUR, count=36)
        drawn(running(data), frame)

        shown = frame.loc[frame[LIQUIDATION] == 92.0, "date"]
        assert shown.iloc[0] == NOON - 2 * HOUR
        assert shown.iloc[-1] == NOON - 65 * MINUTE
        assert frame[LIQUIDATION].count() == len(shown) == 12

    def test_a_column_of_the_strategy_is_left_alone(self, data, database):
        frame = candles().assign(**{STOP: 42.0})
        drawn(running(data), frame)
        assert frame[STOP].eq(42.0).all()

    def test_without_hourly_candles_the_strategys_own_will_do_and_nobody_is_told(
        self, data, database, caplog
    ):
        strategy, frame = running(data), candles()
        del strategy.dp.frames[PAIR, "1h"]
        caplog.clear()
        drawn(strategy, frame)
        # Each of them is 0.2 high.
        assert np.allclose(frame[ATR_STOP_LONG], 100.0 - 2 * 0.2)
        assert caplog.text == ""

    def test_a_pair_without_data_has_none(self, data, database):
        strategy, frame = running(data), candles()
        strategy.dp.get_pair_dataframe = lambda *_, **__: pd.DataFrame()
        drawn(strategy, frame)
        assert frame[[FUNDING, STOP]].isna().all(axis=None)
        assert ATR_STOP_LONG not in frame


class TestAreas:
    def test_a_lock_of_the_pair_or_of_all_is_one_with_its_reason(self, data, database):
        strategy = running(data)
        why = "Entries paused until 00:00 UTC: -3.1 % today (limit 3 %). Lift: /unlock 1"
        PairLocks.lock_pair("*", NOON + 10 * HOUR, why, now=NOON - 30 * MINUTE)
        PairLocks.lock_pair(PAIR, NOON - MINUTE, "funding", now=NOON - 15 * MINUTE, side="long")
        PairLocks.lock_pair("SOL/USDT:USDT", NOON, "another pair", now=NOON - 15 * MINUTE)
        PairLocks.lock_pair(PAIR, NOON, "Auto lock", now=NOON - 10 * MINUTE)
        PairLocks.lock_pair("*", NOON - 2 * HOUR, "long over", now=NOON - 3 * HOUR)

        everyone, one = drawn(strategy, candles())

        assert everyone["label"] == ("Entries paused until 00:00 UTC: -3.1 % today (limit 3 %).")
        assert everyone["start"] == NOON - 30 * MINUTE
        assert everyone["end"] == NOON + 55 * MINUTE  # where the chart ends
        assert (one["label"], one["end"]) == ("funding", NOON)

    def test_they_stand_behind_the_strategys_own(self, data, database):
        class Marked(Reckless):
            def plot_annotations(self, pair, start_date, end_date, dataframe, **kwargs):
                return [{"type": "area", "label": "mine", "start": start_date}]

        PairLocks.lock_pair("*", NOON + HOUR, "why", now=NOON - 30 * MINUTE)
        areas = drawn(running(data, Marked), candles())
        assert [area["label"] for area in areas] == ["mine", "why"]


class TestErrors:
    @pytest.mark.parametrize("part", ["add_columns", "lock_areas"])
    def test_of_ours_leave_the_strategys_own_chart(self, data, database, monkeypatch, caplog, part):
        strategy = running(data)
        monkeypatch.setattr(plots, part, broken)
        assert drawn(strategy, candles()) == []
        assert caplog.text.count("while drawing a chart") == 1

    def test_of_ours_leave_the_strategys_own_lines(self, data, database, monkeypatch, caplog):
        strategy = running(data, Drawn)
        monkeypatch.setattr(plots, "with_lines", broken)
        assert strategy.plot_config is Drawn.plot_config
        assert "while adding lines to plot_config" in caplog.text


@pytest.mark.usefixtures("database")
def test_freqtrade_sends_them_and_keeps_its_own_candles_as_they_are(data):
    strategy, analysed = running(data, Drawn), candles()
    strategy.dp.get_analyzed_dataframe = lambda *_: (analysed, NOON)
    bot = SimpleNamespace(strategy=strategy, dataprovider=strategy.dp, config={"strategy": "Drawn"})
    PairLocks.lock_pair("*", NOON + HOUR, "why", now=NOON - 10 * MINUTE)

    lines = RPC(bot)._rpc_plot_config()
    sent = RPC(bot)._rpc_analysed_dataframe(PAIR, "5m", 20, [*lines["main_plot"], FUNDING])

    assert set(sent["columns"]) >= COLUMNS
    assert sent["length"] == 20
    assert [area["label"] for area in sent["annotations"]] == ["why"]
    assert analysed.equals(candles())
