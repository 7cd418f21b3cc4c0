"""What a person sees of the guard on a running bot, and may do to it."""

import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from freqtrade.enums import RPCMessageType, State
from freqtrade.persistence import PairLocks, Trade
from freqtrade.rpc import RPC, RPCException, RPCHandler
from freqtrade_client import FtRestClient  # type: ignore[import-untyped]

from freqtrade_riskguard.adapters.callbacks.cut_order_types import CutOrderTypes
from tests.support.bot import Bot
from tests.support.scripted import only

pytestmark = pytest.mark.slow

MORNING = datetime(2024, 1, 22, 7, tzinfo=UTC)
CALM = datetime(2024, 1, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CUTS = {"steps": [{"at": 0.004, "keep": 0.5}, {"at": 0.1, "keep": 0.0}]}
RECKLESS: dict[str, Any] = {
    "strategy": "Guarded",
    "stems": ("reckless", "guarded_reckless"),
    "riskguard": {"profile": "moderate", "drawdown_ladder": CUTS},
}


class Recorder(RPCHandler):  # type: ignore[misc]
    """Stands where Telegram would, and keeps what strategies say."""

    def __init__(self, bot):
        super().__init__(RPC(bot), bot.config)
        self.said = []

    def send_msg(self, msg):
        if msg["type"] == RPCMessageType.STRATEGY_MSG:
            self.said.append(msg["msg"])

    def cleanup(self):
        """Nothing is open."""


@pytest.fixture(scope="module")
def data(scenario_candles):
    return scenario_candles("flash_crash", days=23)


def test_what_happens_is_told_once_and_locks_are_in_the_api(data, tmp_path):
    api, client = api_of_a_bot()
    config = {"timeframe": "5m", "bot_name": "trend-1", "fee": 0.0005, **api}
    config["recorder"] = {"allow_custom_messages": True}
    with Bot(tmp_path / "bot", data, start=MORNING, config=config, **RECKLESS) as bot:
        told = Recorder(bot.bot)
        bot.bot.rpc.registered_modules.append(told)
        for _ in bot.run(MORNING + timedelta(hours=3)):
            pass
        locks = [k for k in client.locks()["locks"] if k["reason"] != "Auto lock"]
        cut = [trade for trade in bot.trades if len(trade["orders"]) == 3]

    assert all(message.startswith("trend-1: ") for message in told.said)
    assert len(set(told.said)) == len(told.said)
    cuts = [message for message in told.said if ": cut from " in message]
    assert len(cuts) == len(cut) == 3
    assert all("below its peak" in message and "(drawdown_ladder)" in message for message in cuts)
    (lock,) = locks
    assert f"trend-1: {lock['reason']}" in told.said
    assert lock["reason"].startswith("Entries paused until 10:3")
    assert lock["reason"].endswith(f"Lift: /unlock {lock['id']}")
    # Three hours, three summaries at most.
    assert sum("entries refused: " in message for message in told.said) <= 3


def api_of_a_bot():
    """Return a bot's settings for its REST API, and a client for that."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    api = {"username": "trader", "password": "secret"}
    address = {"listen_ip_address": "127.0.0.1", "listen_port": port}
    client = FtRestClient(f"http://127.0.0.1:{port}", *api.values())
    return {"api_server": {"enabled": True, **address, **api}}, client


def eager(folder, data, start=CALM):
    config = {"timeframe": "5m", "eager_since": {}, "max_open_trades": 4}
    return Bot(folder, data, "Eager", start=start, stems=("eager",), config=config)


@pytest.mark.parametrize(("spread_ticks", "trades"), [(200, 0), (2, 4)])
def test_a_bot_does_not_enter_a_wide_order_book(data, tmp_path, spread_ticks, trades):
    config = {"timeframe": "5m", "eager_since": {}, "max_open_trades": 4}
    # A tick is from 2 to 108 millionths of a price.
    riskguard = {"profile": "seatbelt", "max_spread": {"max_ratio": 0.0003}}
    with Bot(
        tmp_path / "bot",
        data,
        "Eager",
        start=CALM,
        stems=("eager",),
        config=config,
        riskguard=riskguard,
        spread_ticks=spread_ticks,
    ) as bot:
        for _ in bot.run(CALM + 10 * MINUTE):
            pass
        assert len(bot.trades) == trades
        whys = [record["why"] for record in bot.journal if record["rule"] == "max_spread"]
    assert all(why.endswith("(limit 0.030 %)") for why in whys)
    assert bool(whys) is (trades == 0)


def test_new_settings_are_read_without_losing_what_is_known(data, tmp_path):
    with eager(tmp_path / "bot", data) as bot:
        for _ in bot.run(CALM + 15 * MINUTE):
            pass
        kept, stops = bot.kept, [trade["stop_loss_abs"] for trade in bot.trades]
        assert len(stops) == 4
        assert bot.bot.strategy._riskguard.settings.daily_loss_limit == 0.03

        bot.configure(daily_loss_limit=0.02, atr_stop={"multiple": 5.0})
        bot.bot.state = State.RELOAD_CONFIG
        bot.loop(CALM + 16 * MINUTE)
        bot.loop(CALM + 17 * MINUTE)

        assert bot.bot.strategy._riskguard.settings.daily_loss_limit == 0.02
        assert bot.bot.state == State.RUNNING
        assert {**bot.kept, "riskguard_equity": 0, "startup_time": 0} == {
            **kept,
            "riskguard_equity": 0,
            "startup_time": 0,
        }
        # A wider stop is for new trades.
        assert [trade["stop_loss_abs"] for trade in bot.trades] == stops


def test_a_paused_bot_enters_nothing_and_is_guarded(data, tmp_path):
    noon = MORNING + 5 * 60 * MINUTE
    with eager(tmp_path / "bot", data, start=noon) as bot:
        bot.loop(noon + timedelta(seconds=1))
        assert len(bot.trades) == 4
        bot.bot.state = State.PAUSED
        # A person gets out of one.
        RPC(bot.bot)._rpc_force_exit("1")

        for _ in bot.run(noon + 3 * 60 * MINUTE):
            pass

        assert len(bot.trades) == 4
        # The market fell by 30 % meanwhile.
        reasons = [trade["exit_reason"] for trade in bot.trades]
        assert reasons[0] == "force_exit"
        assert set(reasons[1:]) == {"stop_loss"}


def test_a_stopped_bot_does_nothing_and_takes_stock_when_it_is_started(data, tmp_path):
    with eager(tmp_path / "bot", data) as bot:
        bot.loop(CALM + timedelta(seconds=1))
        before, session = bot.kept, bot.bot.strategy._riskguard
        bot.bot.state = State.STOPPED
        bot.loop(CALM + 20 * MINUTE)
        assert bot.kept == before

        # The market fell 30 % meanwhile.
        bot.bot.state = State.RUNNING
        crash = datetime(2024, 1, 22, 15, 30, tzinfo=UTC)
        bot.loop(crash)
        bot.loop(crash + MINUTE)

        assert session.account.time == crash + MINUTE
        assert not any(trade["is_open"] for trade in bot.trades)
        assert any("today" in lock["reason"] for lock in bot.locks)


def test_a_cut_under_way_lets_no_forced_entry_add_to_the_position(data, tmp_path):
    config = {"timeframe": "5m", "eager_since": {}, "force_entry_enable": True}
    with Bot(tmp_path / "bot", data, "Eager", start=CALM, stems=("eager",), config=config) as bot:
        bot.loop(CALM + MINUTE)
        trade = Trade.get_open_trades()[0]
        before = trade.amount
        strategy: Any = bot.bot.strategy
        strategy._riskguard.account_manager.reductions.order(trade, 0.5, "drawdown_ladder")
        bot.loop(CALM + 2 * MINUTE)
        # freqtrade has asked for the cut, and the next loop will find it done.
        assert 0 < trade.amount <= before / 2
        assert strategy.position_adjustment_enable
        orders = len(trade.orders)
        # As Telegram and the REST API do: in a thread of their own.
        with ThreadPoolExecutor(1) as another:
            asked = another.submit(RPC(bot.bot)._rpc_force_entry, trade.pair, None)
            with pytest.raises(RPCException, match="already open"):
                asked.result()

        bot.loop(CALM + 3 * MINUTE)
        assert len(Trade.get_open_trades()[0].orders) == orders
        assert not strategy.position_adjustment_enable


def test_callbacks_that_come_with_the_signals_are_guarded_before_the_bot_enters(data, tmp_path):
    riskguard = {"profile": "conservative", "side_limit": {"max_longs": 1}}
    about: dict[str, Any] = {
        "stems": ("patching",),
        "riskguard": riskguard,
        "config": {"timeframe": "5m"},
    }
    with Bot(tmp_path / "bot", data, "Patching", start=CALM, **about) as bot:
        bot.loop(CALM + timedelta(seconds=1))
        bot.loop(CALM + MINUTE)

        # The strategy asks for 3,000 at 20x in every pair.
        (trade,) = bot.trades
        assert trade["leverage"] <= 2.0
        # 20 % of 10,000.
        assert trade["stake_amount"] <= 2_000.0


def forced_from_another_thread(bot, pair):
    """Force an entry as Telegram and the REST API do: in a thread of their own."""
    with ThreadPoolExecutor(1) as another:
        return another.submit(RPC(bot.bot)._rpc_force_entry, pair, None, stake_amount=500).result()


@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_a_forced_entry_adds_to_a_position_only_where_the_guard_observes(
    data, tmp_path, caplog, mode
):
    config = {
        "timeframe": "5m",
        "eager_since": {},
        "force_entry_enable": True,
        "position_adjustment_enable": True,
        "stake_amount": 100,
    }
    riskguard = {"profile": "moderate", "mode": mode}
    about: dict[str, Any] = {"stems": ("eager",), "riskguard": riskguard, "config": config}
    with Bot(tmp_path / "bot", data, "Eager", start=CALM, **about) as bot:
        bot.loop(CALM + MINUTE)
        trade = Trade.get_open_trades()[0]
        # freqtrade would ask nobody about it: neither locks nor caps would count.
        PairLocks.lock_pair("*", CALM + 60 * MINUTE, "HALTED", now=CALM)
        if mode == "enforce":
            with pytest.raises(RPCException, match="already open"):
                forced_from_another_thread(bot, trade.pair)
        else:
            forced_from_another_thread(bot, trade.pair)
        bot.loop(CALM + 2 * MINUTE)

        assert len(Trade.get_open_trades()[0].orders) == (1 if mode == "enforce" else 2)
        assert ("a forced entry on a pair with an open trade" in caplog.text) is (mode == "enforce")


# As in the example configuration: an exit asks for the best ask, and waits there for a buyer.
PATIENT = {"timeframe": "5m", "eager_since": {}, "exit_pricing": {"price_side": "same"}}


@pytest.fixture
def patient(data, tmp_path):
    """A bot whose limit exits wait above the market, one tick of spread away; one trade of it."""
    with Bot(
        tmp_path / "bot",
        data,
        "Eager",
        start=CALM,
        stems=("eager",),
        config=PATIENT,
        spread_ticks=1,
    ) as bot:
        bot.loop(CALM + MINUTE)
        yield bot, Trade.get_open_trades()[0]


def order(bot, trade, keep_ratio):
    strategy: Any = bot.bot.strategy
    strategy._riskguard.account_manager.reductions.order(trade, keep_ratio, "margin_ladder")


def exit_orders(trade):
    return [
        (order.ft_order_tag, order.order_type, order.status)
        for order in trade.orders
        if order.ft_order_side == trade.exit_side
    ]


def test_a_cut_is_filled_at_once_whatever_the_spread(patient):
    bot, trade = patient
    before = trade.amount
    order(bot, trade, 0.5)

    bot.loop(CALM + 2 * MINUTE)

    assert exit_orders(trade) == [("riskguard_margin_ladder_cut", "market", "closed")]
    assert trade.amount == pytest.approx(before / 2, abs=1e-3)
    assert bot.bot.strategy.order_types["entry"] == "limit"


def test_a_cut_that_waits_keeps_no_close_from_going_out(patient, monkeypatch):
    # As an exchange may leave any order, and as cuts were when they were limit orders.
    bot, trade = patient
    monkeypatch.setattr(CutOrderTypes, "begin_cut", lambda _: None)
    order(bot, trade, 0.5)
    bot.loop(CALM + 2 * MINUTE)
    assert exit_orders(trade) == [("riskguard_margin_ladder_cut", "limit", "open")]

    order(bot, trade, 0.0)
    bot.loop(CALM + 2 * MINUTE + timedelta(seconds=5))

    assert not trade.is_open
    assert exit_orders(trade) == [
        ("riskguard_margin_ladder_cut", "limit", "canceled"),
        ("riskguard_margin_ladder", "market", "closed"),
    ]


@pytest.mark.parametrize("leverage", [1.0, 5.0])
def test_a_cut_that_would_leave_less_than_the_minimum_closes(data, tmp_path, leverage):
    config = {"timeframe": "5m", "eager_since": {}}
    with Bot(
        tmp_path / "bot",
        data,
        "Eager",
        start=CALM,
        stems=("eager",),
        riskguard={"profile": "moderate", **only("drawdown_ladder")},
        config=config,
    ) as bot:
        strategy: Any = bot.bot.strategy
        strategy.leverage = lambda **_: leverage
        # 0.004 BTC at about 44,400 USDT are 178 of notional: half of it is less than the 100 that
        # the exchange asks for, at any leverage.
        strategy.custom_stake_amount = lambda **asked: 0.0041 * asked["current_rate"] / leverage
        bot.loop(CALM + MINUTE)
        trade = next(trade for trade in Trade.get_open_trades() if trade.pair == "BTC/USDT:USDT")
        assert (trade.amount, trade.leverage) == (0.004, leverage)
        order(bot, trade, 0.5)
        bot.loop(CALM + 2 * MINUTE)
        bot.loop(CALM + 3 * MINUTE)

        assert exit_orders(trade) == [("riskguard_margin_ladder", "market", "closed")]
        assert not trade.is_open
