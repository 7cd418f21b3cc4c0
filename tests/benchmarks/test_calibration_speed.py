"""How fast a calibration's trials run: against a command for each, and with a second worker.

Both are whole commands in processes of their own, on the same candles. They are timed by the wall
clock, as their owner waits for them; the moments of the trials are those in the study.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import optuna
import pytest

from freqtrade_riskguard.replay import ReplayExchange
from tests.support import postgres
from tests.support.offline import SAFE, write_bot

pytestmark = [
    pytest.mark.slow,
    pytest.mark.benchmark,
    pytest.mark.skipif(bool(postgres.missing()), reason=postgres.missing()),
]

# What a command spends before its first candle is the same for more of them, so its share shrinks.
DAYS, TRIALS, COMMANDS = 10, 40, 3
# The search on all of the candles: by then the second worker has loaded them.
PART = "riskguard Foreseeing/all"


@pytest.fixture(scope="module")
def place(scenario_candles, tmp_path_factory):
    """Arguments that both commands take."""
    data = scenario_candles("calm_trend", days=DAYS)
    folder = tmp_path_factory.mktemp("calibrated") / "bot"
    with ReplayExchange(data) as exchange:
        config = {**SAFE, "strategy": "Foreseeing"}
        file = write_bot(folder, exchange, "foreseeing", config=config)
        yield ["-c", str(file), "--userdir", str(folder), "--datadir", str(data)]


def run(program, *arguments):
    """Run a command; return how many seconds it took."""
    began = time.monotonic()
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    return time.monotonic() - began


def calibrated(place, workers):
    """Return the trials of a search by so many workers, on a server of their own."""
    wanted = ("--max-drawdown", "0.2", "--space", "kelly.fraction", "--folds", "1")
    with postgres.server() as address:
        study = ("--study", str(address), "--trials", str(TRIALS), "--jobs", str(workers))
        run("riskguard", "calibrate", *place, *wanted, *study)
        trials = optuna.load_study(study_name=PART, storage=str(address)).trials
    found = [trial for trial in trials if trial.state.is_finished()]
    assert len(found) >= TRIALS
    return found


def elapsed(trials):
    began = min(trial.datetime_start for trial in trials)
    ended = max(trial.datetime_complete for trial in trials)
    return (ended - began).total_seconds()


def per_second(trials):
    return len(trials) / elapsed(trials)


def under_way(trials):
    """Return how many trials were under way, in the mean: the rest of the time is the study's."""
    return sum(trial.duration.total_seconds() for trial in trials) / elapsed(trials)


@pytest.fixture(scope="module")
def alone(place):
    return calibrated(place, 1)


def show(capsys, line):
    with capsys.disabled():
        print(f"\n  {line}", end="")  # noqa: T201 - the figures are what a benchmark is for


def test_a_trial_is_three_times_faster_than_a_command(place, alone, capsys):
    no_result = ("--export", "none", "--cache", "none", "--enable-protections")
    command = min(run("freqtrade", "backtesting", *place, *no_result) for _ in range(COMMANDS))
    trial = statistics.median(each.duration.total_seconds() for each in alone)
    show(capsys, f"a command {command:.2f} s, a trial {trial:.2f} s: {command / trial:.1f} times")
    assert command >= 3.0 * trial


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="two workers need two cores")
def test_two_workers_do_nearly_twice_as_much(place, alone, capsys):
    together = calibrated(place, 2)
    one, two = per_second(alone), per_second(together)
    show(capsys, f"one worker {one:.2f} trials/s, two {two:.2f}: {two / one:.2f} times")
    show(capsys, f"of two workers {under_way(together):.2f} were running a trial")
    assert under_way(together) >= 1.8
    assert two >= 1.8 * one
