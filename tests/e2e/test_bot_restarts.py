"""A bot that is stopped or killed between any two looks goes on as if nothing had happened."""

import json
import multiprocessing
import os
import random
import shutil
import signal
from datetime import UTC, datetime, timedelta
from functools import partial
from time import sleep
from typing import Any
from unittest.mock import patch

import pytest
from freqtrade.exceptions import ConfigurationError
from sqlalchemy.orm import Session

from tests.support import postgres
from tests.support.bot import Bot

pytestmark = pytest.mark.slow

START = datetime(2024, 1, 22, 7, tzinfo=UTC)
HOURS = 3.5
STOPS, LOOPS_AFTER = 16, 6
KILLS, DEATHS = 10, 3
# Of the figures that are kept: base, day and its start, week and its start.
EXACT = (0, 3, 4, 5, 6)
RISKGUARD = {
    "profile": "moderate",
    # Cuts, and a pause, within the few hours.
    "drawdown_ladder": {"steps": [{"at": 0.004, "keep": 0.5}, {"at": 0.1, "keep": 0.0}]},
}
BOT: dict[str, Any] = {
    "strategy": "Guarded",
    "stems": ("reckless", "guarded_reckless"),
    "riskguard": RISKGUARD,
    "config": {
        "timeframe": "5m",
        "fee": 0.0005,
        "order_types": {
            "entry": "limit",
            "exit": "limit",
            "stoploss": "market",
            "stoploss_on_exchange": False,
        },
    },
}


@pytest.fixture(scope="module")
def data(scenario_candles):
    return scenario_candles("flash_crash", days=23)


@pytest.fixture(scope="module")
def uninterrupted(data, tmp_path_factory):
    """Return a bot that never stops: its times, what it has come to, and what it leaves behind."""
    folder, copies = tmp_path_factory.mktemp("bot"), tmp_path_factory.mktemp("copies")
    times: list[datetime] = []
    states: list[Any] = []
    with Bot(folder, data, start=START, **BOT) as bot:
        for time in bot.run(START + timedelta(hours=HOURS)):
            shutil.copytree(folder, copies / str(len(times)))
            times.append(time)
            states.append(state(bot))
        tags = {order["ft_order_tag"] for trade in bot.trades for order in trade["orders"]}
        # Otherwise the comparisons below would show nothing.
        assert {"riskguard_drawdown_ladder_cut", "stop_loss"} <= tags
        assert bot.locks
        return times, states, copies, bot.journal


@pytest.mark.parametrize("number", range(STOPS))
def test_a_bot_that_is_built_anew_decides_what_one_decides_that_never_stopped(
    uninterrupted, data, tmp_path, number
):
    times, states, copies, journal = uninterrupted
    rng = random.Random(STOPS)  # noqa: S311 - no secret
    stopped = rng.sample(range(len(times) - LOOPS_AFTER), STOPS)[number]
    shutil.copytree(copies / str(stopped), tmp_path / "bot")

    with Bot(tmp_path / "bot", data, start=times[stopped], **BOT) as bot:
        for loop in range(stopped + 1, stopped + 1 + LOOPS_AFTER):
            bot.loop(times[loop])
            assert_same(state(bot), states[loop])
        assert decided(bot.journal, times[stopped]) == decided(journal, times[stopped], times[loop])


def state(bot):
    """Return what a bot has done, and what its guard remembers."""
    return bot.trades, bot.locks, bot.kept


def assert_same(found, expected):
    """Compare two states."""
    trades, locks, kept = found
    assert trades == expected[0]
    assert locks == expected[1]
    # Base and baselines are exact; equity and its peak are written once a minute.
    equity = "riskguard_equity"
    figures, others = (json.loads(found[equity]) for found in (kept, expected[2]))
    assert figures == [pytest.approx(other, rel=1e-3) for other in others]
    assert [figures[index] for index in EXACT] == [others[index] for index in EXACT]
    assert {**kept, equity: None} == {**expected[2], equity: None}


def decided(journal, since, until=None):
    """Return the decisions of a time, each once: a new guard notes again what stands already."""
    facts = ("time", "pair", "side", "question", "rule", "answered")
    return {
        tuple(record[name] for name in facts)
        for record in journal
        if since.isoformat() < record["time"]
        and (until is None or record["time"] <= until.isoformat())
    }


@pytest.fixture
def sqlite(tmp_path):
    return f"sqlite:///{tmp_path / 'killed.sqlite'}"


@pytest.fixture
def postgresql():
    missing = postgres.missing()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    with postgres.server() as address:
        yield address


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_bot_that_is_killed_ten_times_ends_where_one_ends_that_never_was(
    uninterrupted, data, tmp_path, request, database
):
    """In the middle of a loop with open trades; the next process begins with the same loop."""
    times, states, _, journal = uninterrupted
    address = request.getfixturevalue(database)
    held = [n for n, (trades, *_) in enumerate(states) if any(t["is_open"] for t in trades)]
    rng = random.Random(database)  # noqa: S311 - no secret
    kills = sorted(rng.sample(held, KILLS))
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.support.bot"])

    first = 0
    for last in (*kills, None):
        ours, theirs = processes.Pipe()
        bot = processes.Process(
            target=drive, args=(theirs, tmp_path / "bot", data, address, times, first)
        )
        bot.start()
        while (number := ours.recv()) != last and number is not None:
            pass
        if last is None:
            found = ours.recv()
            bot.join()
            assert bot.exitcode == 0
            break
        sleep(rng.uniform(0.0, 0.05))
        bot.kill()
        bot.join()
        assert bot.exitcode == -signal.SIGKILL
        first = last

    assert_same(found[:3], states[-1])
    assert decided(found[3], START) == decided(journal, START)


def drive(parent, folder, data, address, times, first):
    """Run a bot from a loop on, in a process of its own, and tell each loop that it begins."""
    with Bot(folder, data, start=times[first], db_url=address, **BOT) as bot:
        for number in range(first, len(times)):
            parent.send(number)
            bot.loop(times[number])
        parent.send(None)
        parent.send((*state(bot), bot.journal))


def halting(folder, time, **changes):
    """Return a bot that halts where the others cut."""
    ladder = {"drawdown_ladder": {"steps": [{"at": 0.004, "keep": 0.0}]}}
    return partial(Bot, folder, start=time, **{**BOT, "riskguard": RISKGUARD | ladder}, **changes)


def halt(parent, folder, data, time, fatal=None):
    """Let a bot halt, in a process of its own that is killed right after a commit of that loop."""
    commits = []
    commit = Session.commit

    def counted(session):
        commit(session)
        commits.append(session)
        if len(commits) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    with halting(folder, time)(data) as bot:
        with patch.object(Session, "commit", counted):
            bot.loop(time)
        parent.send((len(commits), halts(bot)))


def halts(bot):
    return [lock["pair"] for lock in bot.locks if "HALTED" in lock["reason"]]


def test_no_halt_is_lost_where_a_commit_of_its_loop_is_the_last(uninterrupted, data, tmp_path):
    times, states, copies, _ = uninterrupted
    cut = next(
        number
        for number, (trades, *_) in enumerate(states)
        if "riskguard_drawdown_ladder" in str(trades)
    )
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.support.bot"])

    def run(name, fatal=None):
        folder = tmp_path / name
        shutil.copytree(copies / str(cut - 1), folder)
        ours, theirs = processes.Pipe()
        bot = processes.Process(target=halt, args=(theirs, folder, data, times[cut], fatal))
        bot.start()
        bot.join()
        return folder, bot.exitcode, ours.recv() if ours.poll() else None

    _, code, (commits, decided_in_loop) = run("whole")
    assert (code, decided_in_loop) == (0, ["*"])
    # Each of them takes seconds; the deciding part of the loop dies after every one elsewhere.
    assert commits > DEATHS
    rng = random.Random(DEATHS)  # noqa: S311 - no secret
    for fatal in rng.sample(range(1, commits + 1), DEATHS):
        folder, code, _ = run(str(fatal), fatal)
        assert code == -signal.SIGKILL
        with halting(folder, times[cut + 1])(data) as bot:
            for time in times[cut + 1 : cut + 4]:
                bot.loop(time)
            assert halts(bot) == ["*"]
            assert not any(trade["is_open"] for trade in bot.trades)


def test_a_database_that_moves_times_is_refused(data, tmp_path, postgresql):
    address = f"{postgresql}?options=-c%20timezone%3DAmerica/New_York"

    with (
        pytest.raises(ConfigurationError, match="must be UTC, got 'America/New_York'"),
        Bot(tmp_path / "bot", data, start=START, db_url=address, **BOT),
    ):
        pass
