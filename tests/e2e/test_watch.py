"""``riskguard watch`` over two real bots: dry-run, in real time, each a process of its own."""

import time
from contextlib import ExitStack
from datetime import timedelta

import pandas as pd
import pytest

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.clock import wall_clock_ms
from freqtrade_riskguard.replay.time_shift import find_shift
from freqtrade_riskguard.watch.settings_loader import PASSWORD
from tests.support.trading import TradingBot
from tests.watch.parts import ENVIRONMENT, Watch, settings_file

pytestmark = pytest.mark.slow

PAIR, OTHER = "BTC/USDT:USDT", "ETH/USDT:USDT"


@pytest.fixture(scope="module")
def bots(scenario_candles, tmp_path_factory):
    """Two bots that trade what they are told to, on one exchange."""
    data = scenario_candles("calm_trend", days=6)
    candles = pd.read_feather(next((data / "futures").glob("*-5m-futures.feather")))
    start = candles["date"].iloc[0] + timedelta(days=4)
    shift = find_shift(data, start.to_pydatetime(), wall_clock_ms())
    with ExitStack() as opened:
        exchange = opened.enter_context(ReplayExchange(data, shift_ms=shift.shift_ms))
        folder = tmp_path_factory.mktemp("bots")
        both = [
            # Of all its money; else the equity that freqtrade shows is scaled down with it.
            opened.enter_context(TradingBot(folder / name, exchange, tradable_balance_ratio=1))
            for name in "ab"
        ]
        for bot in both:
            bot.wait_until_running()
        yield both


@pytest.fixture(autouse=True)
def started(bots):
    """Every test begins with running bots; what the one before left open is closed."""
    for bot in bots:
        bot.api.forceexit("all", ordertype="market")
        bot.api.start()


def wait_until(happened, seconds=30):
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.1)


def watch(folder, bots, **raw):
    named = [{"url": bot.url, "name": name} for bot, name in zip(bots, "ab", strict=False)]
    return Watch(folder, {"bots": named, **raw}, now=wall_clock_ms() / 1000)


def test_a_wrong_password_is_one_line_and_no_loop(bots, tmp_path, monkeypatch, capsys):
    for name, content in {**ENVIRONMENT, PASSWORD: "guess"}.items():
        monkeypatch.setenv(name, content)
    path = settings_file(tmp_path, {"bots": [{"url": bots[0].url, "name": "a"}]})
    state = str(tmp_path / "state.json")
    assert main(["watch", "--config", str(path), "--state", state]) == 2
    *_, line = capsys.readouterr().err.splitlines()
    assert line.startswith("riskguard watch: a refuses the user name or the password (HTTP 401)")


def test_a_breach_stops_entries_and_closes_all_trades_within_two_polls(bots, tmp_path):
    bot = bots[0]
    bot.enter(PAIR)
    bot.enter(OTHER, side="short")
    # Two positions of 1000 USDT at 5x on 10000: a gross exposure of 1, and of 0.5 in each coin.
    watched = watch(tmp_path, bots[:1], limits={"exposure_per_coin": 0.6, "gross_exposure": 0.9})
    (breach,) = watched.poll()
    assert breach.startswith("a: stopping entries and closing 2 trades: positions are 10")
    assert breach.endswith(" % of equity (limit 90 %), live")
    (done,) = watched.poll()
    assert done.startswith("a: Entries stopped and 2 trades closed: positions are 10")
    assert done.endswith("live. Lift: /start")
    assert (bot.state(), bot.trades()) == ("paused", [])
    closed = bot.api.trades()["trades"]
    assert {trade["exit_reason"] for trade in closed[-2:]} == {"force_exit"}
    # Fees were paid; equity is counted as the bot counts its own.
    state = watched.guardian.remembered.bots["a"]
    assert state.track.equity_quote == pytest.approx(bot.api.balance()["total_bot"], abs=0.01)
    assert state.track.equity_quote < 10_000
    # A person starts it, and it may trade.
    bot.api.start()
    assert watched.poll() == ["a: started by a person. Its limits hold as before"]
    bot.enter(PAIR)
    assert watched.poll() == []
    # Stopped again, and started by a person from /stop, where freqtrade writes down a new start.
    bot.enter(OTHER)
    watched.poll()
    assert "Entries stopped and 2 trades closed" in watched.poll()[0]
    began = bot.api.health()["bot_startup_ts"]
    bot.api.stop()
    assert watched.poll() == []
    wait_until(lambda: "to: STOPPED" in bot.log)
    bot.api.start()
    wait_until(lambda: bot.api.health()["bot_startup_ts"] != began)
    assert watched.poll() == ["a: started by a person. Its limits hold as before"]
    watched.guardian.close()


def test_equity_with_open_trades_is_what_the_bot_itself_counts(bots, tmp_path):
    bot = bots[0]
    bot.enter(PAIR)
    watched = watch(tmp_path, bots[:1])
    watched.poll()
    state = watched.guardian.remembered.bots["a"]
    # freqtrade's own estimate leaves out the fees of both sides: 0.05 % of 5000 each.
    assert state.track.equity_quote == pytest.approx(bot.api.balance()["total_bot"], abs=15)
    # Closed in part, at the cost of fees: no money came or went.
    (trade,) = bot.trades()
    bot.api.forceexit(trade["trade_id"], ordertype="market", amount=trade["amount"] / 2)
    (left,) = bot.trades()
    assert left["realized_profit"] < -1
    watched.poll()
    seen = watched.guardian.seen["a"]
    # The bot's loop may still show the wallet of before the exit, without its fee and loss.
    assert seen.starting_capital_quote == pytest.approx(10_000, abs=5)
    watched.guardian.close()


def test_two_bots_within_their_limits_and_together_beyond_are_both_stopped(bots, tmp_path):
    for bot in bots:
        bot.enter(PAIR)
        bot.enter(OTHER)
    # In BTC 5000 of 10000 each: within 0.7 by itself, and beyond 0.4 of both together.
    watched = watch(
        tmp_path, bots, limits={"exposure_per_coin": 0.7}, fleet={"exposure_per_coin": 0.4}
    )
    (breach,) = watched.poll()
    assert breach.startswith("fleet: stopping 2 bots and closing 4 trades: ")
    told = watched.poll()
    assert len(told) == 2
    assert all("Entries stopped and 2 trades closed: fleet: " in line for line in told)
    for bot in bots:
        assert (bot.state(), bot.trades()) == ("paused", [])
    watched.guardian.close()


def test_a_killed_bot_is_an_alarm_and_stays_held_when_it_is_back(
    bots, tmp_path, monkeypatch, capsys
):
    killed = bots[0]
    killed.enter(PAIR)
    watched = watch(tmp_path, bots, limits={"gross_exposure": 0.4})
    watched.poll()
    assert any("Entries stopped and 1 trade closed" in line for line in watched.poll())
    killed.kill()
    told = [watched.poll() for _ in range(3)]
    assert told[:2] == [[], []]
    assert told[2][0].startswith("a: no usable answer in 3 polls: cannot be reached")
    watched.guardian.close()
    # The same by the command.
    for name, content in ENVIRONMENT.items():
        monkeypatch.setenv(name, content)
    path = settings_file(tmp_path, watched.raw)
    assert main(["watch", "--config", str(path), "--every", "0.2", "--exit-on-alarm"]) == 1
    assert "no usable answer in 3 polls" in capsys.readouterr().err
    # It comes back running, which nobody asked for.
    killed.start()
    killed.wait_until_running()
    watched.begin()
    assert any("without a person's /start: stopped again" in line for line in watched.poll())
    assert killed.state() == "paused"
    watched.guardian.close()
