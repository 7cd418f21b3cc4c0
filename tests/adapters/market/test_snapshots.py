"""What is seen of freqtrade: markets, positions and the prices they are valued at."""

from dataclasses import replace
from datetime import timedelta
from math import isnan, nan

import numpy as np
import pandas as pd
import pytest
from freqtrade.data.history import get_datahandler
from freqtrade.enums import CandleType, MarginMode, RunMode
from freqtrade.exceptions import DependencyException, ExchangeError, PricingError
from freqtrade.persistence import Trade

from freqtrade_riskguard.adapters.market import snapshots
from freqtrade_riskguard.adapters.market.snapshots import bot_stake_quote
from freqtrade_riskguard.engine.reconciliation import Reconciled, compare
from freqtrade_riskguard.snapshot.exchange import NOTHING_TOLD, ExchangePosition, PositionReport
from tests.adapters.bots import (
    ETH,
    MINUTE,
    TIERS,
    guarded,
    hourly_candles,
    open_database,
    own_candles,
)
from tests.adapters.trades import booked_trade, fill, found_again, open_trade
from tests.factories import NOON, PAIR


def unknown(_):
    """Return that nobody knows the ATR that an entry was planned with."""
    return nan


def view_of(strategy):
    return strategy._riskguard._view


def position_of(strategy, trade, planned_atr=unknown, rate=100.0, time=NOON):
    return view_of(strategy).position(strategy, trade, rate, time, planned_atr)


def store(data, pair, frame, kind=CandleType.FUTURES, timeframe="1h"):
    """Write candles, or funding rates, as freqtrade does."""
    handler = get_datahandler(data, "feather")
    handler.ohlcv_store(pair, timeframe, data=frame, candle_type=kind)


def funding_rates(*rates):
    """Return rates that were settled every 8 hours from 8 hours before noon on."""
    times = [NOON + timedelta(hours=8 * (place - 1)) for place in range(len(rates))]
    return pd.DataFrame({"date": times, "funding_rate": rates})


@pytest.mark.usefixtures("_backtest")
class TestInABacktest:
    def test_a_market_as_of_its_last_closed_candle(self, data):
        strategy = guarded(data)

        market = view_of(strategy).market(strategy, PAIR, NOON + MINUTE)

        assert market.pair == PAIR
        assert market.taker_fee == 0.0005
        assert market.tiers.maintenance_margin(1_000.0) == pytest.approx(4.0)
        assert 0.005 < market.daily_volatility < 0.05
        assert 0.1 < market.atr < 2.0
        assert market.candle_age_intervals == pytest.approx(0.2)  # 1 of 5 minutes
        assert market.funding.rates_8h == ()

    def test_a_market_has_the_exchanges_steps_of_leverage_and_the_funding_of_its_time(self, data):
        store(data, PAIR, funding_rates(0.001, 0.002, 0.003), CandleType.FUNDING_RATE)
        strategy = guarded(data)

        market = view_of(strategy).market(strategy, PAIR, NOON + MINUTE)

        assert market.leverage_steps == 1  # Binance takes whole numbers
        assert market.funding.rates_8h == (0.001, 0.002)

    def test_a_position_has_the_funding_of_now_with_the_payment_to_come(self, data):
        store(data, PAIR, funding_rates(0.001, 0.002, 0.003), CandleType.FUNDING_RATE)
        strategy, trade = guarded(data), open_trade()
        shortly_before = NOON + timedelta(hours=8) - 10 * MINUTE

        position = position_of(strategy, trade, time=shortly_before)
        again = view_of(strategy).position_now(
            strategy, trade, 100.0, shortly_before, position_of(strategy, trade), NOTHING_TOLD
        )

        # Its market is of two hours before noon.
        assert position.market.funding.rates_8h == (0.001,)
        for seen in (position, again):
            assert seen.funding.rates_to_come_8h == (0.001, 0.002, 0.003)

    def test_what_the_exchange_tells_of_a_position_stays_with_it(self, data):
        strategy, trade = guarded(data), open_trade()
        told = PositionReport(added_margin_quote=100.0)

        position = view_of(strategy).position(strategy, trade, 100.0, NOON, unknown, told)

        assert position.report == told
        assert position_of(strategy, trade).report == NOTHING_TOLD

    def test_a_restart_looks_everything_up_again(self, data):
        store(data, PAIR, funding_rates(0.001), CandleType.FUNDING_RATE)
        strategy, trade = guarded(data), open_trade()
        view = view_of(strategy)

        def look():
            market = view.market(strategy, PAIR, NOON)
            (volatility,) = view.portfolio(strategy, (PAIR,), NOON).daily_volatility
            return replace(market, tiers=None), volatility, position_of(strategy, trade).market.atr

        before = look()
        tiers = view.market(strategy, PAIR, NOON).tiers
        calm = hourly_candles()
        # Half of each move.
        calm[["open", "high", "low", "close"]] = np.sqrt(
            100.0 * calm[["open", "high", "low", "close"]]
        )
        store(data, PAIR, calm)
        store(data, PAIR, funding_rates(0.004), CandleType.FUNDING_RATE)
        strategy.dp._exchange._leverage_tiers[PAIR] = [{**TIERS[0], "maintenanceMarginRate": 0.01}]
        strategy.dp._exchange.markets[PAIR] = {"taker": 0.001}
        assert look() == before
        assert view.market(strategy, PAIR, NOON).tiers is tiers

        view.restart()
        market, volatility, atr_at_entry = look()

        assert market.daily_volatility == pytest.approx(before[0].daily_volatility / 2)
        assert volatility == pytest.approx(before[1] / 2)
        assert atr_at_entry == pytest.approx(before[2] / 2, rel=0.05)
        assert market.funding.rates_8h == (0.004,)
        assert market.taker_fee == 0.001
        assert view.market(strategy, PAIR, NOON).tiers.maintenance_margin(1_000.0) == 10.0

    def test_of_so_many_entries_the_market_is_remembered(self, data, monkeypatch):
        monkeypatch.setattr(snapshots, "_REMEMBERED_ENTRIES", 2)
        strategy, trades = guarded(data), [open_trade(number) for number in (1, 2, 3)]
        for hours, trade in enumerate(trades):
            trade.open_date = NOON - timedelta(hours=hours)

        first, second, third = (position_of(strategy, trade).market for trade in trades)

        # There was room for two: the third begins anew.
        assert position_of(strategy, trades[2]).market is third
        assert position_of(strategy, trades[0]).market is not first
        assert position_of(strategy, trades[0]).market == first != second
        assert position_of(strategy, trades[2]).market is third

    @pytest.mark.parametrize("short", [False, True])
    def test_a_position_as_freqtrade_has_it(self, data, short):
        strategy, trade = guarded(data), open_trade(7, short=short)
        trade.funding_fees, trade.enter_tag = -3.0, "dip"
        trade.liquidation_price = 110.0 if short else 90.0

        position = position_of(strategy, trade, rate=101.0)

        assert position.trade_id == 7
        assert position.side == (-1 if short else 1)
        assert (position.open_rate, position.rate, position.amount) == (100.0, 101.0, 100.0)
        assert (position.margin_quote, position.leverage) == (1_000.0, 10.0)
        assert (position.funding_quote, position.enter_tag) == (-3.0, "dip")
        assert position.exchange_liquidation_price == trade.liquidation_price
        assert position.stop_price == trade.stop_loss

    @pytest.mark.parametrize(
        ("short", "rate", "liquidation_price"), [(False, 84.5, 79.156), (True, 115.5, 120.657)]
    )
    def test_funding_counts_with_the_margin_that_is_left(
        self, data, short, rate, liquidation_price
    ):
        # Margin 1,000 at 5x: 50 units at 100. 60 of funding earned, then three quarters sold:
        # 12.5 units with 250 of margin, and 15 of the funding, are left.
        strategy, trade = guarded(data), open_trade(7, short=short, leverage=5.0)
        trade.set_funding_fees(60.0)
        fill(trade, trade.exit_side, 37.5, 100.0, NOON)

        position = position_of(strategy, trade, rate=rate)

        assert position.funding_quote == pytest.approx(15.0)
        # Equity 250 - 12.5 * 15.5 + 15 = 71.25; maintenance 0.4 % of 12.5 * rate:
        # 4.225 for the long, 5.775 for the short. (71.25 - 4.225) / (250 - 4.225) = 0.2727.
        maintenance = 0.004 * 12.5 * rate
        left = (71.25 - maintenance) / (250.0 - maintenance)
        assert position.margin_left == pytest.approx(left)
        # Fee 0.05 %. Long: (1250 - 250 - 15) / (12.5 * 0.9955); short: 1515 / (12.5 * 1.0045).
        assert position.liquidation_price == pytest.approx(liquidation_price, abs=1e-3)

    def test_its_market_is_that_of_its_entry(self, data):
        strategy, trade = guarded(data), open_trade()
        at_entry = view_of(strategy).market(strategy, PAIR, trade.open_date_utc)

        # Whatever an entry was planned with: a backtest has every candle.
        assert position_of(strategy, trade, lambda _: 77.0).market == at_entry
        later = position_of(strategy, trade, time=NOON + timedelta(hours=5))
        assert later.market is position_of(strategy, trade).market

    @pytest.mark.parametrize("short", [False, True])
    def test_a_position_goes_on_as_it_would_be_seen_anew(self, data, short):
        strategy, trade = guarded(data), open_trade(7, short=short)
        before = position_of(strategy, trade)
        trade.funding_fees, trade.stop_loss = -3.0, 99.0
        trade.liquidation_price = 110.0 if short else 90.0
        later = NOON + 5 * MINUTE

        told = PositionReport(added_margin_quote=100.0, leads_adl_queue=True)

        now = view_of(strategy).position_now(strategy, trade, 101.0, later, before, told)

        anew = position_of(strategy, trade, rate=101.0, time=later)
        assert now == replace(anew, report=told)
        assert (now.rate, now.funding_quote, now.stop_price) == (101.0, -3.0, 99.0)

    def test_how_pairs_move_together_as_of_a_time(self, data):
        strategy = guarded(data)

        (alone,) = view_of(strategy).portfolio(strategy, (PAIR,), NOON).daily_volatility
        before_all = view_of(strategy).portfolio(strategy, (PAIR,), NOON - timedelta(days=30))

        assert 0.005 < alone < 0.05
        assert isnan(before_all.daily_volatility[0])

    def test_what_has_no_stop_or_liquidation_says_so(self, data):
        strategy, trade = guarded(data), open_trade()
        trade.stop_loss, trade.liquidation_price, trade.funding_fees = 0.0, None, None

        position = position_of(strategy, trade)

        assert isnan(position.stop_price)
        assert position.exchange_liquidation_price == 0.0
        assert position.funding_quote == 0.0

    def test_a_trade_is_valued_at_the_last_close(self, data):
        strategy = guarded(data)

        assert view_of(strategy).marks(strategy, [open_trade()], NOON)[0] == 100.0

    @pytest.mark.parametrize(("short", "worst"), [(False, 93.0), (True, 108.0)])
    def test_where_no_price_is_known_it_is_valued_at_the_worst_it_has_seen(
        self, data, short, worst
    ):
        strategy, trade = guarded(data), open_trade(short=short)
        trade.min_rate, trade.max_rate = 93.0, 108.0
        much_later = NOON + timedelta(days=3)

        assert view_of(strategy).marks(strategy, [trade], much_later)[0] == worst
        trade.min_rate = trade.max_rate = None
        assert view_of(strategy).marks(strategy, [trade], much_later)[0] == 100.0

    def test_of_several_each_has_its_own_price(self, data):
        frame = own_candles()
        frame["close"] = 90.0
        store(data, ETH, frame, timeframe="5m")
        strategy = guarded(data, markets=(PAIR, ETH))
        trades = [open_trade(1), open_trade(2, pair=ETH)]

        assert view_of(strategy).marks(strategy, trades, NOON) == [100.0, 90.0]

    def test_the_candle_that_a_backtest_is_in(self, data):
        frame = own_candles()
        opens = frame["date"] == NOON + 5 * MINUTE
        frame.loc[opens, ["open", "high", "low", "close"]] = 101.0, 104.0, 97.0, 103.0
        store(data, PAIR, frame, timeframe="5m")
        strategy, trade = guarded(data), open_trade()

        assert view_of(strategy).candle(strategy, trade, NOON) == (100.0, 99.9, 100.1)
        now = NOON + 5 * MINUTE
        assert view_of(strategy).candle(strategy, trade, now) == (101.0, 97.0, 104.0)

    def test_in_a_gap_and_where_nothing_is_known_the_price_stands_still(self, data):
        frame = own_candles()
        frame.loc[frame["date"] == NOON - 5 * MINUTE, "close"] = 98.0
        store(data, PAIR, frame[frame["date"] != NOON], timeframe="5m")
        strategy, trade = guarded(data), open_trade()
        trade.min_rate = 93.0

        assert view_of(strategy).candle(strategy, trade, NOON) == (98.0, 98.0, 98.0)
        much_later = NOON + timedelta(days=3)
        assert view_of(strategy).candle(strategy, trade, much_later) == (93.0, 93.0, 93.0)

    def test_the_bots_stake_is_what_its_wallet_says(self, data, monkeypatch):
        strategy = guarded(data)
        assert bot_stake_quote(strategy, PAIR) == 2_500.0

        asked = []

        def note(*pair, **how):
            asked.append((pair, how))
            return 7.0

        monkeypatch.setattr(strategy.wallets, "get_trade_stake_amount", note)
        assert bot_stake_quote(strategy, PAIR) == 7.0
        # As the wallet was last seen: an entry must not wait for the exchange.
        assert asked == [((PAIR, 4), {"update": False})]

        def empty(*_, **__):
            raise DependencyException

        monkeypatch.setattr(strategy.wallets, "get_trade_stake_amount", empty)
        assert bot_stake_quote(strategy, PAIR) == 0.0
        strategy.wallets = None
        assert bot_stake_quote(strategy, PAIR) == 0.0


@pytest.mark.usefixtures("_backtest")
class TestInCrossMargin:
    """The whole account answers for a position: it has its beta to the market."""

    @pytest.fixture
    def strategy(self, data):
        # Each move of BTC twice.
        frame = hourly_candles()
        frame[["open", "high", "low", "close"]] **= 2
        store(data, ETH, frame)
        return guarded(data, markets=(PAIR, ETH))

    def test_it_has_the_beta_of_its_pair_as_of_the_time(self, strategy):
        strategy.config["margin_mode"] = MarginMode.CROSS
        trade = open_trade(pair=ETH)

        position = position_of(strategy, trade)
        later = view_of(strategy).position_now(strategy, trade, 101.0, NOON, position, NOTHING_TOLD)

        for seen in (position, later):
            assert (seen.margin_mode, seen.beta) == ("cross", pytest.approx(2.0))
        assert later.rate == 101.0
        # Before the first candle it is taken as 1.
        assert position_of(strategy, trade, time=NOON - timedelta(days=30)).beta == 1.0

    def test_in_isolated_margin_it_needs_none(self, strategy):
        strategy.config["margin_mode"] = MarginMode.ISOLATED

        position = position_of(strategy, open_trade(pair=ETH))

        assert (position.margin_mode, position.beta) == ("isolated", 1.0)


class TestOnARunningBot:
    @pytest.fixture
    def strategy(self, data, database):
        return guarded(data, runmode=RunMode.DRY_RUN)

    def test_a_trade_is_valued_at_the_rate_it_would_exit_at(self, strategy):
        strategy.dp._exchange.rates[PAIR] = 97.5

        assert view_of(strategy).marks(strategy, [booked_trade()], NOON)[0] == 97.5

    @pytest.mark.parametrize("short", [False, True])
    def test_it_asks_for_the_rate_of_an_exit_as_it_was_last_seen(
        self, strategy, monkeypatch, short
    ):
        asked = []

        def note(*pair, **how):
            asked.append((pair, how))
            return 97.5

        monkeypatch.setattr(strategy.dp._exchange, "get_rate", note)
        view_of(strategy).marks(strategy, [booked_trade(short=short)], NOON)

        assert asked == [((PAIR,), {"side": "exit", "is_short": short, "refresh": False})]

    @pytest.mark.parametrize("error", [ExchangeError, PricingError, DependencyException])
    def test_without_an_answer_of_the_exchange_the_last_close_does(
        self, strategy, monkeypatch, error
    ):
        def silent(*_, **__):
            raise error

        monkeypatch.setattr(strategy.dp._exchange, "get_rate", silent)

        assert view_of(strategy).marks(strategy, [booked_trade()], NOON)[0] == 100.0

    def test_an_exchange_that_is_away_is_asked_once_a_minute(self, strategy, monkeypatch):
        asked = []

        def away(pair, **_):
            asked.append(pair)
            raise ExchangeError

        monkeypatch.setattr(strategy.dp._exchange, "get_rate", away)
        trades = [booked_trade(), booked_trade(2)]
        for seconds in range(0, 65, 5):
            time = NOON + timedelta(seconds=seconds)
            assert view_of(strategy).marks(strategy, trades, time) == [100.0, 100.0]
        assert len(asked) == 2

        # What was seen less than five minutes ago is still better than a close.
        strategy.dp._exchange._exit_rate_cache = {PAIR: 98.5}
        assert view_of(strategy).marks(strategy, trades, NOON + timedelta(seconds=65)) == [98.5] * 2

    def test_what_has_no_price_and_no_trade_keeps_no_trade_from_its_rate(
        self, strategy, monkeypatch
    ):
        asked = []

        def answer(pair, **_):
            asked.append(pair)
            if pair != PAIR:
                raise ExchangeError
            return 98.5

        monkeypatch.setattr(strategy.dp._exchange, "get_rate", answer)
        trades, other = [booked_trade()], "DOGE/USDT:USDT"
        found = Reconciled(tuple(compare([], [ExchangePosition(other, 1, 10.0, 100.0)])))
        for seconds in (0, 5, 10):
            time = NOON + timedelta(seconds=seconds)
            assert view_of(strategy).marks(strategy, trades, time) == [98.5]
            view_of(strategy).with_marks(strategy, found, trades, [98.5], time)
        # Asked in each loop for the trade, and once a minute for what has no price.
        assert asked == [PAIR, other, PAIR, PAIR]

    def test_an_exchange_that_was_away_is_asked_at_once_when_it_was_back(
        self, strategy, monkeypatch
    ):
        answers = iter([ExchangeError, 97.5, ExchangeError, 98.5])

        def answer(*_, **__):
            told = next(answers)
            if told is ExchangeError:
                raise told
            return told

        monkeypatch.setattr(strategy.dp._exchange, "get_rate", answer)
        trades = [booked_trade()]

        # Away at noon; back after a minute, and away again right after: the last close is 100.
        marks = [
            view_of(strategy).marks(strategy, trades, NOON + timedelta(seconds=seconds))[0]
            for seconds in (0, 60, 61, 121)
        ]

        assert marks == [100.0, 97.5, 100.0, 98.5]

    def test_of_several_each_has_its_own_rate_or_close(self, strategy):
        frame = own_candles()
        frame["close"] = 90.0
        strategy.dp.frames[ETH, "5m"] = frame
        strategy.dp._exchange.rates |= {PAIR: 97.5, ETH: nan}
        trades = [booked_trade(1), booked_trade(2, pair=ETH)]

        assert view_of(strategy).marks(strategy, trades, NOON) == [97.5, 90.0]

    def test_a_rate_that_is_no_number_is_no_answer(self, strategy):
        strategy.dp._exchange.rates[PAIR] = nan

        assert view_of(strategy).marks(strategy, [booked_trade()], NOON)[0] == 100.0

    def test_the_atr_that_an_entry_was_planned_with_stays_with_it(self, data, database, strategy):
        assert (
            position_of(strategy, booked_trade(), lambda trade: 0.75 * trade.id).market.atr == 0.75
        )
        open_database(database)

        again = guarded(data, runmode=RunMode.DRY_RUN)
        assert position_of(again, found_again(), lambda _: 3.0).market.atr == 0.75
        again.dp.frames.clear()
        assert position_of(again, found_again()).market.atr == 0.75

    def test_one_that_nobody_knows_is_measured_at_the_entry(self, strategy):
        trade = booked_trade()
        measured = view_of(strategy).market(strategy, PAIR, trade.open_date_utc).atr

        assert position_of(strategy, trade).market.atr == measured > 0

    def test_candles_of_another_timeframe_would_give_an_open_trade_another_stop(self, strategy):
        del strategy.dp.frames[PAIR, "1h"]

        trade = booked_trade()

        assert isnan(position_of(strategy, trade).market.atr)
        # A new entry may be planned with them.
        assert view_of(strategy).market(strategy, PAIR, NOON).atr > 0

    def test_an_unknown_atr_is_looked_for_again(self, strategy):
        frame = strategy.dp.frames.pop((PAIR, "1h"))
        trade = booked_trade()
        Trade.commit()
        assert isnan(position_of(strategy, trade).market.atr)
        assert strategy._riskguard.memory.get_for_trade(trade, "entry_atr") is None

        strategy.dp.frames[PAIR, "1h"] = frame

        assert position_of(strategy, trade).market.atr > 0
