import json
from pathlib import Path

import ccxt
import pytest

from freqtrade_riskguard.replay.credentials import Credentials
from freqtrade_riskguard.replay.freqtrade_config import (
    ConfigFileError,
    freqtrade_config,
    is_replay,
    write_config,
)

PAIRS = ("BTC/USDT:USDT", "ETH/USDT:USDT")
OURS = freqtrade_config("http://127.0.0.1:8099", PAIRS)
CREDENTIALS = Credentials.new()
LIVE = freqtrade_config(
    "https://demo-fapi@127.0.0.1:8099", PAIRS, CREDENTIALS, Path("certificate.pem")
)


def test_no_address_of_the_real_exchange_is_left():
    urls = OURS["exchange"]["ccxt_config"]["urls"]
    client = ccxt.binance({"urls": urls})
    assert set(client.urls["api"]) == set(urls["api"])
    assert client.urls["api"]["fapiPublic"] == "http://127.0.0.1:8099/fapi/v1"
    assert is_replay({"exchange": {"name": "binance", "ccxt_config": {"urls": client.urls}}})
    # What demo trading and the sandbox would lead to is loopback too.
    for kind in ("demo", "test"):
        assert urls[kind]["fapiPublic"].startswith("http://127.0.0.1:8099/")
    client.enable_demo_trading(enable=True)
    assert client.urls["api"]["fapiPublic"].startswith("http://127.0.0.1:8099/")


def test_the_whitelist_is_what_the_data_hold():
    assert OURS["exchange"]["pair_whitelist"] == list(PAIRS)


def test_every_call_gives_its_own_dict():
    first = freqtrade_config("http://127.0.0.1:1", PAIRS)
    first["exchange"]["ccxt_config"]["urls"]["api"].clear()
    assert freqtrade_config("http://127.0.0.1:1", PAIRS) != first


def test_with_an_account_a_bot_trades_and_trusts_the_certificate():
    assert LIVE["dry_run"] is False
    exchange = LIVE["exchange"]
    assert (exchange["key"], exchange["secret"]) == (CREDENTIALS.key, CREDENTIALS.secret)
    trusted = exchange["ccxt_config"]
    assert trusted["validateServerSsl"] == trusted["cafile"] == "certificate.pem"
    # Without one nothing of that is there.
    assert OURS.keys() == {"exchange"}
    assert not {"key", "secret"} & OURS["exchange"].keys()
    assert not {"validateServerSsl", "cafile"} & OURS["exchange"]["ccxt_config"].keys()


class TestWhetherItIsAReplay:
    def test_one_is(self):
        # As freqtrade merges it: with settings of the bot's own beside it.
        assert is_replay({**OURS, "exchange": {**OURS["exchange"], "key": "", "secret": ""}})

    def test_one_with_an_account_is(self):
        assert is_replay(LIVE)

    @pytest.mark.parametrize(
        "config",
        [
            {},
            {"exchange": None},
            {"exchange": {"ccxt_config": {"urls": {"api": "http://127.0.0.1:1"}}}},
            {"exchange": {"ccxt_config": {"urls": {"api": {"fapiPublic": 5}}}}},
            freqtrade_config("https://fapi.binance.com", PAIRS),
            # A name that only begins like the machine's own.
            freqtrade_config("http://127.0.0.1.example.com:80", PAIRS),
            freqtrade_config("http://127.0.0.1:80@example.com", PAIRS),
            freqtrade_config("https://demo-fapi@127.0.0.1:80@example.com", PAIRS),
        ],
    )
    def test_all_else_is_not(self, config):
        assert not is_replay(config)

    def test_a_single_address_elsewhere_is_enough(self):
        config = freqtrade_config("http://127.0.0.1:8099", PAIRS)
        config["exchange"]["ccxt_config"]["urls"]["api"]["fapiPrivate"] = "https://example.com"
        assert not is_replay(config)


class TestWriting:
    def test_what_it_writes_is_the_configuration(self, tmp_path):
        write_config(OURS, tmp_path / "replay.json")
        assert json.loads((tmp_path / "replay.json").read_text()) == OURS

    def test_its_own_file_is_replaced(self, tmp_path):
        file = tmp_path / "replay.json"
        write_config(LIVE, file)
        write_config(OURS, file)
        write_config(LIVE, file)
        assert json.loads(file.read_text()) == LIVE
        write_config(freqtrade_config("http://127.0.0.1:1", PAIRS[:1]), file)
        write_config(OURS, file)
        assert json.loads(file.read_text()) == OURS

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "{",
            "[]",
            "[" * 100_000,
            '{"exchange": {"name": "binance", "key": "mine"}}',
            json.dumps({**OURS, "stake_currency": "USDT"}),
            json.dumps({"exchange": {**OURS["exchange"], "key": "mine"}}),
            b"\xff\xfe",
        ],
    )
    def test_any_other_file_is_left_alone(self, tmp_path, content):
        file = tmp_path / "config.json"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        before = file.read_bytes()
        with pytest.raises(ConfigFileError, match="did not write it: it is left alone") as caught:
            write_config(OURS, file)
        assert "mine" not in str(caught.value)
        assert file.read_bytes() == before

    def test_a_place_that_cannot_be_written_to(self, tmp_path):
        with pytest.raises(ConfigFileError, match="cannot be written"):
            write_config(OURS, tmp_path / "nowhere" / "replay.json")
        with pytest.raises(ConfigFileError, match="did not write it"):
            write_config(OURS, tmp_path)
