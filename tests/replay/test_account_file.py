"""An account outlives the exchange's process, whole or not at all."""

import json
import stat

import pytest

from freqtrade_riskguard.replay import ReplayExchange, VirtualClock
from freqtrade_riskguard.replay.account_file import AccountFileError, read_account
from tests.replay.binance.conftest import BTC, connect
from tests.replay.recordings import START, flat, store


@pytest.fixture
def data(tmp_path):
    return store(tmp_path / "data", "5m", flat(40_000.5, 288, 10.123))


def open_exchange(data, clock, file, **more):
    return ReplayExchange(data, now_ms=clock, wallet_quote=5_000.0, account_file=file, **more)


def test_positions_orders_and_keys_are_taken_up_again(data, tmp_path):
    clock, file = VirtualClock(START.replace(hour=1)), tmp_path / "account.json"
    with open_exchange(data, clock, file) as exchange:
        client = connect(exchange, clock)
        client.create_order(BTC, "market", "buy", 0.01)
        params = {"stopPrice": 39_000.0, "reduceOnly": True}
        stop = client.create_order(BTC, "market", "sell", 0.01, params=params)
        config, balance = exchange.config()["exchange"], client.fetch_balance()["USDT"]
        # Kept with each request that changes something: a process that is killed loses nothing.
        killed = file.read_bytes()
    file.write_bytes(killed)

    clock.move_to(START.replace(hour=2))
    with open_exchange(data, clock, file) as exchange:
        again = exchange.config()["exchange"]
        assert (again["key"], again["secret"]) == (config["key"], config["secret"])
        client = connect(exchange, clock)
        assert client.fetch_balance()["USDT"] == balance
        assert [found["contracts"] for found in client.fetch_positions()] == [0.01]
        (standing,) = client.fetch_open_orders(BTC, params={"stop": True})
        assert standing["id"] == stop["id"]


def test_an_account_stays_while_its_exchange_is_closed(data):
    clock = VirtualClock(START.replace(hour=1))
    exchange = open_exchange(data, clock, None)
    with exchange:
        connect(exchange, clock).create_order(BTC, "market", "buy", 0.01)
    with exchange.account.now() as engine:
        assert engine.account().wallet_quote < 5_000.0
    with exchange:
        assert len(connect(exchange, clock).fetch_positions()) == 1


def test_there_is_no_account_where_nobody_asked_for_one(data):
    with ReplayExchange(data) as exchange:
        assert not exchange.has_account
        assert "key" not in exchange.config()["exchange"]
        with pytest.raises(RuntimeError, match="has no account"):
            _ = exchange.account


def test_only_its_owner_may_read_the_keys(data, tmp_path):
    file = tmp_path / "account.json"
    with open_exchange(data, VirtualClock(START.replace(hour=1)), file):
        pass
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = read_account(file)
    assert kept is not None
    assert kept.secret not in repr(kept)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"version": 2}', "\xff"])
def test_what_is_no_account_is_named_and_left_alone(data, tmp_path, content):
    file = tmp_path / "account.json"
    file.write_text(content, encoding="latin-1")
    exchange = open_exchange(data, VirtualClock(START), file)
    with pytest.raises(AccountFileError, match=str(file)) as refused:
        exchange.__enter__()
    assert "\n" not in str(refused.value)
    assert file.read_text(encoding="latin-1") == content


def test_recordings_that_were_moved_otherwise_are_refused(data, tmp_path):
    clock, file = VirtualClock(START.replace(hour=1)), tmp_path / "account.json"
    with open_exchange(data, clock, file):
        pass
    with pytest.raises(AccountFileError, match="moved by 0 ms, and they are moved by 28800000"):
        open_exchange(data, clock, file, shift_ms=8 * 3_600_000).__enter__()
    assert json.loads(file.read_text())["shift_ms"] == 0
