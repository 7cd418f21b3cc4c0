"""Several workers on one study in a real PostgreSQL: one is killed, and the server restarts."""

import json
import multiprocessing
import signal
import time
from collections import Counter
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from freqtrade_riskguard.calibration.errors import CalibrationError
from freqtrade_riskguard.calibration.space import search_space
from freqtrade_riskguard.calibration.study import Study
from freqtrade_riskguard.config import load_config
from tests.support import postgres

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(postgres.missing()), reason=postgres.missing()),
]

SPACE = search_space(load_config({"profile": "moderate"}), ["kelly.fraction", "risk_per_trade"])
FIRST = {"kelly.fraction": 0.25, "risk_per_trade": 0.01}
# Enough that the death of a worker is noticed before they are done.
TRIALS, WORKERS, PATIENCE_SECONDS = 40, 4, 120.0


@pytest.fixture(scope="module")
def server():
    with postgres.server() as address:
        yield address


def value_of(values):
    """Best at a Kelly fraction of 0.4 and 1 % risked."""
    return -abs(values["kelly.fraction"] - 0.4) - 10 * abs(values["risk_per_trade"] - 0.01)


def work(url, folder, number):
    """Be a worker, in a process of its own, that writes what it tries and with what it began."""

    def score(values):
        with (Path(folder) / f"{number}.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(values) + "\n")
        # The second trial of the first worker takes for ever.
        time.sleep(600 if number == 0 and tries(folder, 0) == 2 else 0.5)
        return value_of(values)

    study = Study(url, "shared", heartbeat_seconds=1)
    seed = 7 if number == 1 else None
    study.search(
        *("part", SPACE, FIRST, score),
        trials=TRIALS,
        seconds=PATIENCE_SECONDS,
        seed=seed,
        told=lambda *_: None,
    )


def tries(folder, number):
    path = Path(folder) / f"{number}.jsonl"
    return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0


def wait_until(holds):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_one_is_killed_and_the_database_restarts_and_every_trial_counts_once(server, tmp_path):
    Study(server, "shared").begin({"strategy": "Mine"})
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=work, args=(str(server), str(tmp_path), number))
        for number in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    # A server that has never answered is not waited for.
    wait_until(lambda: all(tries(tmp_path, number) for number in range(WORKERS)))
    wait_until(lambda: tries(tmp_path, 0) == 2)
    workers[0].kill()
    begun = sum(tries(tmp_path, number) for number in range(WORKERS))
    postgres.restart(server)
    wait_until(lambda: sum(tries(tmp_path, number) for number in range(WORKERS)) > begun)
    for worker in workers:
        worker.join(PATIENCE_SECONDS)
    assert [worker.exitcode for worker in workers] == [-signal.SIGKILL, 0, 0, 0]

    trials = optuna.load_study(study_name="shared/part", storage=str(server)).trials
    finished = [trial for trial in trials if trial.state is TrialState.COMPLETE]
    # Those that were under way when the last was finished count as well.
    assert TRIALS <= len(finished) < TRIALS + WORKERS
    tried = Counter(json.dumps(trial.params, sort_keys=True) for trial in finished)
    assert set(tried.values()) == {1}
    assert all(trial.value == value_of(trial.params) for trial in finished)
    # What the dead one was at was given up, and tried by another.
    killed = json.loads((tmp_path / "0.jsonl").read_text(encoding="utf-8").splitlines()[1])
    *given_up, last = [trial.state for trial in trials if trial.params == killed]
    assert set(given_up) == {TrialState.FAIL}
    assert last is TrialState.COMPLETE

    # One worker alone that is told the same trials finds the same.
    alone = optuna.create_study(direction="maximize")
    alone.add_trials(finished)
    study = Study(server, "shared")
    found = study.search(
        *("part", SPACE, FIRST, value_of),
        trials=1,
        seconds=1.0,
        seed=None,
        told=lambda *_: None,
    )
    assert found is not None
    assert found.values == alone.best_params
    assert found.score == alone.best_value
    assert found.finished == len(finished)


def test_a_server_that_stays_away_is_one_line():
    told: list[str] = []
    with postgres.server() as address:
        study = Study(address, "gone", patience_seconds=1.0, waiting=told.append)
        study.begin({})
    with pytest.raises(CalibrationError, match="the database cannot be used: its server does not"):
        study.plan()
    (why,) = told
    assert why.startswith("Waiting for the database: its server does not answer")
