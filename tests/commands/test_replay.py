import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import ccxt
import pytest
import requests

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.commands.arguments.parser import parse
from freqtrade_riskguard.commands.arguments.replay import EXCHANGES, TRADED
from freqtrade_riskguard.commands.replay import AccountOptions, run
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.freqtrade_config import is_replay
from freqtrade_riskguard.replay.venues import VENUES
from tests.support.other_quote import settled_in


def start_replay(data_dir, *more):
    command = [sys.executable, "-m", "freqtrade_riskguard.cli", "replay"]
    command += ["--data", str(data_dir), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def read_explanation(process):
    """Return what was printed and the address of the futures interface."""
    printed = ""
    # The explanation ends with how to stop; the process goes on.
    while "Ctrl-C" not in printed:
        line = process.stdout.readline()
        assert line, printed
        printed += line
    config = json.loads(printed[printed.index("{") : printed.rindex("}") + 1])
    return printed, config["exchange"]["ccxt_config"]["urls"]["api"]["fapiPublic"]


def newest_candle(url):
    query = {"symbol": "BTCUSDT", "interval": "5m", "limit": "1"}
    (row,) = requests.get(f"{url}/klines", query, timeout=5).json()
    return datetime.fromtimestamp(row[0] / 1000, UTC)


def test_prints_how_to_use_it_and_serves_until_interrupted(data_dir):
    with start_replay(data_dir) as process:
        printed, url = read_explanation(process)
        # The recording keeps its own times, which have passed.
        assert newest_candle(url) == datetime(2024, 1, 2, 23, 55, tzinfo=UTC)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
    assert "BTC/USDT:USDT" in printed
    assert "shown as now" not in printed


def test_shows_a_moment_of_the_recording_as_now_until_terminated(data_dir):
    before = datetime.now(UTC)
    with start_replay(data_dir, "--start", "2024-01-01T12:00") as process:
        printed, url = read_explanation(process)
        newest = newest_candle(url)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    # The candle that forms is one of the machine's time.
    assert before - timedelta(minutes=5) <= newest <= datetime.now(UTC)
    text = " ".join(printed.split())
    shown = re.search(r"The recording's (\S+ \S+) UTC is shown as now; it ends at", text)
    assert shown, text
    tape_time = datetime.fromisoformat(shown[1]).replace(tzinfo=UTC)
    noon = datetime(2024, 1, 1, 12, tzinfo=UTC)
    assert noon <= tape_time < noon + timedelta(hours=8)
    assert "2024-01-03 00:00 UTC" in text


def test_speaks_as_another_exchange(data_dir, tmp_path):
    file = tmp_path / "replay.json"
    with start_replay(data_dir, "--exchange", "okx", "--write", str(file)) as process:
        printed = "".join(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
        config = json.loads(file.read_text(encoding="utf-8"))
        url = config["exchange"]["ccxt_config"]["urls"]["api"]["rest"]
        query = {"instType": "SWAP", "tdMode": "isolated", "instFamily": "BTC-USDT"}
        tiers = requests.get(f"{url}/api/v5/public/position-tiers", query, timeout=5).json()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert config["exchange"]["name"] == "okx"
    assert is_replay(config)
    # Those that freqtrade ships for Binance's contract, whose first tier has a rate of 0.4 %.
    assert tiers["data"][0]["mmr"] == "0.004"
    text = " ".join(printed.split())
    assert "Its leverage tiers are assumed" in text
    kept = data_dir / "futures" / "leverage_tiers_*.json"
    assert f"freqtrade keeps them for up to four weeks in {kept}: delete that file" in text


def test_hyperliquids_tiers_are_its_own(data_dir, tmp_path):
    data, file = settled_in("USDC", data_dir, tmp_path / "data"), tmp_path / "replay.json"
    with start_replay(data, "--exchange", "hyperliquid", "--write", str(file)) as process:
        printed = "".join(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
        urls = json.loads(file.read_text(encoding="utf-8"))["exchange"]["ccxt_config"]["urls"]
        meta = requests.post(f"{urls['api']['public']}/info", json={"type": "meta"}, timeout=5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    # Those that freqtrade ships for Binance's contract begin at 125x and more.
    assert meta.json()["universe"][0] == {
        "name": "BTC",
        "szDecimals": 5,
        "maxLeverage": 40,
        "marginTableId": 56,
    }
    assert "Its leverage tiers are its own where they are known" in " ".join(printed.split())


def test_contracts_that_the_exchange_does_not_settle_are_refused(data_dir, capsys):
    assert main(["replay", "--exchange", "hyperliquid", "--data", str(data_dir)]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "is settled in USDC, as those of this exchange are" in said


def test_what_it_speaks_as_is_what_can_be_asked_for():
    assert tuple(VENUES) == EXCHANGES
    assert tuple(name for name, venue in VENUES.items() if venue.private) == TRADED


def test_takes_orders_as_some_only(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["replay", "--exchange", "okx", "--start", "2024-01-01", "--trade"])
    assert caught.value.code == 2
    assert (
        "--trade takes orders as binance and bybit only, and not as okx" in capsys.readouterr().err
    )


def test_looks_where_freqtrade_keeps_the_candles_of_the_exchange(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["replay", "--exchange", "bybit"]) == 2
    assert "data folder user_data/data/bybit does not exist" in " ".join(
        capsys.readouterr().err.split()
    )


def test_writes_its_configuration_to_a_file(data_dir, tmp_path):
    file = tmp_path / "replay.json"
    with start_replay(data_dir, "--write", str(file)) as process:
        printed = "".join(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
        config = json.loads(file.read_text(encoding="utf-8"))
        url = config["exchange"]["ccxt_config"]["urls"]["api"]["fapiPublic"]
        assert newest_candle(url) == datetime(2024, 1, 2, 23, 55, tzinfo=UTC)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert "BTC/USDT:USDT" in config["exchange"]["pair_whitelist"]
    assert "{" not in printed
    assert f"riskguard check -c user_data/config.json -c {file} --datadir {data_dir}\n" in printed


def test_a_recording_that_is_shown_as_now_is_for_a_bot(data_dir, tmp_path):
    file = tmp_path / "replay.json"
    with start_replay(data_dir, "--write", str(file), "--start", "2024-01-01T12:00") as process:
        printed = "".join(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert f"freqtrade trade --dry-run -c user_data/config.json -c {file}" in printed
    assert "backtesting" not in printed


def test_takes_orders_as_bybit(data_dir, tmp_path):
    file = tmp_path / "replay.json"
    options = ("--exchange", "bybit", "--trade", "--start", "2024-01-01T12:00", "--wallet", "500")
    with start_replay(data_dir, *options, "--write", str(file)) as process:
        printed = "".join(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
        config = json.loads(file.read_text(encoding="utf-8"))
        settings = config["exchange"]
        keys = {"apiKey": settings["key"], "secret": settings["secret"]}
        client = ccxt.bybit({**settings["ccxt_config"], **keys, "options": {"defaultType": "swap"}})
        client.load_markets()
        order = client.create_order("BTC/USDT:USDT", "market", "buy", 0.001)
        assert client.fetch_order(order["id"], order["symbol"], {"acknowledged": True})["filled"]
        # 0.055 % of some 42 were paid.
        assert 499.9 < client.fetch_balance()["USDT"]["total"] < 500
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert config["dry_run"] is False
    assert "the account is worth 500.00" in printed


def test_never_replaces_a_file_that_is_not_its_own(data_dir, tmp_path, capsys):
    file = tmp_path / "config.json"
    file.write_text('{"dry_run": false}', encoding="utf-8")
    assert run(data_dir, 0, write=file) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"riskguard replay: {file} exists, and riskguard replay did not")
    assert printed.err.count("\n") == 1
    assert file.read_text(encoding="utf-8") == '{"dry_run": false}'


def test_the_folder_is_freqtrades_own_where_none_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    options = parse(["replay", "--write", "replay.json"])
    assert options.run(options) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "user_data/data/binance does not exist" in line
    assert "`riskguard scenario flash_crash --output user_data/data/binance`" in line
    assert not (tmp_path / "replay.json").exists()


def test_an_empty_folder_is_told_how_to_fill_it(tmp_path, capsys):
    for more in ([], ["--start", "2024-01-01"]):
        assert main(["replay", "--data", str(tmp_path), *more]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "no futures candles" in line
        assert "`freqtrade download-data --trading-mode futures`" in line
        assert f"`riskguard scenario flash_crash --output {tmp_path}`" in line


def test_a_folder_of_other_things_is_told_of_a_new_one(tmp_path, capsys):
    (tmp_path / "BTC_USDT-5m.feather").write_text("")
    assert main(["replay", "--data", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "`riskguard scenario flash_crash --output crash` and give --data crash" in line


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2023-12-31", "choose a time from 2024-01-01T00:00:00+00:00 to before 2024-01-03T00"),
        (
            "2024-01-03T01:00+01:00",
            "has no candles at 2024-01-03T01:00:00+01:00; choose a time from",
        ),
        (
            "tomorrow",
            "--start must be a time such as 2025-02-03 or 2025-02-03T14:30, got 'tomorrow'",
        ),
        ("", "--start must be a time"),
    ],
)
def test_a_moment_that_cannot_be_shown_is_one_line_on_stderr(data_dir, capsys, start, expected):
    assert run(data_dir, 0, start) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("riskguard replay: ")
    assert expected in printed.err
    assert printed.err.count("\n") == 1


def test_the_help_shows_examples_and_exit_codes(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit):
        parse(["replay", "--help"])
    printed = capsys.readouterr().out
    assert "riskguard replay --write replay.json" in printed
    assert "riskguard replay --start 2025-02-03 --write replay.json" in printed
    assert "exit codes: 0 stopped" in printed


def test_the_arguments_reach_the_command(tmp_path, capsys):
    missing = tmp_path / "nothing"
    for more in ([], ["--port", "0", "--start", "2024-01-01"]):
        assert main(["replay", "--data", str(missing), *more]) == 2
        assert "does not exist" in capsys.readouterr().err


def test_an_unusable_folder_is_one_line_on_stderr(tmp_path, capsys):
    assert run(tmp_path / "nothing", 0) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("riskguard replay: data folder")
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("port", [-1, 70_000])
def test_an_impossible_port_is_one_line_on_stderr(data_dir, capsys, port):
    assert run(data_dir, port) == 2
    assert f"cannot listen on port {port}" in capsys.readouterr().err


ACCOUNT = AccountOptions(wallet_quote=10_000.0)


def test_an_account_needs_a_moment_that_is_now(data_dir, capsys):
    assert run(data_dir, 0, account=ACCOUNT) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("riskguard replay: --trade needs --start")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--wallet", "100"], "--wallet needs --trade"),
        (["--slippage", "0.1"], "--slippage needs --trade"),
        (["--trade", "--slippage", "2"], "must be a fraction"),
        (["--trade", "--wallet", "0"], "must be a number above 0"),
        (["--trade", "--spread-ticks", "-1"], "must be a whole number"),
    ],
)
def test_what_an_account_cannot_have_is_refused(capsys, more, message):
    with pytest.raises(SystemExit):
        main(["replay", *more])
    assert message in capsys.readouterr().err


def test_a_bad_file_of_faults_names_the_key(data_dir, tmp_path, capsys):
    file = tmp_path / "faults.json"
    file.write_text('[{"what": "refuse", "cod": 1}]', encoding="utf-8")
    assert main(["replay", "--data", str(data_dir), "--faults", str(file)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"riskguard replay: {file}: fault 1, cod: no such key"


def test_a_bad_file_of_an_account_is_named(data_dir, tmp_path, capsys):
    file = tmp_path / "account.json"
    file.write_text("{}", encoding="utf-8")
    assert run(data_dir, 0, "2024-01-01", account=replace(ACCOUNT, file=file)) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"riskguard replay: {file} holds no account of a replay exchange")


def test_an_account_whose_recording_has_ended_is_not_taken_up(data_dir, tmp_path, capsys):
    file = tmp_path / "account.json"
    with ReplayExchange(data_dir, wallet_quote=100.0, account_file=file):
        pass
    assert run(data_dir, 0, account=replace(ACCOUNT, file=file)) == 2
    assert "have ended for this account; begin with a new one" in capsys.readouterr().err


def test_a_file_of_faults_is_in_force_from_the_start(data_dir, tmp_path):
    file = tmp_path / "faults.json"
    file.write_text('{"what": "refuse", "path": "/fapi/v1/time", "code": -1008}', encoding="utf-8")
    with start_replay(data_dir, "--faults", str(file)) as process:
        _, url = read_explanation(process)
        assert requests.get(f"{url}/time", timeout=5).json()["code"] == -1008
        assert newest_candle(url) == datetime(2024, 1, 2, 23, 55, tzinfo=UTC)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_leaves_the_signal_handlers_as_they_were(tmp_path):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    run(tmp_path, 0)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
