"""A wallet that holds the profit of open positions: a bot that trades for money does not start."""

import pytest
from freqtrade import __version__
from freqtrade.enums import RunMode
from freqtrade.exceptions import ConfigurationError
from freqtrade.resolvers import ExchangeResolver

from freqtrade_riskguard.adapters.startup.open_profit import open_profit_problem
from freqtrade_riskguard.replay import ReplayExchange
from tests.adapters.bots import Exchange, guarded, store_candles
from tests.factories import PAIR

NOT_LIVE = [RunMode.DRY_RUN, RunMode.BACKTEST, RunMode.HYPEROPT]

pytestmark = pytest.mark.usefixtures("_backtest")


class OldExchange(Exchange):
    """As freqtrade 2026.6 and 2026.7 have it: nothing says what a balance contains."""

    balance_includes_unrealized_pnl = property()


@pytest.fixture
def old_freqtrade(monkeypatch):
    monkeypatch.setattr("tests.adapters.bots.Exchange", OldExchange)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return store_candles(tmp_path_factory.mktemp("open_profit") / "data")


@pytest.mark.usefixtures("old_freqtrade", "database")
@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_with_a_freqtrade_that_leaves_it_in_no_bot_trades_for_money(data, mode):
    said = rf"freqtrade {__version__} leaves the profit of open positions in.*freqtrade>=2026\.8"

    with pytest.raises(ConfigurationError, match=said):
        guarded(data, runmode=RunMode.LIVE, mode=mode)


@pytest.mark.usefixtures("old_freqtrade", "database")
@pytest.mark.parametrize("runmode", NOT_LIVE)
def test_where_freqtrade_counts_the_wallet_itself_it_starts(data, runmode):
    strategy = guarded(data, runmode=runmode)

    assert strategy._riskguard.active
    assert open_profit_problem(strategy) is None


@pytest.mark.usefixtures("old_freqtrade")
def test_a_replays_money_is_nobodys(data, scenario_candles):
    strategy = guarded(data)
    strategy.config["runmode"] = RunMode.LIVE

    with ReplayExchange(scenario_candles("calm_trend", days=2)) as exchange:
        strategy.config["exchange"] = exchange.config()["exchange"]
        assert open_profit_problem(strategy) is None

    strategy.config["exchange"] = {"name": "binance", "pair_whitelist": [PAIR]}
    assert open_profit_problem(strategy) is not None


@pytest.fixture(scope="module")
def kraken_of():
    """freqtrade's real Kraken Futures, which is not asked for anything."""
    opened = []

    def build(currency):
        config = {
            "exchange": {"name": "krakenfutures", "enable_ws": False},
            "dry_run": True,
            "runmode": RunMode.DRY_RUN,
            "trading_mode": "futures",
            "margin_mode": "isolated",
            "stake_currency": currency,
        }
        opened.append(ExchangeResolver.load_exchange(config, validate=False))
        if not hasattr(opened[-1], "balance_includes_unrealized_pnl"):
            pytest.skip("no bot trades for money with this freqtrade, wherever it does")
        return opened[-1]

    yield build
    for exchange in opened:
        exchange.close()


@pytest.mark.parametrize(
    ("currency", "capital", "is_refused"),
    [("USD", {}, True), ("USD", {"available_capital": 1_000.0}, False), ("USDT", {}, False)],
)
def test_kraken_futures_needs_the_capital_to_be_said(
    data, kraken_of, currency, capital, is_refused
):
    strategy = guarded(data)
    strategy.config.update(
        runmode=RunMode.LIVE,
        stake_currency=currency,
        exchange={"name": "krakenfutures"},
        **capital,
    )
    strategy.dp._exchange = kraken_of(currency)

    problem = open_profit_problem(strategy)

    assert (problem is not None) == is_refused
    assert problem is None or "Set available_capital" in problem
