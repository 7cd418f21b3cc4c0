"""How pairs move together, measured on real candles of the crash of November 2022."""

import shutil
from datetime import UTC, datetime, timedelta
from math import isnan
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from freqtrade.enums import CandleType, RunMode

from freqtrade_riskguard.adapters.market.candles import Candles
from freqtrade_riskguard.adapters.market.correlations import CorrelationEstimator
from freqtrade_riskguard.config.measurement import VolatilitySettings
from freqtrade_riskguard.snapshot import market_pair
from tests.adapters.bots import Exchange, Provider

BTC, ETH, SOL, DOGE = (f"{coin}/USDT:USDT" for coin in ("BTC", "ETH", "SOL", "DOGE"))
NOVEMBER = datetime(2022, 11, 9, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def measuring():
    """Return a fresh look at candles: what files hold may have changed."""

    def fresh():
        candles = Candles(VolatilitySettings())
        candles.restart()
        return CorrelationEstimator(candles)

    return fresh


def bot(data, whitelist=()):
    provider = Provider(Exchange(BTC, ETH, SOL, DOGE))
    provider.current_whitelist = lambda: list(whitelist)  # type: ignore[method-assign]
    return SimpleNamespace(
        timeframe="1h",
        dp=provider,
        config={
            "datadir": data,
            "stake_currency": "USDT",
            "candle_type_def": CandleType.FUTURES,
            "runmode": RunMode.BACKTEST,
        },
    )


def closes(data, pair, time, hours):
    """Return the closes of the last hours that were closed by a time, as this test reads them."""
    name = f"{pair.split('/')[0]}_USDT_USDT-1h-futures.feather"
    frame = pd.read_feather(data / "futures" / name).set_index("date")["close"]
    return frame[frame.index <= time - HOUR].to_numpy()[-hours:]


def same(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
        for name in (
            "daily_volatility",
            "correlation",
            "betas",
            "market_daily_move",
            "market_daily_volatility",
        )
    )


def test_figures_are_those_of_the_last_twelve_days(real_candles, measuring):
    data = real_candles("ftx-2022")
    time = NOVEMBER + timedelta(minutes=25)
    found = measuring().portfolio(bot(data), (SOL, ETH, BTC), time)
    returns = {pair: np.diff(np.log(closes(data, pair, time, 289))) for pair in (SOL, ETH, BTC)}

    for place, pair in enumerate((SOL, ETH, BTC)):
        assert len(returns[pair]) == 288
        daily = returns[pair].std(ddof=1) * np.sqrt(24)
        assert found.daily_volatility[place] == pytest.approx(daily)
        slope, _ = np.polyfit(returns[BTC], returns[pair], 1)
        assert found.betas[place] == pytest.approx(slope)
    last = closes(data, BTC, time, 25)
    assert found.market_daily_move == pytest.approx(last[-1] / last[0] - 1)
    assert found.market_daily_volatility == found.daily_volatility[2]
    # The crash: SOL moves more than BTC, and BTC has lost a lot.
    assert found.betas[0] > 1.5
    assert found.market_daily_move < -0.08


def test_a_correlation_matrix_is_one(real_candles, measuring):
    found = measuring().portfolio(bot(real_candles("ftx-2022")), (SOL, ETH, DOGE, BTC), NOVEMBER)

    assert found.correlation.shape == (4, 4)
    assert np.diag(found.correlation) == pytest.approx(1.0)
    assert found.correlation == pytest.approx(found.correlation.T)
    assert np.linalg.eigvalsh(found.correlation).min() >= -1e-9
    assert (found.correlation[~np.eye(4, dtype=bool)] > 0.3).all()


@pytest.mark.parametrize("hours", [0, 1, 7, 24, 61])
def test_nothing_after_a_time_changes_what_was_known_at_it(
    real_candles, measuring, tmp_path, hours
):
    source, time = real_candles("ftx-2022"), NOVEMBER + hours * HOUR
    changed = tmp_path / "changed"
    shutil.copytree(source, changed)
    for pair in (BTC, ETH, SOL):
        path = changed / "futures" / f"{pair.split('/')[0]}_USDT_USDT-1h-futures.feather"
        frame = pd.read_feather(path)
        later = frame["date"] >= time
        noise = np.random.default_rng(hours).uniform(0.2, 3.0, later.sum())
        for column in ("open", "high", "low", "close"):
            frame.loc[later, column] *= noise
        frame.to_feather(path)

    pairs = (SOL, ETH, BTC)
    known = measuring().portfolio(bot(source), pairs, time)
    assert same(measuring().portfolio(bot(changed), pairs, time), known)
    # In the next hour it does.
    later_on = time + HOUR
    assert not same(
        measuring().portfolio(bot(changed), pairs, later_on),
        measuring().portfolio(bot(source), pairs, later_on),
    )


@pytest.mark.parametrize("whitelist", [(), (BTC, ETH, SOL, DOGE), (DOGE, SOL)])
def test_pairs_come_in_the_order_that_was_asked_for(real_candles, measuring, whitelist):
    strategy, portfolios = bot(real_candles("ftx-2022"), whitelist), measuring()

    one = portfolios.portfolio(strategy, (SOL, ETH, BTC), NOVEMBER)
    turned = portfolios.portfolio(strategy, (BTC, SOL, ETH), NOVEMBER)
    part = portfolios.portfolio(strategy, (ETH, BTC), NOVEMBER)

    order = [2, 0, 1]
    assert turned.betas == pytest.approx(one.betas[order])
    assert turned.daily_volatility == pytest.approx(one.daily_volatility[order])
    assert turned.correlation == pytest.approx(one.correlation[np.ix_(order, order)])
    assert part.betas == pytest.approx(one.betas[1:])
    assert part.correlation == pytest.approx(one.correlation[1:, 1:])


def test_a_pair_held_twice_moves_with_itself(real_candles, measuring):
    found = measuring().portfolio(bot(real_candles("ftx-2022")), (SOL, BTC, SOL), NOVEMBER)

    assert found.correlation[0, 2] == pytest.approx(1.0)
    assert found.betas[0] == found.betas[2]


def test_the_next_hour_is_measured_again_and_so_is_the_next_run(real_candles, measuring):
    strategy, portfolios = bot(real_candles("ftx-2022")), measuring()
    first = portfolios.portfolio(strategy, (SOL, BTC), NOVEMBER)

    next_hour = portfolios.portfolio(strategy, (SOL, BTC), NOVEMBER + HOUR)
    assert not same(next_hour, first)
    portfolios.restart()
    assert same(portfolios.portfolio(strategy, (SOL, BTC), NOVEMBER), first)


def test_within_an_hour_the_answer_is_the_same(real_candles, measuring):
    strategy, portfolios = bot(real_candles("ftx-2022")), measuring()
    first = portfolios.portfolio(strategy, (SOL, BTC), NOVEMBER)

    for minutes in (5, 30, 59):
        again = portfolios.portfolio(strategy, (SOL, BTC), NOVEMBER + timedelta(minutes=minutes))
        assert same(again, first)


def test_a_pair_without_candles_is_taken_for_the_worst(real_candles, measuring):
    found = measuring().portfolio(bot(real_candles("ftx-2022")), ("NEW/USDT:USDT", BTC), NOVEMBER)

    assert isnan(found.daily_volatility[0])
    assert found.betas[0] == 1.0
    # As in a market in which everything falls together.
    assert found.correlation[0, 1] == pytest.approx(0.9)
    assert not isnan(found.daily_volatility[1])


@pytest.mark.parametrize(("candles", "is_known"), [(24, False), (25, True)])
def test_a_day_of_returns_makes_a_beta(real_candles, measuring, tmp_path, candles, is_known):
    source = real_candles("ftx-2022") / "futures"
    (tmp_path / "futures").mkdir()
    btc, sol = (f"{coin}_USDT_USDT-1h-futures.feather" for coin in ("BTC", "SOL"))
    shutil.copy(source / btc, tmp_path / "futures" / btc)
    frame = pd.read_feather(source / sol)
    begun = NOVEMBER - candles * HOUR
    frame[frame["date"] >= begun].reset_index(drop=True).to_feather(tmp_path / "futures" / sol)

    found = measuring().portfolio(bot(tmp_path), (SOL, BTC), NOVEMBER)

    returns = [np.diff(np.log(closes(tmp_path, pair, NOVEMBER, candles))) for pair in (BTC, SOL)]
    slope, _ = np.polyfit(returns[0], returns[1], 1)
    assert found.betas[0] == pytest.approx(slope if is_known else 1.0)
    assert slope != pytest.approx(1.0)


def test_without_btc_the_pair_itself_tells_of_the_market(real_candles, measuring, tmp_path):
    (tmp_path / "futures").mkdir()
    name = "SOL_USDT_USDT-1h-futures.feather"
    shutil.copy(real_candles("ftx-2022") / "futures" / name, tmp_path / "futures" / name)

    found = measuring().portfolio(bot(tmp_path), (SOL,), NOVEMBER)

    last = closes(tmp_path, SOL, NOVEMBER, 25)
    assert found.market_daily_move == pytest.approx(last[-1] / last[0] - 1)
    assert found.market_daily_volatility == found.daily_volatility[0]
    assert found.betas[0] == 1.0


def test_the_market_is_btc_in_the_stake_currency():
    assert market_pair("USDC") == "BTC/USDC:USDC"


def test_the_beta_of_one_pair_is_that_of_the_portfolio(measuring, real_candles):
    data = real_candles("ftx-2022")
    estimator, strategy = measuring(), bot(data)
    for time in (NOVEMBER, NOVEMBER + 24 * HOUR):
        whole = estimator.portfolio(strategy, (SOL, ETH), time)
        assert [estimator.beta(strategy, pair, time) for pair in (SOL, ETH)] == whole.betas.tolist()
        # Of 288 returns that were closed by then, as this test reads them.
        own, market = (np.diff(np.log(closes(data, pair, time, 289))) for pair in (SOL, BTC))
        wanted = np.cov(own, market)[0, 1] / np.var(market, ddof=1)
        assert estimator.beta(strategy, SOL, time) == pytest.approx(wanted, rel=1e-9)


def test_a_pair_without_candles_moves_with_the_market(measuring, real_candles):
    strategy = bot(real_candles("ftx-2022"))
    assert measuring().beta(strategy, "NONE/USDT:USDT", NOVEMBER) == 1.0
