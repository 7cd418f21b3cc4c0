"""The guardian against freqtrade's own API on loopback; what it tells is its log."""

import threading
import time
from contextlib import ExitStack

import pytest
from freqtrade.enums import State

from freqtrade_riskguard.watch.enforcement import enforce_limits
from freqtrade_riskguard.watch.guardian import CannotBeginError
from freqtrade_riskguard.watch.limit_checks import Breach
from freqtrade_riskguard.watch.settings import FLEET
from freqtrade_riskguard.watch.state_file import StateFile, StateFileError
from freqtrade_riskguard.watch.stop_state import hold
from tests.support.bot_api import PASSWORD, BotApi, ScriptedBot, ScriptedTrade, no_rate
from tests.watch.parts import Watch

DAY_SECONDS = 86_400
BREACH = Breach(kind="gross_exposure", reading=2.0, limit=1.0, text="200 % of equity")


@pytest.fixture
def apis():
    with ExitStack() as opened:
        yield [opened.enter_context(BotApi()) for _ in range(2)]


@pytest.fixture
def watch(apis, tmp_path):
    """A watch over the first bot."""
    begun = watch_over(tmp_path, apis[:1])
    yield begun
    begun.guardian.close()


@pytest.fixture
def fleet(apis, tmp_path):
    """A watch over both, with a limit on what they hold together only."""
    begun = watch_over(tmp_path, apis, fleet={"exposure_per_coin": 2.5})
    yield begun
    begun.guardian.close()


def watch_over(folder, apis, **raw):
    bots = [{"url": api.url, "name": name} for api, name in zip(apis, "ab", strict=False)]
    return Watch(folder, {"bots": bots, "retries": 0, **raw})


def btc(trade_id=1, amount=0.1, **changes):
    return ScriptedTrade(trade_id, "BTC/USDT:USDT", amount=amount, rate=100_000.0, **changes)


def test_a_bot_within_its_limits_is_told_nothing(apis, watch):
    apis[0].bot.trades = [btc(profit_quote=-400.0)]
    assert watch.poll() == watch.poll() == []
    assert not apis[0].bot.orders
    assert watch.guardian.trouble("a") is None


def test_a_breach_stops_entries_and_closes_trades_within_two_polls(apis, watch):
    bot = apis[0].bot
    watch.poll()
    bot.trades = [btc(1, profit_quote=-300.0), btc(2, profit_quote=-220.0)]
    assert watch.poll() == [
        "a: stopping entries and closing 2 trades: -5.2 % today (limit 5 %), live"
    ]
    # Entries first, or what is closed would be opened again.
    assert bot.orders == ["pause", "exit all market"]
    assert watch.poll() == [
        "a: Entries stopped and 2 trades closed: -5.2 % today (limit 5 %), live. Lift: /start"
    ]
    assert (bot.state, bot.trades) == (State.PAUSED, [])
    assert watch.poll() == []
    assert bot.orders == ["pause", "exit all market"]
    assert watch.guardian.trouble("a") == "held"


def test_what_was_remembered_survives_a_restart(apis, watch):
    bot = apis[0].bot
    watch.poll()
    bot.realised_quote = -600.0
    watch.poll()
    watch.begin()
    assert "no trade was open: -6.0 % today" in watch.poll()[0]
    # Started while nobody watched: it was a person, as before.
    watch.begin()
    bot.state = State.RUNNING
    assert watch.poll() == ["a: started by a person. Next stop of today: -11.0 %"]
    bot.realised_quote = -1_090.0
    assert watch.poll() == []
    bot.realised_quote = -1_110.0
    assert "-11.1 % today" in watch.poll()[0]


def test_a_bot_that_restarts_by_itself_is_stopped_again(apis, watch):
    bot = apis[0].bot
    watch.poll()
    bot.realised_quote = -600.0
    watch.poll()
    watch.poll()
    bot.state, bot.last_loop = State.RUNNING, None
    assert "without a person's /start: stopped again" in watch.poll()[0]
    assert bot.state == State.PAUSED


def test_the_next_day_ends_it_and_a_person_starts_the_bot(apis, watch):
    bot = apis[0].bot
    watch.poll()
    bot.realised_quote = -600.0
    watch.poll()
    watch.poll()
    watch.now += DAY_SECONDS
    bot.last_loop += DAY_SECONDS
    assert "a new day" in watch.poll()[0]
    assert bot.state == State.PAUSED
    bot.state = State.RUNNING
    assert watch.poll() == []


def test_a_halt_outlives_days_and_starts_until_it_is_reset(apis, watch, tmp_path):
    bot = apis[0].bot
    watch.poll()
    bot.realised_quote = -2_000.0
    assert any("20.0 % below the peak" in line for line in watch.poll())
    assert 'Lift: riskguard watch --reset "a", then /start' in watch.poll()[0]
    watch.now += DAY_SECONDS
    watch.poll()
    bot.state = State.RUNNING
    assert "was started while it is halted: stopped again" in watch.poll()[0]
    assert bot.state == State.PAUSED
    watch.poll()
    StateFile(tmp_path / "state.json").ask_reset("a")
    assert watch.poll() == [
        "a: reset by a person: its peak is its present equity. /start lets it trade"
    ]
    bot.state = State.RUNNING
    assert watch.poll() == []


def test_together_beyond_though_each_is_within_stops_both(apis, fleet):
    for api in apis:
        api.bot.trades = [btc(amount=0.27)]
    # 27000 / 10000 each, and 54000 / 20000 together.
    assert fleet.poll() == [
        "fleet: stopping 2 bots and closing 2 trades: BTC is 270 % of equity (limit 250 %), live"
    ]
    assert sorted(fleet.poll()) == [
        f"{name}: Entries stopped and 1 trade closed: fleet: BTC is 270 % of equity "
        "(limit 250 %), live. Lift: /start"
        for name in "ab"
    ]
    for api in apis:
        assert (api.bot.state, api.bot.trades) == (State.PAUSED, [])


def test_a_fleet_that_is_halted_is_reset_as_one(apis, fleet, tmp_path):
    for api in apis:
        api.bot.available_capital = 10_000.0
    fleet.poll()
    apis[0].bot.realised_quote = -4_000.0
    assert any(line.startswith("fleet: ") and "20.0 % below" in line for line in fleet.poll())
    fleet.poll()
    fleet.now += DAY_SECONDS
    fleet.poll()
    StateFile(tmp_path / "state.json").ask_reset("fleet")
    StateFile(tmp_path / "state.json").ask_reset("a")
    fleet.poll()
    for api in apis:
        api.bot.state = State.RUNNING
    assert fleet.poll() == []


def test_a_silent_bot_is_held_with_the_others_and_stopped_when_it_comes_back(apis, fleet):
    apis[0].bot.trades = [btc(amount=0.2)]
    apis[1].bot.trades = [btc(amount=0.2)]
    fleet.poll()
    apis[1].kill()
    # What it was last seen with still counts: (40000 + 20000) / 20000.
    apis[0].bot.trades = [btc(amount=0.4)]
    assert "BTC is 300 % of equity" in fleet.poll()[0]
    assert not apis[0].bot.trades
    apis[1].serve()
    fleet.poll()
    assert apis[1].bot.orders == ["pause", "exit all market"]


def lose_together(folder, apis):
    """A fleet whose first bot has lost more than both may, before the next poll."""
    watch = watch_over(
        folder, apis, limits={"daily_loss_limit": None}, fleet={"daily_loss_limit": 0.05}
    )
    watch.poll()
    apis[0].bot.realised_quote = -1_100.0
    return watch


def test_a_loss_of_both_together_stops_both(apis, tmp_path):
    watch = lose_together(tmp_path, apis)
    apis[1].bot.trades = [btc(profit_quote=-100.0)]
    # 1200 / 20000
    assert watch.poll() == [
        "fleet: stopping 2 bots and closing 1 trade: -6.0 % today (limit 5 %), live"
    ]
    assert [line.split(":")[0] for line in sorted(watch.poll())] == ["a", "b"]
    for api in apis:
        assert (api.bot.state, api.bot.trades) == (State.PAUSED, [])
    watch.guardian.close()


def test_a_trade_without_a_rate_does_not_keep_the_bot_from_being_stopped(apis, tmp_path):
    watch, bot = lose_together(tmp_path, apis), apis[1].bot
    bot.trades = [btc(1), no_rate(btc(2)), btc(3)]
    told = watch.poll()
    assert bot.state == State.PAUSED
    assert [trade.trade_id for trade in bot.trades] == [2]
    assert "b: could not close its trades: BTC/USDT:USDT (trade 2)" in told[-1]
    # Again and again, until it can.
    bot.trades[0].rate = 100_000.0
    watch.poll()
    assert not bot.trades
    watch.guardian.close()


def test_a_bot_whose_balance_cannot_be_read_is_stopped_all_the_same(apis, watch):
    bot = apis[0].bot
    watch.poll()
    bot.trades, bot.stubborn = [btc(profit_quote=-600.0)], {1}
    watch.poll()
    bot.state, bot.stubborn, apis[0].broken = State.RUNNING, set(), {"balance"}
    watch.poll()
    assert (bot.state, bot.trades) == (State.PAUSED, [])
    apis[0].broken = set()
    assert "Entries stopped and 1 trade closed" in watch.poll()[-1]


def test_a_bot_that_is_slow_at_every_answer_is_stopped_all_the_same(apis, tmp_path):
    watch, bot = lose_together(tmp_path, apis), apis[1].bot
    apis[1].kill()
    watch.poll()
    watch.guardian.close()
    watch.raw["timeout_seconds"] = 0.3
    watch.begin()
    apis[1].serve()
    bot.trades = [btc()]
    # Five of them take longer than three time-outs, and each of them less than one.
    apis[1].hangs_seconds = 0.2
    watch.poll()
    watch.guardian.close()
    assert (bot.state, bot.trades) == (State.PAUSED, [])


def test_a_bot_that_refuses_its_password_is_given_no_orders(apis, tmp_path, monkeypatch):
    watch = lose_together(tmp_path, apis)
    apis[0].kill()
    monkeypatch.setattr("tests.support.bot_api.PASSWORD", "another")
    watch.guardian.remembered = watch.guardian.remembered.model_copy(
        update={
            "bots": {
                name: hold(bot, BREACH, "own", bot.track.day_index)
                for name, bot in watch.guardian.remembered.bots.items()
            }
        }
    )
    asked = len(apis[1].asked)
    told = [line for _ in range(2) for line in watch.poll()]
    assert apis[1].asked[asked:] == ["show_config"]
    assert not any(line.startswith("b: could not") for line in told)
    assert any(line.startswith("a: could not stop entries") for line in told)
    watch.guardian.close()


def test_a_bot_that_is_first_seen_after_the_fleet_was_stopped_is_stopped(apis, tmp_path):
    apis[1].kill()
    watch = lose_together(tmp_path, apis)
    assert "fleet: stopping 1 bot" in watch.poll()[0]
    watch.poll()
    # A person's start of one is no start of the other.
    apis[0].bot.state = State.RUNNING
    watch.poll()
    apis[1].serve()
    apis[1].bot.trades = [btc()]
    watch.begin()
    assert watch.poll()[-1].startswith("b: joins a fleet that is held: stopping entries and clos")
    assert (apis[1].bot.state, apis[1].bot.trades) == (State.PAUSED, [])
    assert apis[0].bot.state == State.RUNNING
    watch.guardian.close()


@pytest.mark.parametrize("missed", [False, True])
def test_a_person_stops_and_starts_a_bot_that_is_held(apis, watch, missed):
    bot = apis[0].bot
    watch.poll()
    bot.realised_quote = -600.0
    watch.poll()
    watch.poll()
    bot.state = State.STOPPED
    watch.poll()
    if missed:
        apis[0].broken = {"balance"}
        watch.poll()
        apis[0].broken = set()
    # As freqtrade does it when it starts from there.
    bot.state, bot.startup = State.RUNNING, bot.startup + 100
    (told,) = watch.poll()
    assert ("started by a person" in told) is not missed
    assert bot.state == (State.PAUSED if missed else State.RUNNING)


def test_a_bot_that_vanishes_is_an_alarm_after_as_many_polls_and_once(apis, watch):
    apis[0].bot.trades = [btc()]
    watch.poll()
    apis[0].kill()
    told = [watch.poll() for _ in range(4)]
    assert told[0] == told[1] == told[3] == []
    (alarm,) = told[2]
    assert alarm.startswith(
        "a: no usable answer in 3 polls: cannot be reached (Connection refused)"
    )
    assert alarm.endswith("Last: seen with 1 trade open")
    apis[0].serve()
    assert watch.poll() == ["a: answers again: running, 1 trade open"]


def test_a_bot_that_hangs_does_not_keep_the_other_unguarded(apis, fleet):
    fleet.poll()
    fleet.raw["timeout_seconds"] = 1.0
    fleet.begin()
    apis[0].hangs_seconds = 30
    apis[1].bot.realised_quote = -600.0
    began = time.monotonic()
    assert "b: stopping entries and closing 0 trades: -6.0 % today" in fleet.poll()[0]
    assert time.monotonic() - began < 5
    assert apis[1].bot.state == State.PAUSED
    apis[0].hangs_seconds = 0


def test_a_trade_that_does_not_close_is_asked_for_again_at_every_poll(apis, watch):
    bot = apis[0].bot
    bot.trades = [btc(1), btc(2)]
    watch.poll()
    bot.stubborn = {1}
    bot.realised_quote = -600.0
    told = watch.poll()
    assert "could not close its trades: BTC/USDT:USDT (trade 1)" in told[1]
    assert [trade.trade_id for trade in bot.trades] == [1]
    # The same complaint is made once.
    assert watch.poll() == watch.poll() == []
    assert "1 trade STILL OPEN (BTC/USDT:USDT)" in watch.poll()[0]
    bot.stubborn.clear()
    watch.poll()
    assert "Entries stopped and 2 trades closed" in watch.poll()[0]


def test_a_stopped_bot_with_open_trades_is_paused_so_that_it_can_close_them(apis, watch):
    bot = apis[0].bot
    bot.trades, bot.state = [btc(profit_quote=-100.0)], State.STOPPED
    watch.poll()
    bot.trades[0].profit_quote = -700.0
    watch.poll()
    assert (bot.orders, bot.trades) == (["pause", "exit all market"], [])


def test_a_wrong_password_ends_it_at_the_first_poll(apis, watch):
    watch.raw["bots"][0]["password"] = PASSWORD[1:]
    watch.begin()
    with pytest.raises(CannotBeginError, match=r"^a refuses the user name or the password"):
        watch.poll()
    assert apis[0].asked == ["show_config"]


def test_a_password_that_is_changed_later_is_an_alarm_and_no_loop(apis, watch, monkeypatch):
    watch.poll()
    monkeypatch.setattr("tests.support.bot_api.PASSWORD", "another")
    asked = len(apis[0].asked)
    told = [line for _ in range(20) for line in watch.poll()]
    assert len(told) == 1
    assert told[0].startswith("a: refuses the user name or the password (HTTP 401)")
    assert len(apis[0].asked) == asked + 1


def test_bots_in_different_currencies_are_no_fleet(apis, fleet):
    apis[1].bot.currency = "USDC"
    with pytest.raises(CannotBeginError, match=r"\(a in USDT, b in USDC\): give each"):
        fleet.poll()


def test_a_currency_that_differs_later_is_told_and_the_own_limits_go_on(apis, fleet):
    fleet.poll()
    apis[1].bot.currency = "USDC"
    assert "cannot be added up" in fleet.poll()[0]
    apis[1].bot.realised_quote = -600.0
    assert "b: stopping entries" in fleet.poll()[0]
    # Nobody holds them against the limits of both.
    assert fleet.guardian.trouble(FLEET) == "fault"
    apis[1].bot.currency = "USDT"
    fleet.poll()
    assert fleet.guardian.trouble(FLEET) is None


def test_live_bots_that_may_share_an_account_are_warned_of(apis, fleet):
    for api in apis:
        api.bot.dry_run = False
    assert "fleet: a, b: if these bots share one account" in fleet.poll()[0]
    fleet.begin()
    for api in apis:
        api.bot.available_capital = 10_000.0
    assert fleet.poll() == []


def test_a_withdrawal_is_told_and_stops_nothing(apis, watch):
    watch.poll()
    apis[0].bot.capital_quote = 7_000.0
    told = [line for _ in range(4) for line in watch.poll()]
    assert told == ["a: account changed by -3000 USDT not from this bot"]


@pytest.mark.parametrize("partial_quote", [-600.0, 600.0])
def test_a_partial_exit_is_no_transfer(apis, tmp_path, partial_quote):
    watch = watch_over(tmp_path, apis[:1], limits={"daily_loss_limit": None})
    bot = apis[0].bot
    bot.trades = [btc()]
    watch.poll()
    bot.trades[0].realised_quote = partial_quote
    assert [line for _ in range(4) for line in watch.poll()] == []
    track = watch.guardian.remembered.bots["a"].track
    assert track.equity_quote == pytest.approx(10_000 + partial_quote)
    assert track.day_loss_ratio == pytest.approx(max(0.0, -partial_quote / 10_000))
    bot.realised_quote, bot.trades = partial_quote, []
    assert [line for _ in range(4) for line in watch.poll()] == []
    watch.guardian.close()


def test_another_database_is_told(apis, watch):
    apis[0].bot.realised_quote = 5_000.0
    watch.poll()
    apis[0].bot.realised_quote, apis[0].bot.database_start = 0.0, 1_738_000_000
    assert watch.poll() == ["a: has another database: its account begins anew"]


def test_without_a_rate_nothing_is_judged_and_the_alarm_comes(apis, watch):
    watch.poll()
    apis[0].bot.trades = [btc(profit_quote=float("nan"))]
    told = [line for _ in range(3) for line in watch.poll()]
    assert len(told) == 1
    assert "/profit has no usable profit_all_coin" in told[0]
    assert not apis[0].bot.orders


def test_a_full_disk_is_told_once_and_ends_nothing(apis, watch, monkeypatch):
    watch.poll()
    save = StateFile.save

    def fails(*_):
        raise StateFileError("state file cannot be written (No space left on device)")

    monkeypatch.setattr(StateFile, "save", fails)
    apis[0].bot.realised_quote = -600.0
    told = watch.poll()
    assert "No space left" in told[1]
    assert apis[0].bot.state == State.PAUSED
    assert not any("No space" in line for line in watch.poll())
    assert watch.guardian.trouble(FLEET) == "fault"
    monkeypatch.setattr(StateFile, "save", save)
    watch.poll()
    assert watch.guardian.trouble(FLEET) is None


def test_a_fault_on_one_bot_leaves_the_other_guarded(apis, fleet, monkeypatch):
    fleet.poll()

    def fails_on_a(name, bot, limits):
        if name == "a":
            raise ZeroDivisionError
        return enforce_limits(name, bot, limits)

    monkeypatch.setattr("freqtrade_riskguard.watch.guardian.enforce_limits", fails_on_a)
    for api in apis:
        api.bot.realised_quote = -600.0
    told = fleet.poll()
    assert told[0] == "a: the guardian failed on it (ZeroDivisionError, see its log) and goes on"
    assert apis[1].bot.state == State.PAUSED
    # Told once, and it is not called well meanwhile.
    assert not any("failed on it" in line for line in fleet.poll())
    assert fleet.guardian.trouble("a") == "fault"
    assert fleet.guardian.trouble("b") == "held"
    monkeypatch.undo()
    assert "a: stopping entries" in fleet.poll()[0]
    assert fleet.guardian.trouble("a") == "closing"
    monkeypatch.setattr("freqtrade_riskguard.watch.guardian.enforce_limits", fails_on_a)
    assert any("failed on it" in line for line in fleet.poll())


def test_a_fault_on_all_together_or_with_an_order_is_one_of_the_guardian(apis, fleet, monkeypatch):
    fleet.poll()
    apis[0].bot.trades, apis[0].bot.stubborn = [btc(profit_quote=-600.0)], {1}

    def fails(*_, **__):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("freqtrade_riskguard.watch.guardian.judge_fleet", fails)
        patched.setattr("freqtrade_riskguard.watch.bot.Bot.close_all", fails)
        told = fleet.poll()
    assert [line.split(" (")[0] for line in told if "failed on it" in line] == [
        "fleet: the guardian failed on it",
        "a: the guardian failed on it",
    ]
    assert fleet.guardian.trouble(FLEET) == fleet.guardian.trouble("a") == "fault"
    fleet.poll()
    assert (fleet.guardian.trouble(FLEET), fleet.guardian.trouble("a")) == (None, "closing")


def test_a_damaged_state_file_begins_nothing(watch, tmp_path):
    (tmp_path / "state.json").write_text("{")
    with pytest.raises(StateFileError, match="damaged"):
        watch.begin()


def test_when_it_is_told_to_end_it_does_not_wait_for_retries(tmp_path):
    with BotApi(ScriptedBot()) as api:
        watch = watch_over(tmp_path, [api], retries=10)
        watch.poll()
        api.kill()
        threading.Timer(0.2, watch.stop.set).start()
        began = time.monotonic()
        watch.poll()
        watch.guardian.close()
    assert time.monotonic() - began < 2
