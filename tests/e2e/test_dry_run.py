"""The command that traders run, in real time, on an exchange that the command line serves."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from freqtrade_client import FtRestClient  # type: ignore[import-untyped]

from tests.support.freqtrade import strategy_files

pytestmark = pytest.mark.slow

RUN_SECONDS = 120
PATIENCE_SECONDS = 90
# A quiet day: what is entered stays open.
START = "2024-01-18T06:00"


def test_two_minutes_of_trade_against_replay(scenario_candles, tmp_path):
    data = scenario_candles("flash_crash", days=23)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "strategies").mkdir()
    for name, source in strategy_files("eager").items():
        (tmp_path / "strategies" / name).write_text(source, encoding="utf-8")

    replay = start("freqtrade_riskguard.cli", "replay", "--data", str(data), "--start", START)
    try:
        snippet = printed_configuration(replay)
        pricing = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
        api = {"enabled": True, "listen_ip_address": "127.0.0.1", "listen_port": port}
        settings = {
            "trading_mode": "futures",
            "margin_mode": "isolated",
            "stake_currency": "USDT",
            "stake_amount": "unlimited",
            "max_open_trades": 4,
            "dry_run_wallet": 10_000,
            "entry_pricing": pricing,
            "exit_pricing": pricing,
            "pairlists": [{"method": "StaticPairList"}],
            "exchange": {"name": "binance", "pair_whitelist": ["BTC/USDT:USDT", "ETH/USDT:USDT"]},
            "initial_state": "running",
            "api_server": {**api, "username": "trader", "password": "secret"},
            "eager_since": {},
            "riskguard": {"profile": "moderate"},
        }
        for name, content in (("config", settings), ("replay", snippet)):
            (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
        bot = start(
            *("freqtrade", "trade", "--dry-run", "--strategy", "Eager"),
            *("--userdir", str(tmp_path), "--db-url", f"sqlite:///{tmp_path / 'trades.sqlite'}"),
            *("--config", str(tmp_path / "config.json"), "--config", str(tmp_path / "replay.json")),
            cwd=tmp_path,
        )
        try:
            begin = time.monotonic()
            client = FtRestClient(f"http://127.0.0.1:{port}", "trader", "secret")
            wait_for(lambda: (client.health() or {}).get("last_process_ts"), bot)
            assert client.show_config()["state"] == "running"
            assert time.time() - client.health()["last_process_ts"] < 30
            while time.monotonic() - begin < RUN_SECONDS:
                assert bot.poll() is None
                time.sleep(1)
            trades = client.status()
            assert trades
            # One that is being entered has no liquidation price yet.
            known = [trade for trade in trades if trade["liquidation_price"] is not None]
            assert known
            assert all(trade["stop_loss_abs"] > trade["liquidation_price"] for trade in known)
            assert time.time() - client.health()["last_process_ts"] < 30
            # Ctrl-C in the middle of a statement of freqtrade's own would be an error in its log.
            client.stop()
            wait_for(lambda: (client.show_config() or {}).get("state") == "stopped", bot)
        finally:
            bot.send_signal(signal.SIGINT)
            log, _ = bot.communicate(timeout=PATIENCE_SECONDS)
        # freqtrade's code for a person who has stopped it.
        assert bot.returncode == 128 + signal.SIGINT, log[-3000:]
        assert "SIGINT received" in log
    finally:
        replay.send_signal(signal.SIGTERM)
        unknown, _ = replay.communicate(timeout=PATIENCE_SECONDS)
    assert replay.returncode == 0
    assert "no answer" not in unknown
    assert " - ERROR - " not in log
    assert "Traceback" not in log
    assert "RiskGuard: BTC/USDT:USDT long: asked 1x, got 1x" in log


def start(module, *arguments, cwd=None):
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "1000", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def printed_configuration(replay):
    """Read what the command says until it has told the configuration, and return that."""
    text, found = "", False
    for line in replay.stdout:
        found = found or line.startswith("{")
        text += line if found else ""
        if line.startswith("}"):
            break
    return json.loads(text)


def wait_for(ready, process):
    until = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.5)
