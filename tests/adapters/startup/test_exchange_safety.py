"""What a running bot is told about its settings, on the exchanges as freqtrade describes them."""

import logging
import re

import pytest
from freqtrade import main as freqtrade_main
from freqtrade.enums import MarginMode, RunMode
from freqtrade.exceptions import ConfigurationError
from freqtrade.freqtradebot import FreqtradeBot
from freqtrade.persistence import LocalTrade
from freqtrade.resolvers import ExchangeResolver
from freqtrade.strategy import IStrategy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.adapters.startup.exchange_safety import check_safety
from freqtrade_riskguard.adapters.startup.margin_top_up import note_no_exchange
from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.engine.guard import Guard
from freqtrade_riskguard.engine.journal import Journal
from freqtrade_riskguard.engine.rule_runner import RuleRunner
from freqtrade_riskguard.replay import ReplayExchange
from tests.adapters.bots import Wallets
from tests.factories import PAIR

DANGEROUS = """
from freqtrade.strategy import IStrategy
from freqtrade_riskguard import RiskGuard


class Dangerous(RiskGuard, IStrategy):
    timeframe = "5m"
    stoploss = -0.99
    order_types = {**IStrategy.order_types, "exit": "market", "emergency_exit": "limit"}

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    populate_entry_trend = populate_exit_trend = populate_indicators
"""
# freqtrade's name: the exchange's, whether market stops are offered, and stops by the mark price.
EXCHANGES = {
    "binance": ("Binance", True, True),
    "bybit": ("Bybit", True, True),
    "okx": ("OKX", True, True),
    "gate": ("Gate", False, True),
    "hyperliquid": ("Hyperliquid", False, False),
    "bitget": ("Bitget", True, True),
}
MARKET_STOPS = {name for name, (_, market, _) in EXCHANGES.items() if market}
MARK_STOPS = {name for name, (_, _, mark) in EXCHANGES.items() if mark}

SAFE_ORDERS = {
    "entry": "limit",
    "exit": "limit",
    "emergency_exit": "market",
    "force_exit": "market",
    "stoploss": "market",
    "stoploss_on_exchange": True,
    "stoploss_on_exchange_interval": 60,
    "stoploss_price_type": "mark",
}
BARE_ORDERS = dict(IStrategy.order_types)
TIMEOUTS = {"entry": 10, "exit": 10, "unit": "minutes"}

pytestmark = pytest.mark.usefixtures("_backtest")


@pytest.fixture(autouse=True)
def _restore_main(monkeypatch):
    monkeypatch.setattr(freqtrade_main, "ConfigurationError", ConfigurationError)


@pytest.fixture(autouse=True)
def _all_lines(caplog):
    caplog.set_level(logging.INFO, logger="freqtrade_riskguard")


@pytest.fixture(scope="module")
def exchanges():
    """freqtrade's real exchanges; markets and tiers are given, so that none asks the network."""
    loaded = {}
    for name in EXCHANGES:
        config = {
            "exchange": {"name": name, "enable_ws": False},
            "dry_run": True,
            "runmode": RunMode.DRY_RUN,
            "trading_mode": "futures",
            "margin_mode": "isolated",
            "stake_currency": "USDT",
        }
        loaded[name] = ExchangeResolver.load_exchange(config, validate=False)
        loaded[name]._markets = {PAIR: {"taker": 0.0}}
        # No bot trades for money with the oldest freqtrade, and its exchanges lack this.
        if not hasattr(loaded[name], "balance_includes_unrealized_pnl"):
            vars(loaded[name])["balance_includes_unrealized_pnl"] = bool
    yield loaded
    for exchange in loaded.values():
        exchange.close()


class Cautious(IStrategy):
    """A strategy that leaves nothing open, until a test changes something."""

    timeframe = "5m"
    stoploss = -0.5

    def populate_indicators(self, dataframe, metadata):
        return dataframe


class Canceller(Cautious):
    def check_exit_timeout(self, pair, trade, order, current_time, **kwargs):
        return True


class Provider:
    def __init__(self, exchange, pairs):
        self._exchange, self._pairs = exchange, pairs

    def current_whitelist(self):
        return self._pairs


def tier(rate, floor=0.0, cap=1e9, most=125.0):
    return {
        "minNotional": floor,
        "maxNotional": cap,
        "maintenanceMarginRate": rate,
        "maintAmt": None,
        "maxLeverage": most,
    }


ONE_TIER = (tier(0.01),)


@pytest.fixture
def check(exchanges, caplog):
    """Set a bot up, safely but for what is given, and return what it is warned of."""

    def checked(
        name="binance",
        *,
        cls=Cautious,
        runmode=RunMode.DRY_RUN,
        riskguard=None,
        stoploss=-0.5,
        can_short=False,
        tiers=ONE_TIER,
        wallet=10_000.0,
        without=(),
        orders=None,
        **config,
    ):
        caplog.clear()
        guarded = load_config({"profile": "moderate", **(riskguard or {})})
        strategy = cls(
            {
                "runmode": runmode,
                "trading_mode": "futures",
                "margin_mode": MarginMode.ISOLATED,
                "stake_currency": "USDT",
                "unfilledtimeout": TIMEOUTS,
                **config,
            }
        )
        strategy.stoploss, strategy.can_short, strategy.max_open_trades = stoploss, can_short, 4
        types = {**SAFE_ORDERS, **(orders or {})}
        strategy.order_types = {key: types[key] for key in types.keys() - set(without)}
        strategy.wallets = None if wallet is None else Wallets(wallet)
        exchanges[name]._leverage_tiers = {PAIR: list(tiers)} if tiers else {}
        strategy.dp = Provider(exchanges[name], [PAIR])
        check_safety(guarded, strategy, Guard(RuleRunner(guarded, Journal())))
        return lines(caplog, logging.WARNING)

    return checked


def lines(caplog, level):
    return [
        record.getMessage().removeprefix("RiskGuard: ")
        for record in caplog.records
        if record.levelno == level and record.getMessage().startswith("RiskGuard: ")
    ]


@pytest.mark.parametrize("runmode", [RunMode.DRY_RUN, RunMode.LIVE])
@pytest.mark.parametrize("name", EXCHANGES)
def test_a_safe_bot_is_told_nothing_and_starts_when_strict(check, name, runmode):
    without = () if name in MARK_STOPS else ("stoploss_price_type",)

    assert check(name, runmode=runmode, without=without, riskguard={"strict": True}) == []


@pytest.mark.parametrize("runmode", [RunMode.BACKTEST, RunMode.HYPEROPT])
def test_only_a_running_bot_has_orders_to_worry_about(check, runmode, caplog):
    orders = {**BARE_ORDERS, "emergency_exit": "limit"}

    assert check(runmode=runmode, orders=orders, riskguard={"strict": True}) == []
    assert not lines(caplog, logging.INFO)


@pytest.mark.parametrize("name", EXCHANGES)
def test_live_stops_that_are_only_in_the_bot(check, name):
    (line,) = check(name, runmode=RunMode.LIVE, orders={"stoploss_on_exchange": False})

    shown, market, mark = EXCHANGES[name]
    assert line.startswith("order_types.stoploss_on_exchange is off: while the bot is down")
    assert f"{shown} offers stops: set it to true" in line
    # Only what can be had there is asked for.
    assert ("order_types.stoploss to 'market'" in line) is market
    assert ("order_types.stoploss_price_type to 'mark'" in line) is mark


def test_a_dry_run_has_no_stops_on_the_exchange_anyway(check):
    assert check(runmode=RunMode.DRY_RUN, orders={"stoploss_on_exchange": False}) == []


@pytest.mark.parametrize("name", EXCHANGES)
def test_a_limit_stop_where_market_stops_are_offered(check, name, caplog):
    without = () if name in MARK_STOPS else ("stoploss_price_type",)
    found = check(name, orders={"stoploss": "limit"}, without=without)

    if name in MARKET_STOPS:
        (line,) = found
        # freqtrade's limit is 0.99 of the stop price.
        assert line.startswith("order_types.stoploss is 'limit': the stop on the exchange is a")
        assert "1.0 % beyond the stop price" in line
        assert "offers market stops: set order_types.stoploss to 'market'." in line
    else:
        assert found == []
        (remains,) = [told for told in lines(caplog, logging.INFO) if "no market stops" in told]
        assert remains.startswith(f"{EXCHANGES[name][0]} offers no market stops: the stop there")
        assert "1.0 % beyond the stop price" in remains


def test_an_exchange_that_nobody_knows_is_a_danger(check):
    (line,) = check(exchange={"name": "somewhere"})
    assert line == (
        "Binance is an exchange that RiskGuard does not know: liquidation prices are computed by "
        "the careful rule: the rate of the highest tier touched on the whole position, at least "
        "half of the initial margin at the market's greatest leverage. Compare them with those "
        "that the exchange shows."
    )
    with pytest.raises(ConfigurationError, match="does not know"):
        check(exchange={"name": "somewhere"}, riskguard={"strict": True})


def test_a_stoploss_beyond_hyperliquids_liquidation(check, exchanges, monkeypatch):
    market = {"taker": 0.0, "limits": {"leverage": {"max": 5.0}}}
    monkeypatch.setattr(exchanges["hyperliquid"], "_markets", {PAIR: market})
    # No tiers are told there: 10 % maintenance, (1 - 0.2) / 0.9 * 1.01 is 10.2 % away at 5x.
    (line,) = check("hyperliquid", stoploss=-0.9, tiers=None, without=("stoploss_price_type",))
    assert "at 5x a long of BTC/USDT:USDT is liquidated 10.2 % away" in line


def test_a_stoploss_beyond_okx_liquidation(check, exchanges, monkeypatch):
    market = {"taker": 0.0, "contractSize": 10.0}
    monkeypatch.setattr(exchanges["okx"], "_markets", {PAIR: market})
    monkeypatch.setattr(exchanges["okx"], "get_rate", lambda *_, **__: 1.0)
    tiers = (tier(0.01, 0.0, 1_000.0), tier(0.1, 1_001.0, 1e6))
    # A quarter of 10,000 at 5x and a price of 1 is 1,250 contracts of 10: the second tier, where
    # liquidation is at 0.8 / 0.9, 1 % nearer. Read as money, 12,500 would be in it as well, but
    # 4,000 at 5x and a price of 10 is 200 contracts: 0.8 / 0.99.
    (line,) = check("okx", stoploss=-0.99, tiers=tiers, riskguard={"profile": "moderate"})
    assert "liquidated 10.2 % away" in line
    monkeypatch.setattr(exchanges["okx"], "get_rate", lambda *_, **__: 100.0)
    (line,) = check("okx", stoploss=-0.99, tiers=tiers)
    assert "liquidated 18.4 % away" in line


def test_an_exchange_without_stops_is_not_held_against_the_bot(
    check, exchanges, caplog, monkeypatch
):
    monkeypatch.setitem(exchanges["binance"]._ft_has, "stoploss_on_exchange", False)

    assert check(runmode=RunMode.LIVE, orders={"stoploss_on_exchange": False}) == []
    (remains,) = lines(caplog, logging.INFO)
    assert remains.startswith("freqtrade cannot place stops on Binance: your stops work only while")


def test_a_telegram_that_is_not_told_is_mentioned(check, caplog):
    def told(**telegram):
        caplog.clear()
        check(telegram=telegram)
        return [line for line in lines(caplog, logging.INFO) if "telegram" in line]

    assert told() == told(enabled=True, allow_custom_messages=True) == []
    (remains,) = told(enabled=True)
    assert remains.startswith("telegram.allow_custom_messages is off: RiskGuard's messages are in")


def test_the_limit_ratio_is_the_bots_own(check):
    (line,) = check(orders={"stoploss": "limit", "stoploss_on_exchange_limit_ratio": 0.95})

    assert "5.0 % beyond the stop price" in line


def test_a_limit_stop_of_the_bots_own(check):
    (line,) = check(orders={"stoploss": "limit", "stoploss_on_exchange": False})

    assert line.startswith("order_types.stoploss is 'limit': at a stop the bot sends a limit order")


@pytest.mark.parametrize("name", EXCHANGES)
@pytest.mark.parametrize("given_type", ["last", None])
def test_a_stop_by_another_price_than_the_one_that_liquidates(check, name, given_type):
    found = check(
        name,
        orders={"stoploss_price_type": given_type},
        without=() if given_type else ("stoploss_price_type",),
    )

    if name in MARK_STOPS:
        (line,) = found
        what = "is 'last'" if given_type else "is not set"
        assert line.startswith(f"order_types.stoploss_price_type {what}: {EXCHANGES[name][0]}")
        assert line.endswith("Set it to 'mark'.")
    else:
        assert found == []


def test_the_price_of_a_stop_that_is_not_on_the_exchange_is_the_bots(check):
    orders = {"stoploss_on_exchange": False, "stoploss_price_type": "last"}

    assert check(orders=orders) == []


@pytest.mark.parametrize(
    ("orders", "without", "beginning", "end"),
    [
        (
            {"stoploss_on_exchange_interval": 300},
            (),
            "order_types.stoploss_on_exchange_interval is 300 seconds: after RiskGuard",
            "Set it to 60 or less.",
        ),
        (
            {"emergency_exit": "limit"},
            (),
            "order_types.emergency_exit is 'limit': RiskGuard uses emergency exits",
            "Set order_types.emergency_exit to 'market'.",
        ),
        (
            {"force_exit": "limit"},
            (),
            "order_types.force_exit is 'limit': when you have to get out with /forceexit",
            "Set order_types.force_exit to 'market'.",
        ),
        (
            {},
            ("force_exit",),
            "order_types.force_exit is not set, so it is 'limit' like order_types.exit:",
            "Set order_types.force_exit to 'market'.",
        ),
    ],
)
def test_orders_that_may_not_be_there_or_not_fill(check, orders, without, beginning, end):
    (line,) = check(orders=orders, without=without)

    assert line.startswith(beginning)
    assert line.endswith(end)


@pytest.mark.parametrize(
    ("orders", "without"),
    [
        # freqtrade's defaults are safe: 60 seconds, and a market order.
        ({}, ("stoploss_on_exchange_interval", "emergency_exit")),
        ({"stoploss_on_exchange": False, "stoploss_on_exchange_interval": 300}, ()),
        ({"exit": "market"}, ("force_exit",)),
        ({}, ("stoploss",)),
    ],
)
def test_orders_that_are_as_good(check, orders, without):
    assert check(orders=orders, without=without) == []


def test_exits_that_nobody_cancels(check):
    (line,) = check(unfilledtimeout={"entry": 10})

    assert line.startswith("unfilledtimeout.exit is not set: exits are limit orders here")
    assert check(unfilledtimeout=None) == [line]
    assert check(unfilledtimeout={}, orders={"exit": "market"}) == []
    # The strategy sees to it.
    assert check(unfilledtimeout={}, cls=Canceller) == []


# Tiers of 1 % without fees; RiskGuard counts liquidation 1 % nearer than it is. At 5x, entry 1:
#   long:  4 / (5 * 0.99) = 0.80808, * 1.01 = 0.81616: 18.4 % away, 0.9192 of the margin
#   short: 6 / (5 * 1.01) = 1.18812, * 0.99 = 1.17624: 17.6 % away, 0.8812 of the margin
def test_a_stoploss_beyond_liquidation(check):
    (line,) = check(stoploss=-0.92)

    assert line == (
        f"stoploss -0.92 is beyond liquidation: at 5x a long of {PAIR} is liquidated 18.4 % away "
        "from its entry, and this stop is 18.4 % away. Only RiskGuard's stop (on the "
        "exchange) comes before liquidation; without it, only freqtrade's liquidation_buffer "
        "protects the trade. Set stoploss to -0.91 or nearer to zero."
    )
    assert check(stoploss=-0.91) == []


def test_shorts_are_liquidated_sooner(check):
    assert check(stoploss=-0.89) == []

    (line,) = check(stoploss=-0.89, can_short=True)

    assert f"at 5x a short of {PAIR} is liquidated 17.6 % away" in line
    assert "Set stoploss to -0.88 or nearer" in line
    assert check(stoploss=-0.88, can_short=True) == []


@pytest.mark.parametrize(
    "lower",
    [
        {"riskguard": {"max_leverage": 2}},
        {"riskguard": {"pairs": {PAIR: {"max_leverage": 2}}}},
        {"tiers": [tier(0.01, most=2.0)]},
    ],
)
def test_at_the_leverage_that_there_may_be(check, lower):
    # At 2x: 1 / (2 * 0.99) = 0.50505, * 1.01 = 0.51010: 49.0 % away, 0.9798 of the margin.
    assert check(stoploss=-0.97, **lower) == []

    (line,) = check(stoploss=-0.98, **lower)

    assert "at 2x" in line
    assert "liquidated 49.0 % away from its entry, and this stop is 49.0 % away" in line


def test_a_large_position_is_liquidated_sooner(check):
    # A quarter of 400,000 at 5x is 500,000, of which (81 %) is in the second tier: 10 %, less what
    # keeps the margin whole at its floor, 10,000 * (0.10 - 0.01) = 900.
    #   (500,000 - 100,000 - 900) / (500,000 * 0.9) = 0.88689, * 1.01 = 0.89576: 0.5212 at 5x
    tiers = [tier(0.01, cap=10_000.0), tier(0.10, floor=10_000.0)]

    assert check(stoploss=-0.90, tiers=tiers, wallet=4_000.0) == []
    (line,) = check(stoploss=-0.90, tiers=tiers, wallet=400_000.0)
    assert "liquidated 10.4 % away" in line
    assert "Set stoploss to -0.52 or nearer" in line


def test_tiers_that_are_not_known(check):
    # The fallback's 2.5 %: 4 / (5 * 0.975) = 0.82051, * 1.01 = 0.82872: 0.8564 of the margin.
    assert check(stoploss=-0.85, tiers=()) == []
    (line,) = check(stoploss=-0.86, tiers=())
    assert "a long of any pair is liquidated 17.1 % away" in line


def test_who_stands_between(check):
    (in_bot,) = check(stoploss=-0.99, orders={"stoploss_on_exchange": False})
    assert (
        "Only RiskGuard's stop (in the bot, not on the exchange) comes before liquidation" in in_bot
    )

    (nobody,) = check(stoploss=-0.99, riskguard={"mode": "observe"})
    assert "No stop of RiskGuard is enforced: only freqtrade's liquidation_buffer" in nobody


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(leverage=st.floats(2, 20), rate=st.floats(0.001, 0.02), can_short=st.booleans())
def test_the_stoploss_that_is_asked_for_is_enough_and_a_hundredth_more_is_not(
    check, leverage, rate, can_short
):
    bot = {
        "riskguard": {"profile": "speculative", "max_leverage": leverage},
        "tiers": [tier(rate)],
        "can_short": can_short,
    }
    (line,) = check(stoploss=-0.99, **bot)
    (found,) = re.findall(r"Set stoploss to (-0\.\d+) or nearer", line)
    asked = float(found)

    assert check(stoploss=asked, **bot) == []
    assert check(stoploss=round(asked - 0.01, 2), **bot) != []


def test_cross_margin_needs_the_rules_that_look_at_all_positions(check):
    (line,) = check(margin_mode=MarginMode.CROSS, riskguard={"profile": "seatbelt"})

    assert line.startswith("margin_mode is 'cross': one losing position uses up the margin of all")
    for rule in ("portfolio_volatility", "margin_utilisation", "stress_survival"):
        assert f"riskguard.{rule}" in line

    assert check(margin_mode=MarginMode.CROSS) == []


@pytest.mark.parametrize(
    "weaker",
    [
        {"stress_survival": {"mode": "observe"}},
        {"pairs": {PAIR: {"stress_survival": {"mode": "off"}}}},
    ],
)
def test_cross_margin_where_one_of_them_is_not_enforced(check, weaker):
    (line,) = check(margin_mode=MarginMode.CROSS, riskguard=weaker)

    assert "(not enforced: riskguard.stress_survival)" in line


def test_in_cross_margin_nobody_knows_where_a_trade_is_liquidated(check):
    assert check(margin_mode=MarginMode.CROSS, stoploss=-0.99) == []


@pytest.mark.parametrize(
    ("capital", "booked", "told"),
    [
        (12_000.0, 0.0, "12000 USDT (with the bot's profit so far 12000), but the wallet holds"),
        # What the bot has lost is gone from both, what it has won is in both.
        (12_000.0, -2_000.0, None),
        (9_500.0, 1_000.0, "Set available_capital to at most 9000, or deposit the rest."),
        # Fees of open trades: 10,090 is within 1 % of 10,000.
        (10_090.0, 0.0, None),
        (5_000.0, 0.0, None),
    ],
)
def test_capital_that_the_wallet_does_not_hold(check, capital, booked, told, monkeypatch):
    monkeypatch.setattr(LocalTrade, "bt_total_profit", booked)

    found = check(available_capital=capital, wallet=10_000.0)

    assert len(found) == (told is not None)
    assert all(told in line for line in found)


TOP_UP = {"margin_top_up": {"max_share": 0.02}}


@pytest.mark.parametrize(
    ("name", "margin_mode", "why"),
    [
        ("binance", MarginMode.CROSS, "margin_mode is not 'isolated'"),
        ("okx", MarginMode.ISOLATED, "the guard adds margin on binance only, not on okx"),
        ("bybit", MarginMode.ISOLATED, "the guard adds margin on binance only, not on bybit"),
    ],
)
def test_margin_that_nobody_could_add(check, name, margin_mode, why):
    setup = {"runmode": RunMode.LIVE, "margin_mode": margin_mode, "exchange": {"name": name}}
    (line,) = check(name, riskguard=TOP_UP, **setup)
    assert line.startswith(f"margin_top_up does nothing: {why}")
    assert line.endswith("Set margin_top_up.max_share to null.")
    with pytest.raises(ConfigurationError, match="margin_top_up does nothing"):
        check(name, riskguard={**TOP_UP, "strict": True}, **setup)
    assert check(name, **setup) == []


def test_margin_that_can_be_added(check):
    setup = {"runmode": RunMode.LIVE, "exchange": {"name": "binance"}}
    assert check(riskguard={**TOP_UP, "strict": True}, **setup) == []


@pytest.mark.parametrize("runmode", [RunMode.BACKTEST, RunMode.HYPEROPT, RunMode.DRY_RUN])
def test_without_an_exchange_no_margin_is_added_and_the_start_says_so_once(caplog, runmode):
    settings = load_config({"profile": "moderate", **TOP_UP})
    note_no_exchange(settings, Cautious({"runmode": runmode}))
    (line,) = lines(caplog, logging.INFO)
    assert line.startswith("margin_top_up does nothing here")


def test_nothing_is_said_of_margin_where_it_is_off_or_there_is_an_exchange(caplog):
    note_no_exchange(load_config({}), Cautious({"runmode": RunMode.BACKTEST}))
    note_no_exchange(load_config(TOP_UP), Cautious({"runmode": RunMode.LIVE}))
    assert lines(caplog, logging.INFO) == []


def test_strict_stops_the_bot_with_all_of_it_in_one_message(check, caplog):
    with pytest.raises(ConfigurationError, match=r"riskguard\.strict is true") as stopped:
        check(runmode=RunMode.LIVE, orders=BARE_ORDERS, stoploss=-0.99, riskguard={"strict": True})

    message = str(stopped.value)
    assert re.findall(r"^  (\d)\. (\S+)", message, re.MULTILINE) == [
        ("1", "order_types.stoploss_on_exchange"),
        ("2", "order_types.stoploss"),
        ("3", "stoploss"),
    ]
    assert not lines(caplog, logging.WARNING)


def test_a_check_that_fails_does_not_stop_a_bot_unless_strict(check, caplog):
    # Without wallets the capital cannot be compared.
    (line,) = check(available_capital=1.0, wallet=None)

    assert line.startswith("the startup check missing_capital failed")
    assert lines(caplog, logging.ERROR) == ["the startup check missing_capital failed"]

    with pytest.raises(ConfigurationError, match="check missing_capital failed"):
        check(available_capital=1.0, wallet=None, riskguard={"strict": True})


@pytest.fixture
def start(scenario_candles, tmp_path, database):
    """Start freqtrade's own bot in dry-run, on an exchange on loopback."""
    (tmp_path / "dangerous.py").write_text(DANGEROUS, encoding="utf-8")

    def started(**riskguard):
        with ReplayExchange(scenario_candles("calm_trend", days=2)) as exchange:
            pricing = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
            config = {
                "runmode": RunMode.DRY_RUN,
                "dry_run": True,
                "dry_run_wallet": 1_000.0,
                "tradable_balance_ratio": 0.99,
                "trading_mode": "futures",
                "margin_mode": "isolated",
                "stake_currency": "USDT",
                "stake_amount": "unlimited",
                "max_open_trades": 4,
                "entry_pricing": pricing,
                "exit_pricing": pricing,
                "pairlists": [{"method": "StaticPairList"}],
                "exchange": {**exchange.config()["exchange"], "pair_whitelist": [PAIR]},
                "strategy": "Dangerous",
                "strategy_path": str(tmp_path),
                "user_data_dir": tmp_path,
                "datadir": tmp_path,
                "db_url": database,
                "internals": {},
                "riskguard": riskguard,
            }
            FreqtradeBot(config).cleanup()

    return started


@pytest.mark.slow
def test_freqtrades_own_bot_says_it_when_it_starts(start, caplog):
    start()

    settings_told = [line.split()[0] for line in lines(caplog, logging.WARNING)]
    # Not emergency_exit, which the guard sets by itself.
    assert settings_told == ["order_types.stoploss", "stoploss"]


@pytest.mark.slow
def test_freqtrades_own_bot_does_not_start_when_strict(start):
    with pytest.raises(ConfigurationError, match=r"(?s)riskguard\.strict is true.*1\..*2\."):
        start(strict=True)
