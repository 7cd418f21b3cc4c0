import json
from typing import Any

import pytest
from freqtrade.enums import RunMode

from freqtrade_riskguard.adapters.preview.bot_config import Request, read_configuration
from freqtrade_riskguard.adapters.preview.errors import PreviewError
from freqtrade_riskguard.adapters.rehearsal.configuration import (
    pairs_of,
    rehearsal_config,
    require_loopback,
)
from freqtrade_riskguard.adapters.rehearsal.exchange import exchange_of
from freqtrade_riskguard.replay import VirtualClock
from tests.support.offline import write_bot
from tests.support.rehearsals import START
from tests.support.scripted import BTC, ETH

# All that leads to an account or a server of the user's.
MINE = {
    "dry_run": False,
    "exchange": {
        "name": "binance",
        "key": "my key",
        "secret": "my secret",
        "pair_whitelist": [BTC, "XRP/USDT:USDT"],
        "ccxt_config": {"apiKey": "my key", "httpsProxy": "http://my.proxy:3128"},
        "ccxt_async_config": {"urls": {"api": {"fapiPrivate": "https://fapi.binance.com"}}},
    },
    "telegram": {"enabled": True, "token": "my token", "chat_id": "1"},
    "webhook": {"enabled": True, "url": "https://my.hook"},
    "db_url": "sqlite:///mine.sqlite",
    "available_capital": 500,
    "pairlists": [
        {"method": "RemotePairList", "pairlist_url": "https://my.list", "number_assets": 5}
    ],
    "fiat_display_currency": "EUR",
}


@pytest.fixture(scope="module")
def trading(calm):
    with exchange_of(calm, VirtualClock(START), wallet_quote=10_000.0) as opened:
        yield opened


def read(folder, trading, **config):
    file = write_bot(folder, trading, riskguard={"journal_file": "mine.jsonl"}, config=config)
    return read_configuration(Request(config_files=(str(file),), userdir=str(file.parent)))


def test_nothing_of_the_users_account_is_left(trading, tmp_path, monkeypatch):
    monkeypatch.setenv("FREQTRADE__EXCHANGE__KEY", "my key")
    found = read(tmp_path / "bot", trading, **MINE)
    config = rehearsal_config(found, trading, [BTC], tmp_path / "new")

    assert config["dry_run"] is False
    assert config["runmode"] == RunMode.LIVE
    account = trading.account.credentials
    assert config["exchange"]["key"] == account.key
    assert config["exchange"]["secret"] == account.secret
    assert config["exchange"]["pair_whitelist"] == [BTC]
    assert config["db_url"] == f"sqlite:///{tmp_path / 'new' / 'trades.sqlite'}"
    assert config["riskguard"]["journal_file"] == str(tmp_path / "new" / "journal.jsonl")
    told = json.dumps(config, default=str)
    for mine in ("my ", "my.", "mine.", "binance.com"):
        assert mine not in told


def test_each_start_has_a_configuration_of_its_own(trading, tmp_path):
    found = read(tmp_path / "bot", trading)
    first = rehearsal_config(found, trading, [BTC], tmp_path)
    first["exchange"]["key"] = first["riskguard"]["profile"] = "changed"
    second = rehearsal_config(found, trading, [BTC], tmp_path)
    assert second["exchange"]["key"] == trading.account.credentials.key
    assert "profile" not in second["riskguard"]


def test_another_address_is_refused(trading, tmp_path, monkeypatch):
    found = read(tmp_path / "bot", trading)
    elsewhere = trading.config()
    elsewhere["exchange"]["ccxt_config"]["urls"]["api"]["fapiPrivate"] = "https://10.0.0.1/fapi/v1"
    monkeypatch.setattr(trading, "config", lambda: elsewhere)
    with pytest.raises(PreviewError, match="not this machine's: nothing was run"):
        rehearsal_config(found, trading, [BTC], tmp_path)


@pytest.mark.parametrize("which", ["_api", "_api_async"])
def test_a_client_of_another_machine_is_refused(which):
    class Client:
        def __init__(self, address):
            self.urls = {"api": {"fapiPublic": address, "ws": {"public": "wss://unused"}}}

    class Exchange:
        _api = _api_async = Client("http://127.0.0.1:8099/fapi/v1")

    asked: Any = Exchange()
    require_loopback(asked)
    setattr(Exchange, which, Client("https://127.0.0.1.example.com/fapi/v1"))
    with pytest.raises(PreviewError, match=r"would ask 127\.0\.0\.1\.example\.com"):
        require_loopback(asked)


@pytest.mark.parametrize(
    ("listed", "banned", "pairs"),
    [
        ([ETH, BTC, "XRP/USDT:USDT"], [], [ETH, BTC]),
        (["(BTC|ETH)/.*"], [ETH], [BTC]),
    ],
)
def test_pairs_are_those_listed_that_have_candles(trading, tmp_path, listed, banned, pairs):
    lists = {"name": "binance", "pair_whitelist": listed, "pair_blacklist": banned}
    found = read(tmp_path / "bot", trading, exchange=lists)
    assert pairs_of(found, trading.pairs) == pairs


def test_all_pairs_are_traded_where_none_is_listed(trading, tmp_path):
    pairlists = [{"method": "VolumePairList", "number_assets": 20}]
    lists = {"name": "binance", "pair_whitelist": []}
    found = read(tmp_path / "bot", trading, exchange=lists, pairlists=pairlists)
    assert pairs_of(found, trading.pairs) == list(trading.pairs)


def test_a_list_without_candles_is_refused(trading, tmp_path):
    lists = {"name": "binance", "pair_whitelist": ["XRP/USDT:USDT"]}
    found = read(tmp_path / "bot", trading, exchange=lists)
    with pytest.raises(PreviewError, match="none of the pairs in pair_whitelist has candles"):
        pairs_of(found, trading.pairs)
