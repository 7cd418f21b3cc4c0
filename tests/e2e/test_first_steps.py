"""The first steps of the README, typed by somebody who has just made a user directory."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from freqtrade_riskguard import cli
from freqtrade_riskguard.replay import ReplayExchange
from tests.support import warm_freqtrade

pytestmark = pytest.mark.slow

BIN = Path(sys.executable).parent
TWO_PAIRS = ("BTC", "ETH")
CONFIGS = ("-c", "user_data/config.json", "-c", "replay.json")


@pytest.fixture(scope="module")
def crash(scenario_candles):
    """The market of the demonstration, four pairs."""
    return scenario_candles("flash_crash", days=10)


@pytest.fixture
def fresh(project, tmp_path, monkeypatch):
    """A user directory that freqtrade has just made, with the files that the README names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    command(["freqtrade", "create-userdir", "--userdir", "user_data"])
    ours = project / "user_data"
    shutil.copy(ours / "config.example.json", "user_data/config.json")
    shutil.copy(ours / "positions.example.json", "user_data")
    shutil.copy(ours / "strategies" / "riskguard_sample.py", "user_data/strategies")
    return tmp_path


def command(argv):
    code, log = warm_freqtrade.run(
        Path.cwd(), argv[1:], os.environ, script=BIN / argv[0], timeout_seconds=300
    )
    assert code == 0, log[-2_000:]
    return log


def download(crash, pairs):
    """Put candles where freqtrade puts those that it downloads."""
    folder = Path("user_data/data/binance/futures")
    folder.mkdir(parents=True)
    for file in (crash / "futures").iterdir():
        if file.name.startswith(pairs):
            shutil.copy(file, folder)


@contextmanager
def replaying():
    """Run `riskguard replay --write replay.json` beside everything else."""
    with subprocess.Popen(
        [str(BIN / "riskguard"), "replay", "--write", "replay.json"],
        env={**os.environ, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as replay:
        try:
            assert "Ctrl-C stops it.\n" in iter(replay.stdout.readline, "")
            yield
        finally:
            replay.send_signal(signal.SIGTERM)
    assert replay.returncode == 0


def said(capsys, *argv):
    """Run a command of riskguard; return its exit code and what it printed."""
    code = cli.main(list(argv))
    shown = capsys.readouterr()
    assert shown.err == ""
    return code, " ".join(shown.out.split())


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("pairs", [("",), TWO_PAIRS], ids=["demo scenario", "two pairs"])
def test_every_command_works_on_a_replay(crash, capsys, pairs):
    download(crash, pairs)
    with replaying():
        code, text = said(capsys, "check", *CONFIGS)
        assert code == 0
        assert text.startswith("RiskGuardSample on Binance, dry-run, isolated margin, wallet 1000")
        assert text.endswith("OK: no danger found.")
        assert ("DOGE long" in text) == (pairs != TWO_PAIRS)
        not_used = "riskguard.pairs.DOGE/USDT:USDT is not used"
        assert (not_used in text) == (pairs == TWO_PAIRS)
        code, text = said(capsys, "why", "BTC", "long", *CONFIGS, "--leverage", "10")
        assert (code, "How much leverage?" in text) == (0, True)
        log = command(["freqtrade", "backtesting", *CONFIGS, "--enable-protections"])
    assert "RISKGUARD: RiskGuardSample" in log
    code, text = said(capsys, "survive")
    assert (code, "In short: " in text, "missing" in text) == (0, True, False)
    code, text = said(capsys, "report")
    assert (code, "What each rule did" in text, "missing" in text) == (0, True, False)
    assert list(Path("user_data/backtest_results").glob("*.RiskGuardSample.html"))
    code, text = said(capsys, "stress", "--positions", "user_data/positions.example.json")
    assert (code, "SURVIVES (isolated margin)" in text) == (0, True)


@pytest.mark.usefixtures("fresh")
def test_candles_of_two_pairs_and_an_exchange_that_has_four(crash, capsys):
    download(crash, TWO_PAIRS)
    with ReplayExchange(crash) as exchange:
        # The real exchange names no pairs of its own.
        config = exchange.config()
        del config["exchange"]["pair_whitelist"]
        Path("replay.json").write_text(json.dumps(config), encoding="utf-8")
        code, text = said(capsys, "check", *CONFIGS)
        assert code == 0
        assert all(f"{coin} long" in text for coin in ("BTC", "ETH", "SOL", "DOGE"))
        code, _ = said(capsys, "why", "DOGE", "short", *CONFIGS)
        assert code in {0, 1}
        command(["freqtrade", "backtesting", *CONFIGS, "--enable-protections"])
    code, text = said(capsys, "survive")
    assert (code, "missing" in text) == (0, False)
    assert said(capsys, "report")[0] == 0
