"""`riskguard replay --trade` and `freqtrade trade`, a process each, in real time."""

import json
import signal
import socket
from pathlib import Path

import ccxt
import pytest
import requests
from freqtrade_client import FtRestClient  # type: ignore[import-untyped]

from tests.e2e.test_dry_run import PATIENCE_SECONDS, START, start, wait_for
from tests.support.freqtrade import strategy_files
from tests.support.live_bot import LIVE
from tests.support.scripted import BTC

pytestmark = pytest.mark.slow

# The exchange's own list of pairs is in force: the first two of four.
DOGE = "DOGE/USDT:USDT"


def replay_with_an_account(data, folder):
    file = folder / "replay.json"
    replay = start(
        *("freqtrade_riskguard.cli", "replay", "--data", str(data), "--start", START),
        *("--trade", "--wallet", "5000", "--state", str(folder / "account.json")),
        *("--write", str(file)),
    )
    printed = ""
    while "Ctrl-C stops it.\n" not in printed:
        line = replay.stdout.readline()
        assert line, printed
        printed += line
    return replay, printed, json.loads(file.read_text(encoding="utf-8"))


def connected(snippet):
    """Return a client as freqtrade makes one of the written configuration."""
    exchange = snippet["exchange"]
    return ccxt.binance(
        {
            **exchange["ccxt_config"],
            "apiKey": exchange["key"],
            "secret": exchange["secret"],
            "options": {"defaultType": "swap"},
        }
    )


def test_a_bot_trades_and_its_owner_looks_at_the_exchange(scenario_candles, tmp_path):
    data = scenario_candles("flash_crash", days=23)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "strategies").mkdir()
    for name, source in strategy_files("eager").items():
        (tmp_path / "strategies" / name).write_text(source, encoding="utf-8")
    replay, printed, snippet = replay_with_an_account(data, tmp_path)
    try:
        assert "the account is worth 5,000.00" in printed
        assert "freqtrade trade -c user_data/config.json" in printed
        (tmp_path / "config.json").write_text(json.dumps(settings(port)), encoding="utf-8")
        bot = start(
            *("freqtrade", "trade", "--strategy", "Eager", "--userdir", str(tmp_path)),
            *("--db-url", f"sqlite:///{tmp_path / 'trades.sqlite'}"),
            *("--config", str(tmp_path / "config.json"), "--config", str(tmp_path / "replay.json")),
            cwd=tmp_path,
        )
        try:
            trade(snippet, FtRestClient(f"http://127.0.0.1:{port}", "trader", "secret"), bot)
        finally:
            bot.send_signal(signal.SIGINT)
            log, _ = bot.communicate(timeout=PATIENCE_SECONDS)
        assert bot.returncode == 128 + signal.SIGINT, log[-3000:]
    finally:
        replay.send_signal(signal.SIGTERM)
        said, _ = replay.communicate(timeout=PATIENCE_SECONDS)
    assert replay.returncode == 0, said
    assert "Traceback" not in log + said
    assert "Warning" not in log
    taken_up_again(data, tmp_path)


def settings(port):
    pricing = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
    api = {"enabled": True, "listen_ip_address": "127.0.0.1", "listen_port": port}
    return {
        **LIVE,
        # The exchange's configuration says otherwise.
        "dry_run": True,
        "trading_mode": "futures",
        "margin_mode": "isolated",
        "stake_currency": "USDT",
        "stake_amount": "unlimited",
        "max_open_trades": 2,
        "entry_pricing": pricing,
        "exit_pricing": pricing,
        "pairlists": [{"method": "StaticPairList"}],
        "exchange": {"name": "binance", "pair_whitelist": [BTC]},
        "initial_state": "running",
        "internals": {"process_throttle_secs": 1},
        "force_entry_enable": True,
        "api_server": {**api, "username": "trader", "password": "secret"},
        "eager_since": {},
        "riskguard": {"profile": "moderate"},
    }


def trade(snippet, api, bot):
    """Wait for positions and their stops, then get out of one by hand."""
    client = connected(snippet)

    def stops(pair):
        return client.fetch_open_orders(pair, params={"stop": True})

    wait_for(lambda: len(client.fetch_positions()) == 2, bot)
    wait_for(lambda: stops(BTC) and stops(DOGE), bot)
    assert client.fetch_balance()["USDT"]["used"] > 0
    # Errors are known by the address of the exchange, which is how freqtrade takes the right turn.
    params = {"stopPrice": 1_000_000.0, "reduceOnly": True}
    with pytest.raises(ccxt.OrderImmediatelyFillable):
        client.create_order(BTC, "market", "sell", 0.01, params=params)

    (first, _) = sorted(api.status(), key=lambda trade: trade["pair"])
    assert first["pair"] == BTC
    assert float(stops(BTC)[0]["triggerPrice"]) == pytest.approx(first["stop_loss_abs"], rel=1e-4)
    api.forceexit(first["trade_id"])
    wait_for(lambda: len(client.fetch_positions()) == 1, bot)
    assert stops(BTC) == []

    url = snippet["exchange"]["ccxt_config"]["urls"]["api"]["fapiPublic"].split("/fapi")[0]
    certificate = snippet["exchange"]["ccxt_config"]["validateServerSsl"]
    rules = requests.post(
        f"{url}/faults", json={"what": "go_away", "path": "/x"}, verify=certificate, timeout=5
    )
    assert [rule["what"] for rule in rules.json()] == ["go_away"]


def taken_up_again(data, folder: Path):
    replay, printed, snippet = replay_with_an_account(data, folder)
    try:
        client = connected(snippet)
        (position,) = client.fetch_positions()
        assert position["symbol"] == DOGE
        assert len(client.fetch_open_orders(DOGE, params={"stop": True})) == 1
        assert "the account is worth 4,9" in printed
    finally:
        replay.send_signal(signal.SIGTERM)
        replay.communicate(timeout=PATIENCE_SECONDS)
