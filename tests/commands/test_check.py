"""``riskguard check`` on real configurations, strategies and candles."""

import json
import shutil

import pytest

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.config.schema import RULES
from freqtrade_riskguard.replay import ReplayExchange
from tests.support.freqtrade import MODERATE
from tests.support.offline import SAFE, write_bot

BTC = "BTC/USDT:USDT"


def check(file, *argv, datadir=None):
    place = () if datadir is None else ("--datadir", str(datadir))
    return main(["check", "-c", str(file), "--userdir", str(file.parent), *place, *argv])


@pytest.fixture(autouse=True)
def _narrow(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture(scope="module")
def safe(exchange, tmp_path_factory):
    """A bot that is set up safely, with a few settings of its own."""
    riskguard = {**MODERATE, "risk_per_trade": 0.005, "pairs": {BTC: {"max_leverage": 2}}}
    return write_bot(
        tmp_path_factory.mktemp("safe") / "bot", exchange, riskguard=riskguard, config=SAFE
    )


def test_a_safe_bot_is_fine(safe, calm, capsys):
    assert check(safe, datadir=calm) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert max(map(len, shown.out.splitlines())) <= 80
    assert "\x1b" not in shown.out
    text = " ".join(shown.out.split())
    assert "RiskGuardSample on Binance, dry-run, isolated margin, wallet 10000 USDT" in text
    assert "Liquidation prices: Binance: liquidation by the mark price; maintenance margin:" in text
    assert "Calculate Liquidation Price of USDⓈ-M Futures Contracts" in " ".join(text.split())
    assert "enforce: hard_cap, regime_cap, volatility_target" in text
    assert "Most leverage by profile, BTC long" in text
    assert "speculative 20x 20x 1x" in text
    # Old candles are said.
    assert "end at 2024-01-15 00:00 UTC: all figures are as of then" in text
    assert shown.out.rstrip().endswith("OK: no danger found.")
    assert not list(safe.parent.rglob("*.jsonl"))


def test_the_same_figures_for_machines(safe, calm, capsys):
    assert check(safe, "--json", datadir=calm) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    found = json.loads(shown.out)
    assert found["verdict"] == "ok"
    assert found["dangers"] == []
    assert (found["guarded"], found["enforcing"], found["dry_run"]) == (True, True, True)
    assert (found["wallet_quote"], found["stake_currency"]) == (10_000, "USDT")
    assert set(found["rules"]["enforce"]) == set(RULES)
    settings = {row["key"]: (row["value"], row["origin"]) for row in found["settings"]}
    assert settings["risk_per_trade"] == (0.005, str(safe))
    assert settings["max_leverage"] == (5.0, "profile moderate")
    assert settings[f"pairs.{BTC}.max_leverage"] == (2, str(safe))
    assert len(settings) > 80
    # Whatever the bot's own profile and settings are; the least distances make them differ.
    calm_and_wild = {row["profile"]: (row["calm"], row["wild"]) for row in found["profiles"]}
    assert calm_and_wild == {
        "seatbelt": (5, 5),
        "conservative": (2, 1),
        "moderate": (5, 1),
        "aggressive": (10, 1),
        "speculative": (20, 1),
    }
    assert found["pairs"][0]["pair"] == BTC
    for pair in found["pairs"]:
        assert pair["source"] == "disk"
        assert 0 < pair["daily_volatility_ratio"] < 0.2
        long, short = pair["entries"]
        assert (long["side"], short["side"]) == ("long", "short")
        for entry in (long, short):
            side = 1 if entry["side"] == "long" else -1
            assert entry["asked_leverage"] == 10.0
            assert 1.0 <= entry["leverage"] <= 5.0
            assert entry["leverage_rule"] == "kelly"
            assert 0 < entry["stake_quote"] <= 1_500
            # The distance is that of the price.
            rate, stop = entry["rate"], entry["stop_price"]
            assert entry["stop_distance_ratio"] == pytest.approx(side * (rate - stop) / rate)
            assert 0 < entry["stop_distance_ratio"] < entry["liquidation_distance_ratio"]
            # Half a per cent of the account at the stop.
            assert entry["planned_loss_quote"] <= 50.0 * 1.001
            assert entry["survival"] > 1


def test_every_setting_on_demand(safe, calm, capsys):
    assert check(safe, "--all-settings", datadir=calm) == 0
    text = capsys.readouterr().out
    assert "circuit_breaker.pause_minutes" in text
    assert "volatility.timeframe" in text


def test_parameters_that_hyperopt_has_found(safe, calm, capsys):
    parameters = {
        "strategy_name": "RiskGuardSample",
        "params": {"protection": {"riskguard__atr_stop__multiple": 3.5}},
        "ft_stratparam_v": 1,
    }
    file = safe.parent / "strategies" / "riskguard_sample.json"
    file.write_text(json.dumps(parameters), encoding="utf-8")
    try:
        assert check(safe, "--json", datadir=calm) == 0
    finally:
        file.unlink()
    found = json.loads(capsys.readouterr().out)
    (row,) = [row for row in found["settings"] if row["key"] == "atr_stop.multiple"]
    assert (row["value"], row["origin"]) == (3.5, f"parameters in {file}")


def test_a_bot_without_a_guard_is_a_danger(exchange, calm, tmp_path, capsys):
    file = write_bot(tmp_path / "bot", exchange, "reckless", config={"timeframe": "5m"})
    assert check(file, "-s", "Reckless", datadir=calm) == 1
    shown = capsys.readouterr()
    assert shown.err == ""
    text = " ".join(shown.out.split())
    assert "1. Reckless is NOT GUARDED: RiskGuard is not among its base classes" in text
    assert "2. Liquidation comes before the stop: BTC/USDT:USDT long at 10x" in text
    assert "order_types.stoploss_on_exchange is off" in text
    assert text.endswith("found.")
    assert "DANGER: " in text
    assert max(map(len, shown.out.splitlines())) <= 80


@pytest.mark.parametrize("given", [None, "stopped"])
def test_a_bot_that_would_start_stopped_is_a_danger(given, exchange, calm, tmp_path, capsys):
    config = {**SAFE, "initial_state": given}
    without = () if given else ("initial_state",)
    file = write_bot(tmp_path / "bot", exchange, config=config, without=without)
    assert check(file, "--json", datadir=calm) == 1
    (line,) = json.loads(capsys.readouterr().out)["dangers"]
    found = "'stopped'" if given else "missing, which is the same as 'stopped'"
    assert line.startswith(f"initial_state is {found}: the bot starts STOPPED.")
    assert line.endswith("Set it to 'running'.")


def test_strict_says_what_it_will_do(exchange, calm, tmp_path, capsys):
    beyond = {"stoploss": -0.99}
    file = write_bot(
        tmp_path / "bot", exchange, riskguard={**MODERATE, "strict": True}, config=beyond
    )
    assert check(file, "--json", datadir=calm) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "danger"
    assert (
        found["dangers"][-1] == "riskguard.strict is true: freqtrade will refuse to start this bot."
    )
    assert any(line.startswith("stoploss -0.99 is beyond") for line in found["dangers"])


def test_in_cross_margin_it_says_what_that_changes(exchange, calm, tmp_path, capsys):
    config = {**SAFE, "margin_mode": "cross"}
    bot = write_bot(tmp_path / "bot", exchange, riskguard=MODERATE, config=config)
    assert check(bot, datadir=calm) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "cross margin, wallet 10000 USDT" in text
    assert "off: margin_ladder" in text
    assert "Note: Margin mode cross: liquidation is that of the whole account" in text


def test_without_a_block_the_profile_is_said(exchange, calm, tmp_path, capsys):
    file = write_bot(
        tmp_path / "bot",
        exchange,
        riskguard=None,
        config={**SAFE, "dry_run": False},
        without=("dry_run_wallet",),
    )
    assert check(file, datadir=calm) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "Note: The configuration has no riskguard block: profile seatbelt." in text
    assert "LIVE, isolated margin, wallet 1000 USDT" in text
    assert "Note: The size of your account is unknown here" in text


def test_real_candles(real_candles, tmp_path, capsys):
    data = real_candles("ftx-2022")
    with ReplayExchange(data) as exchange:
        file = write_bot(tmp_path / "bot", exchange, config={**SAFE, "timeframe": "15m"})
        assert check(file, "--json", datadir=data) == 0
    found = {pair["pair"]: pair for pair in json.loads(capsys.readouterr().out)["pairs"]}
    # After the fall of FTX: Solana was still wild, Bitcoin was not.
    assert found["SOL/USDT:USDT"]["regime"] == "turbulent"
    assert found[BTC]["regime"] == "calm"


class TestBadInput:
    @pytest.fixture
    def bot(self, exchange, tmp_path):
        return write_bot(tmp_path / "bot", exchange)

    def refused(self, capsys, *argv):
        assert main(["check", *map(str, argv)]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        (line,) = shown.err.splitlines()
        assert line.startswith("riskguard check: ")
        return line

    def test_each_is_one_line(self, bot, calm, tmp_path, capsys):
        at = ("-c", bot, "--userdir", bot.parent, "-d", calm)
        assert "nope.json does not exist" in self.refused(capsys, "-c", tmp_path / "nope.json")
        assert "no strategy Nobody in" in self.refused(capsys, *at, "-s", "Nobody")
        settings = json.loads(bot.read_text())
        for changes, message in (
            ({"riskguard": {"max_leverage": 99}}, "riskguard.max_leverage must be <= 5 (profile"),
            ({"trading_mode": "spot", "margin_mode": ""}, "set trading_mode to 'futures'"),
            ({"entry_pricing": {}}, "Ticker pricing not available for Binance; freqtrade would"),
        ):
            bot.write_text(json.dumps({**settings, **changes}))
            assert message in self.refused(capsys, *at)
        bot.write_text('{"stake_currency": ')
        assert "is not valid JSON" in self.refused(capsys, *at)

    def test_live_needs_a_bot_that_trades_for_money_and_its_key(self, exchange, tmp_path, capsys):
        dry = write_bot(tmp_path / "dry", exchange, config=SAFE)
        line = self.refused(capsys, "--live", "-c", dry, "--userdir", dry.parent)
        assert 'dry_run is not false; set "dry_run": false (no bot starts by that)' in line
        bare = write_bot(tmp_path / "bare", exchange, config={**SAFE, "dry_run": False})
        line = self.refused(capsys, "--live", "-c", bare, "--userdir", bare.parent)
        assert "no API key, so the account cannot be looked at; add exchange.key" in line

    def test_live_needs_the_whole_key(self, exchange, calm, tmp_path, capsys):
        keys = {**exchange.config()["exchange"], "key": "half-a-key-of-somebody"}
        config = {**SAFE, "dry_run": False, "exchange": keys}
        half = write_bot(tmp_path / "half", exchange, config=config)
        line = self.refused(capsys, "--live", "-c", half, "--userdir", half.parent, "-d", calm)
        assert "Binance needs more than the key given here; add exchange.secret" in line
        assert "half-a-key" not in line

    def test_no_candles(self, calm, tmp_path, capsys):
        data = tmp_path / "data"
        data.mkdir()
        with ReplayExchange(calm) as exchange:
            bot = write_bot(tmp_path / "bot", exchange)
            exchange.faults.empty = True
            line = self.refused(capsys, "-c", bot, "--userdir", bot.parent, "-d", data)
        assert "freqtrade download-data --trading-mode futures" in line

    def test_a_damaged_file_of_candles_is_a_danger(self, bot, calm, tmp_path, capsys):
        data = shutil.copytree(calm, tmp_path / "data")
        file = data / "futures" / "BTC_USDT_USDT-5m-futures.feather"
        file.write_bytes(b"broken")
        assert check(bot, "--json", datadir=data) == 1
        dangers = json.loads(capsys.readouterr().out)["dangers"]
        (line,) = [line for line in dangers if line.startswith("An error was logged")]
        assert str(file) in line
