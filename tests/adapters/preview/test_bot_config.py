import json

import pytest
from freqtrade.enums import RunMode, TradingMode

from freqtrade_riskguard.adapters.preview.bot_config import Request, read_configuration
from freqtrade_riskguard.adapters.preview.errors import PreviewError
from tests.support.offline import write_bot


def read(file, *more, **request):
    return read_configuration(
        Request(config_files=(str(file), *map(str, more)), userdir=str(file.parent), **request)
    )


def written(folder, name, **content):
    file = folder / name
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_it_is_read_as_freqtrade_reads_it(exchange, tmp_path, monkeypatch):
    file = write_bot(tmp_path / "bot", exchange)
    second = written(tmp_path, "b.json", max_open_trades=2, riskguard={"max_leverage": 3})
    monkeypatch.setenv("FREQTRADE__STAKE_AMOUNT", "75")

    found = read(file, second, strategy="Other", datadir=str(tmp_path))

    assert found.config["trading_mode"] == TradingMode.FUTURES
    assert found.config["max_open_trades"] == 2
    assert found.config["stake_amount"] == 75
    assert found.config["strategy"] == "Other"
    assert found.config["datadir"] == tmp_path
    assert found.settings.profile == "moderate"
    assert found.settings.max_leverage == 3
    assert [layer.name for layer in found.layers] == [str(file), str(second), "environment"]


def test_it_can_do_no_harm(exchange, tmp_path):
    journal = str(tmp_path / "journal.jsonl")
    file = write_bot(
        tmp_path / "bot",
        exchange,
        riskguard={"profile": "moderate", "journal_file": journal},
        config={"dry_run": False, "logfile": str(tmp_path / "bot.log")},
    )
    keys = written(tmp_path, "keys.json", exchange={"key": "mine", "secret": "also mine"})

    found = read(file, keys)

    assert found.is_live
    assert found.config["dry_run"] is True
    assert found.config["runmode"] == RunMode.OTHER
    assert not found.config["exchange"]["key"]
    assert not found.config["exchange"]["secret"]
    assert found.config["exchange"]["enable_ws"] is False
    # What the running bot writes to is left to it; what it is set to is still known.
    assert "journal_file" not in found.config["riskguard"]
    assert found.settings.journal_file == journal
    assert not (tmp_path / "bot.log").exists()


@pytest.mark.parametrize(
    ("config", "without", "wallet", "size", "origin"),
    [
        ({}, (), None, 10_000, "dry_run_wallet"),
        ({}, (), 500.0, 500, "--wallet"),
        ({"available_capital": 700}, ("dry_run_wallet",), None, 700, "available_capital"),
        ({}, ("dry_run_wallet",), None, 1_000, "freqtrade's default; give --wallet"),
    ],
)
def test_the_wallet_is_that_of_the_bot(exchange, tmp_path, config, without, wallet, size, origin):
    file = write_bot(tmp_path / "bot", exchange, config=config, without=without)

    found = read(file, wallet_quote=wallet)

    assert found.config["dry_run_wallet"] == size
    assert found.wallet_origin == origin


def test_without_a_file_it_takes_the_user_directorys(exchange, tmp_path, monkeypatch):
    file = write_bot(tmp_path / "user_data", exchange)
    monkeypatch.chdir(tmp_path)

    assert read_configuration(Request()).layers[0].name == str(file.relative_to(tmp_path))
    assert read_configuration(Request(userdir="user_data")).settings.profile == "moderate"
    file.rename(tmp_path / "config.json")
    assert read_configuration(Request()).layers[0].name == "config.json"
    (tmp_path / "config.json").unlink()
    with pytest.raises(PreviewError, match=r"config\.json does not exist"):
        read_configuration(Request())


@pytest.mark.parametrize(
    ("config", "without", "message"),
    [
        ({"trading_mode": "spot", "margin_mode": ""}, (), "needs trading_mode 'futures'"),
        ({"trading_mode": "options"}, (), r"config\.json: trading_mode is not a valid TradingMode"),
        ({}, ("exchange",), "exchange"),
        ({"exchange": {"pair_whitelist": []}}, (), "name"),
        ({"stake_amount": "all"}, (), "stake_amount must be text like unlimited"),
        ({"available_capital": "much"}, (), "available_capital must be of type number"),
        ({"max_open_trades": -5}, (), "max_open_trades must be at least -1"),
        ({"margin_mode": "both"}, (), "margin_mode is not a valid MarginMode"),
        ({"pairlists": [{}]}, (), r"pairlists\.0: 'method' is a required property, add it"),
    ],
)
def test_what_freqtrade_would_refuse(exchange, tmp_path, config, without, message):
    file = write_bot(tmp_path / "bot", exchange, config=config, without=without)
    with pytest.raises(PreviewError, match=message):
        read(file)


def test_a_mistake_in_the_block_is_told_as_at_startup(exchange, tmp_path):
    file = write_bot(tmp_path / "bot", exchange, riskguard={"max_levrage": 3, "risk_per_trade": 2})
    with pytest.raises(PreviewError) as raised:
        read(file)
    assert str(raised.value) == (
        "riskguard.risk_per_trade must be < 1, got 2: did you mean 0.02?; "
        "riskguard.max_levrage is not a setting: did you mean 'max_leverage'?"
    )


def test_a_folder_of_candles_must_be_there(exchange, tmp_path):
    file = write_bot(tmp_path / "bot", exchange)
    with pytest.raises(PreviewError, match=r"--datadir .*nowhere does not exist"):
        read(file, datadir=str(tmp_path / "nowhere"))
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(PreviewError, match=r"Directory .* does not exist"):
        read_configuration(Request(config_files=(str(file),), userdir=str(tmp_path / "nobody")))


@pytest.mark.parametrize(
    "block",
    [
        {"api_server": {"enabled": True, "password": ["hunter2"]}},
        {"api_server": {"enabled": True, "listen_port": "hunter2"}},
        {"telegram": {"enabled": True, "chat_id": "1", "token": {"it": "hunter2"}}},
    ],
)
def test_a_value_that_may_be_a_password_is_not_shown(exchange, tmp_path, block):
    first = write_bot(tmp_path / "bot", exchange)
    second = written(tmp_path, "secrets.json", **block)
    with pytest.raises(PreviewError) as raised:
        read(first, second)
    text = str(raised.value)
    assert "hunter2" not in text
    assert text.startswith(f"{first}, {second}: ")
    assert text.endswith("freqtrade would not start")
