"""Folds, the space that is searched, and the study that keeps the trials."""

import socket
from datetime import UTC, datetime

import pytest

from freqtrade_riskguard.calibration import study
from freqtrade_riskguard.calibration.errors import CalibrationError
from freqtrade_riskguard.calibration.folds import folds
from freqtrade_riskguard.calibration.space import (
    SPACE,
    neighbours,
    search_space,
    values_in,
    with_values,
)
from freqtrade_riskguard.calibration.study import HopelessError, Study
from freqtrade_riskguard.config import load_config

SETTINGS = load_config({"profile": "moderate"})
PLAN = {"strategy": "Mine 1h 00ff", "candles": "aa", "trials": 5}


def day(number):
    return datetime(2024, 1, number, tzinfo=UTC)


def test_each_part_is_judged_by_what_was_found_before_it():
    found = folds(day(1), day(9), 3)
    assert [fold.training for fold in found] == [
        (day(1), day(3)),
        (day(1), day(5)),
        (day(1), day(7)),
    ]
    assert [fold.test for fold in found] == [(day(3), day(5)), (day(5), day(7)), (day(7), day(9))]


def test_every_setting_that_is_searched_is_one_within_its_profile():
    space = search_space(SETTINGS, [])
    assert [each.key for each in space] == [each.key for each in SPACE]
    # Leverage goes no further than the settings do.
    assert next(each for each in space if each.key == "max_leverage").high == 5.0
    for values in ({each.key: each.low for each in space}, {each.key: each.high for each in space}):
        load_config(with_values({"profile": "moderate"}, values))
    first = values_in(SETTINGS, space)
    assert first["risk_per_trade"] == 0.01
    assert first["kelly.fraction"] == 0.5


def test_the_space_can_be_narrowed_but_not_widened():
    (only,) = search_space(SETTINGS, ["kelly.fraction=0.1:0.3"])
    assert (only.low, only.high) == (0.1, 0.3)
    (whole,) = search_space(SETTINGS, ["daily_loss_limit"])
    assert (whole.low, whole.high) == (0.01, 0.10)
    for text, reason in (
        ("kelly.half", "knows no kelly.half"),
        ("kelly.fraction=0.1:0.9", "nothing beyond that"),
        ("kelly.fraction=0.3:0.1", "give a range like"),
        ("kelly.fraction=x", "give a range like"),
    ):
        with pytest.raises(CalibrationError, match=reason):
            search_space(SETTINGS, [text])
    off = load_config({"profile": "moderate", "kelly": {"mode": "observe"}})
    assert "kelly.fraction" not in [each.key for each in search_space(off, [])]
    with pytest.raises(CalibrationError, match="leaves nothing to search"):
        search_space(off, ["kelly.fraction"])


def test_values_go_where_the_settings_are():
    raw = {"profile": "moderate", "kelly": {"min_trades": 40}}
    changed = with_values(raw, {"kelly.fraction": 0.123456, "max_leverage": 3.0})
    assert changed == {
        "profile": "moderate",
        "kelly": {"min_trades": 40, "fraction": 0.1235},
        "max_leverage": 3.0,
    }
    assert raw["kelly"] == {"min_trades": 40}


def test_values_around_the_chosen_one_stay_in_its_range():
    space = search_space(SETTINGS, ["kelly.fraction=0.1:0.3", "max_leverage=1:5"])
    found = list(neighbours(space, {"kelly.fraction": 0.11, "max_leverage": 3.0}))
    assert [key for key, _ in found] == 2 * ["kelly.fraction"] + 4 * ["max_leverage"]
    assert [value for _, value in found] == pytest.approx([0.13, 0.15, 2.2, 2.6, 3.4, 3.8])


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'study.sqlite'}"


def search(study, score, *, trials=5, seconds=60.0, seed=0):
    told = []
    found = study.search(
        "part",
        search_space(SETTINGS, ["kelly.fraction"]),
        {"kelly.fraction": 0.25},
        score,
        trials=trials,
        seconds=seconds,
        seed=seed,
        told=lambda finished, _: told.append(finished),
    )
    return found, told


def peak(values):
    """Best at 0.4."""
    return -abs(values["kelly.fraction"] - 0.4)


def test_the_settings_as_they_are_come_first_and_the_best_is_found(url):
    tried = []

    def score(values):
        tried.append(values["kelly.fraction"])
        return peak(values)

    found, told = search(Study(url, "a"), score, trials=12)
    assert tried[0] == 0.25
    assert told == list(range(1, 13))
    assert found.score == max(-abs(value - 0.4) for value in tried)
    assert found.values["kelly.fraction"] == pytest.approx(0.4, abs=0.1)
    # Who comes later finds it done.
    assert search(Study(url, "a"), score, trials=12) == (found, [])
    assert len(tried) == 12


def test_the_same_seed_finds_the_same(url, tmp_path):
    first, _ = search(Study(url, "a"), peak)
    again, _ = search(Study(f"sqlite:///{tmp_path / 'other.sqlite'}", "a"), peak)
    assert first == again


def test_a_hopeless_trial_counts_and_is_never_the_best(url):
    def score(values):
        if values["kelly.fraction"] > 0.2:
            raise HopelessError
        return values["kelly.fraction"]

    found, told = search(Study(url, "a"), score, trials=12)
    assert len(told) == found.finished == 12
    assert 0 < found.pruned < 12
    assert found.values["kelly.fraction"] <= 0.2


def test_a_trial_whose_worker_dies_is_run_again(url):
    def dies(_values):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(Study(url, "a"), dies)
    found, told = search(Study(url, "a"), peak)
    assert found.finished == len(told) == 5


def test_no_trial_begins_after_the_time(url):
    assert search(Study(url, "a"), peak, seconds=0.0) == (None, [])


def test_a_worker_that_differs_is_refused_with_what_differs(url):
    study = Study(url, "a")
    assert study.plan() is None
    study.begin(PLAN)
    again = Study(url, "a")
    assert again.plan() == PLAN
    again.begin(PLAN)
    with pytest.raises(CalibrationError, match="differs from the study in its strategy, candles:"):
        again.begin({**PLAN, "strategy": "Mine 1h 00fe", "candles": "bb"})
    # Another calibration in the same database is another matter.
    Study(url, "b").begin({**PLAN, "candles": "bb"})


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("postgresql://me:secret-word@127.0.0.1:1/name", "the database cannot be used"),
        ("nonsense", "the address of the database is none"),
        # What is behind the first @ is taken for the host, behind a / for the name, behind a : for
        # the port.
        (
            "postgresql://me:My@secret-word#1@127.0.0.1:1/name",
            "refuses user, password or name (OperationalError); escape @ in the password as %40",
        ),
        ("postgresql://me:My@127.0.0.1:1/secret-word@x/name", "; escape @ in the password as %40"),
        ("postgresql://me:My@a:secret-word@127.0.0.1/name", "; escape @ in the password as %40"),
        ("sqlite:////nowhere/at/all/study.sqlite", "the database cannot be used"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(address, reason):
    with pytest.raises(CalibrationError) as refused:
        Study(address, "a")
    text = str(refused.value)
    assert reason in text
    assert "\n" not in text
    assert "secret-word" not in text


def test_a_server_that_takes_a_connection_and_says_nothing_is_one_line(monkeypatch):
    monkeypatch.setitem(study._CONNECTION, "connect_timeout", "2")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"postgresql://me:secret-word@127.0.0.1:{mute.getsockname()[1]}/name"
        with pytest.raises(CalibrationError, match="its server does not answer") as refused:
            Study(address, "a")
    assert "secret-word" not in str(refused.value)
