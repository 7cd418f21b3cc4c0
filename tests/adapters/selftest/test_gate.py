"""A bot starts with a freqtrade that has passed, and with no other."""

import json
import logging
import sys
from pathlib import Path

import freqtrade
import pytest
from freqtrade import main as freqtrade_main
from freqtrade.enums import RunMode
from freqtrade.exceptions import ConfigurationError
from freqtrade.strategy import IStrategy

from freqtrade_riskguard import RiskGuard
from freqtrade_riskguard.adapters.selftest import gate, passed, running
from freqtrade_riskguard.adapters.selftest.check import BACKTEST, BOT, Check
from tests.adapters.bots import Reckless, broken

FUTURES = {"trading_mode": "futures"}
GOOD = Check(hook="leverage", where="backtest", expected="it is obeyed", found=None)
BAD = Check(hook="should_exit", where="backtest", expected="it is asked", found="it is not")


@pytest.fixture(autouse=True)
def _fresh(tmp_path, monkeypatch):
    """A process that has not looked yet, of a user for whom nothing is remembered."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(gate, "_cleared", set())
    monkeypatch.setattr(freqtrade_main, "ConfigurationError", ConfigurationError)


@pytest.fixture
def played(monkeypatch):
    """Notes what the self-test plays, which takes no time and passes."""
    runs = []

    def play(engines):
        runs.append(set(engines))
        return [GOOD]

    monkeypatch.setattr(running, "played", play)
    return runs


def start(runmode=None, **riskguard):
    return Reckless({**FUTURES, "runmode": runmode, "riskguard": riskguard})


def new_process(monkeypatch):
    monkeypatch.setattr(gate, "_cleared", set())


def test_it_is_played_once_and_remembered_across_processes(played, monkeypatch):
    start()
    start()
    new_process(monkeypatch)
    start()

    assert len(played) == 1
    assert json.loads(passed.cache_file().read_text()) == {
        **passed.versions(),
        "engines": ["backtest", "running bot"],
    }


def test_only_what_a_run_mode_trades_with_is_played(played, monkeypatch):
    for runmode in (RunMode.BACKTEST, RunMode.HYPEROPT, RunMode.BACKTEST):
        start(runmode)
    assert played == [{"backtest"}]
    new_process(monkeypatch)
    for runmode in (RunMode.DRY_RUN, RunMode.LIVE, RunMode.HYPEROPT):
        start(runmode)
    # It is no reason to trade that a backtest has passed, and no reason to play that once more.
    assert played == [{"backtest"}, {"running bot"}]
    new_process(monkeypatch)
    start(RunMode.WEBSERVER)
    assert len(played) == 2


def test_a_running_bot_that_has_failed_stops_no_backtest(monkeypatch):
    monkeypatch.setattr(running, "played", lambda engines: [BAD] if BOT in engines else [GOOD])

    start(RunMode.BACKTEST)
    for runmode in (RunMode.DRY_RUN, RunMode.LIVE, RunMode.WEBSERVER):
        with pytest.raises(ConfigurationError):
            start(runmode)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 4_000,
        '{"freqtrade": "2026.1"}',
        "null",
        '{"engines": 1}',
        "x" * 10_000_000,
        "\udcff",
    ],
)
def test_what_cannot_be_read_or_is_of_another_version_is_played_again(text, played):
    passed.cache_file().parent.mkdir()
    passed.cache_file().write_text(text, errors="surrogateescape")

    start()

    assert len(played) == 1
    assert passed.remembered() == {BACKTEST, BOT}


@pytest.mark.parametrize("package", [freqtrade, "freqtrade_riskguard"])
def test_other_files_are_another_freqtrade_or_guard(package, tmp_path, monkeypatch):
    module = sys.modules[package] if isinstance(package, str) else package
    copy = tmp_path / "copy" / "__init__.py"
    copy.parent.mkdir()
    copy.touch()
    before = passed.versions()
    monkeypatch.setattr(module, "__file__", str(copy))
    now = passed.versions()
    copy.write_text("# changed")

    assert before != now != passed.versions()


def test_a_bot_starts_where_nothing_can_be_remembered(played, tmp_path, monkeypatch):
    # Neither a folder below a file, nor a user without a home.
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    start()
    new_process(monkeypatch)
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", broken_home)
    start()

    assert len(played) == 2


def broken_home():
    msg = "no home"
    raise RuntimeError(msg)


@pytest.mark.parametrize("riskguard", [{"enabled": False}, {"mode": "off"}])
def test_a_guard_that_is_off_needs_no_test(riskguard, monkeypatch):
    monkeypatch.setattr(running, "played", broken)

    assert start(**riskguard)


@pytest.mark.parametrize("riskguard", [{}, {"mode": "observe"}])
def test_a_failed_test_stops_freqtrade_and_names_what_has_changed(riskguard, monkeypatch):
    monkeypatch.setattr(running, "played", lambda _: [GOOD, BAD])

    for _ in range(2):
        with pytest.raises(ConfigurationError) as stopped:
            start(**riskguard)

    assert str(stopped.value) == (
        f"Configuration error: freqtrade {freqtrade.__version__} does not do what riskguard relies "
        "on, so your trades would not be protected:\n"
        "  should_exit (backtest): it is asked; found: it is not\n"
        f"riskguard is tested with freqtrade {freqtrade.__version__}: the installed files differ "
        "from the release. Install it again: pip install --force-reinstall "
        f'"freqtrade=={freqtrade.__version__}"'
    )
    assert not passed.remembered()


def test_a_version_that_is_not_tested_is_to_be_replaced_by_one_that_is(monkeypatch):
    monkeypatch.setattr(gate, "__version__", "2026.10")

    assert gate.remedy() == (
        'Install a version that riskguard is tested with (pip install "freqtrade==2026.9"), or a '
        "newer riskguard."
    )


def test_many_failures_are_counted():
    assert "  and 2 more: run `riskguard selftest`" in gate.refusal([BAD] * 7)


@pytest.mark.parametrize("error", [ZeroDivisionError(), ImportError("no module"), SystemExit(0)])
def test_an_error_in_the_test_is_a_failed_test(error, monkeypatch):
    def fail(_):
        raise error

    monkeypatch.setattr(running, "_play_all", fail)

    with pytest.raises((ConfigurationError, SystemExit)) as stopped:
        start()
    assert isinstance(error, SystemExit) or "it can be run; found: " in str(stopped.value)
    assert not passed.remembered()


def test_a_hook_that_is_gone_is_all_that_is_told(monkeypatch):
    monkeypatch.delattr(IStrategy, "should_exit")
    monkeypatch.setattr(running, "played", broken)

    with pytest.raises(
        ConfigurationError, match=r"should_exit .*; found: it is not there\nriskguard is"
    ):
        start()


@pytest.mark.parametrize(
    ("version", "untested"),
    [
        ("2026.6", False),
        ("2026.9", False),
        ("2026.9.1", False),
        ("2026.10", True),
        ("2026.10-dev-1a2b3c", True),
        ("2027.1", True),
        ("develop-1a2b3c", True),
    ],
)
@pytest.mark.usefixtures("played")
def test_a_newer_version_is_warned_about_once(version, untested, monkeypatch, caplog):
    monkeypatch.setattr(gate, "__version__", version)

    start()
    start()

    warned = [record for record in caplog.records if "not among the versions" in record.message]
    assert len(warned) == untested
    assert all(f"freqtrade {version} " in record.message for record in warned)
    assert all(record.levelno == logging.WARNING for record in warned)


def test_the_guard_in_the_test_does_not_wait_for_itself():
    # The real one, started by the first guarded strategy of a process.
    assert isinstance(start(), RiskGuard)
    assert passed.remembered() == {BACKTEST, BOT}
