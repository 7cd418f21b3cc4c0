"""What the commands say of an entry is what a backtest did, and what a running bot shows."""

import json
from datetime import timedelta

import pandas as pd
import pytest

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.clock import wall_clock_ms
from freqtrade_riskguard.replay.time_shift import find_shift
from freqtrade_riskguard.watch.settings_loader import PASSWORD, USERNAME
from tests.support import bot_api
from tests.support.freqtrade import MODERATE, backtest
from tests.support.trading import TradingBot

pytestmark = pytest.mark.slow

# Leverage above 1x, so that there is something to decide.
RISKGUARD = {**MODERATE, "kelly": {"unproven_leverage": 3}}
# Writes down the liquidation price that freqtrade has of each trade; its result does not tell.
TELLING = """
import json
from pathlib import Path

from riskguard_sample import RiskGuardSample


class Telling(RiskGuardSample):
    def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
        with (Path(self.config["user_data_dir"]) / "told.jsonl").open("a") as file:
            file.write(json.dumps([trade.id, pair, trade.liquidation_price]) + "\\n")
"""


@pytest.fixture(scope="module")
def played(scenario_candles, tmp_path_factory):
    data = scenario_candles("flash_crash", days=23)
    folder = tmp_path_factory.mktemp("golden") / "bot"
    run = backtest(
        folder,
        data,
        "Telling",
        args=("--timerange", "20240104-20240110"),
        riskguard=RISKGUARD,
        strategies={"telling.py": TELLING},
    )
    return data, run.succeeded()


def explained(data, run, pair, side, *argv, capsys):
    """Ask why, on the configuration of the backtest."""
    config = json.loads((run.folder / "config.json").read_text(encoding="utf-8"))
    with ReplayExchange(data) as exchange:
        config["exchange"] |= exchange.config()["exchange"]
        file = run.folder / "why.json"
        file.write_text(json.dumps(config), encoding="utf-8")
        place = ("-c", str(file), "--userdir", str(run.folder), "-d", str(data))
        code = main(["why", pair, side, "-s", "Telling", "--json", *argv, *place])
    assert code in {0, 1}
    return json.loads(capsys.readouterr().out)


def test_why_says_of_the_first_entry_what_the_backtest_did(played, capsys):
    data, run = played
    trade = min(run.trades, key=lambda made: made["open_timestamp"])
    pair, side = trade["pair"], "short" if trade["is_short"] else "long"
    opened = pd.Timestamp(trade["open_timestamp"], unit="ms", tz="UTC")
    at = opened.strftime("%Y-%m-%dT%H:%M")

    found = explained(data, run, pair, side, "--at", at, capsys=capsys)
    entry = found["entry"]

    # The last close is the next candle's open here.
    assert entry["rate"] == trade["open_rate"]
    assert (found["signal"], found["enter_tag"]) == (True, trade["enter_tag"])
    assert entry["asked_leverage"] == 10.0
    assert entry["leverage"] == trade["leverage"]
    journal = [made for made in run.journal if made["pair"] == pair and made["side"] == side]

    def decided(question):
        return next(
            made
            for made in journal
            if made["question"] == question
            and made["enforced"]
            and pd.Timestamp(made["time"]) >= opened
        )

    for question, figure in (("leverage", "leverage"), ("stake", "stake_quote")):
        made = decided(question)
        assert pd.Timestamp(made["time"]) == opened
        assert entry[f"{question}_rule"] == made["rule"]
        assert entry[f"{question}_why"] == made["why"]
        assert entry[figure] == pytest.approx(made["answered"], rel=1e-9)
    # Amounts are rounded down to the exchange's step.
    assert entry["stake_quote"] == pytest.approx(trade["stake_amount"], rel=5e-3)
    stop = decided("stop")
    assert (entry["stop_rule"], entry["stop_price"]) == (
        stop["rule"],
        pytest.approx(stop["answered"], rel=1e-6),
    )
    told = [json.loads(line) for line in (run.folder / "told.jsonl").read_text().splitlines()]
    theirs = next(price for _, told_pair, price in told if told_pair == pair)
    # The nearer of RiskGuard's own and freqtrade's, which is rounded.
    assert entry["liquidation_price"] == pytest.approx(theirs, rel=1e-5)


def test_stress_reads_a_running_bot(scenario_candles, tmp_path, capsys, monkeypatch):
    data = scenario_candles("calm_trend", days=6)
    candles = pd.read_feather(next((data / "futures").glob("*-5m-futures.feather")))
    start = candles["date"].iloc[0] + timedelta(days=4)
    shift = find_shift(data, start.to_pydatetime(), wall_clock_ms())
    monkeypatch.setenv(USERNAME, bot_api.USERNAME)
    monkeypatch.setenv(PASSWORD, bot_api.PASSWORD)
    with (
        ReplayExchange(data, shift_ms=shift.shift_ms) as exchange,
        TradingBot(tmp_path / "bot", exchange) as bot,
    ):
        bot.wait_until_running()
        bot.enter("BTC/USDT:USDT")
        bot.enter("ETH/USDT:USDT", side="short")
        assert main(["stress", "--url", bot.url, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        monkeypatch.setenv(PASSWORD, "guess")
        assert main(["stress", "--url", bot.url]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "refuses the user name or the password (HTTP 401)" in line
    long, short = found["positions"]
    # 1000 at 5x each.
    assert (long["side"], short["side"]) == ("long", "short")
    assert long["notional_quote"] == pytest.approx(5_000, rel=0.02)
    assert found["survives"] is True
    assert found["equity_quote"] == pytest.approx(10_000, rel=0.02)
    assert found["net_exposure_ratio"] < 0.1 < found["gross_exposure_ratio"]
    # Its candles tell volatility and betas, Binance's tiers come with freqtrade.
    assert 0 < found["volatility_per_year"] < 2
    assert long["beta"] == 1.0 != short["beta"]
    assert found["warnings"] == []
    assert found["collateral"][0]["asset"] == "USDT"
