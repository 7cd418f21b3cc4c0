"""``riskguard status`` beside real bots: their databases, their clock, the guard's own figures."""

import hashlib
import json
import shlex
from datetime import UTC, datetime, timedelta

import pytest
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from freqtrade_riskguard.status.json_schema import SCHEMA
from tests.support import forked, live_scenes, postgres
from tests.support.bot import Bot
from tests.support.live_scenes import NOON, RISKGUARD
from tests.support.pages import commands
from tests.support.scripted import BTC
from tests.support.terminal import assert_fits

pytestmark = pytest.mark.slow

# No near stop ends the trade, and none makes it small: it must be there when the market falls.
WIDE = {**RISKGUARD, **{rule: {"mode": "off"} for rule in ("atr_stop", "fixed_risk", "heat")}}


# As the page of this command shows it.
SHOWN, SHOWN_AS_JSON = (
    line for line in commands("docs/status.md") if line.startswith("riskguard status -c")
)


def asked(bot, line):
    """Run a line of the page in the folder of this bot."""
    config = str(bot.folder / "config.json")
    argv = shlex.split(line.replace("user_data/config.json", config))[1:]
    return forked.riskguard([*argv, "--userdir", str(bot.folder), "-s", "Planned"])


def seen(bot):
    """Return the exit code and what is told as JSON, which is valid and tells no secret."""
    ended = asked(bot, SHOWN_AS_JSON)
    credentials = json.loads((bot.folder / "config.json").read_text(encoding="utf-8"))["exchange"]
    for name in ("key", "secret"):
        assert not credentials.get(name) or credentials[name] not in ended.out + ended.err
    shown = json.loads(ended.out)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(shown)
    return ended.code, shown


def looked_again(bot):
    """Return the account at prices of this moment: a loop asks for them after it has valued."""
    bot.loop(bot.clock.time)
    return bot.bot.strategy._riskguard.account


def assert_is_the_guards(shown, account):
    """Hold every figure against those that the bot's own guard has now."""
    assert datetime.fromisoformat(shown["time"]) == account.time
    assert shown["equity"]["equity_quote"] == pytest.approx(account.equity_quote)
    assert shown["day"]["start_quote"] == pytest.approx(account.day_start_equity_quote)
    assert shown["week"]["start_quote"] == pytest.approx(account.week_start_equity_quote)
    assert shown["drawdown"]["peak_quote"] == pytest.approx(account.peak_equity_quote)
    assert shown["drawdown"]["drawdown_ratio"] == pytest.approx(account.drawdown_ratio)
    assert shown["margin"]["maintenance_quote"] == pytest.approx(account.maintenance_quote)
    assert shown["margin"]["effective_leverage"] == pytest.approx(account.effective_leverage)
    assert len(shown["positions"]) == len(account.positions)
    for held, position in zip(shown["positions"], account.positions, strict=True):
        assert held["mark"] == pytest.approx(position.rate)
        assert held["stop_price"] == pytest.approx(position.stop_price)
        assert held["liquidation_price"] == pytest.approx(position.liquidation_price)
        assert held["maintenance_cover"] == pytest.approx(position.maintenance_cover)
        assert held["margin_left_ratio"] == pytest.approx(min(position.margin_left, 1.0))


def test_a_live_bot_before_and_after_a_fall(tmp_path):
    data = live_scenes.market(tmp_path / "data", move=-0.08)
    url = f"sqlite:///{tmp_path / 'bot' / 'trades.sqlite'}"
    with live_scenes.bot(tmp_path / "bot", data, leverage=5, riskguard=WIDE, db_url=url) as bot:
        live_scenes.run(bot, 10, seconds=60)
        account = looked_again(bot)
        file = bot.folder / "trades.sqlite"
        before = hashlib.sha256(file.read_bytes()).digest()
        code, shown = seen(bot)
        assert account.positions
        assert_is_the_guards(shown, account)
        assert (code, shown["verdict"], shown["locks"]) == (0, "healthy", [])
        assert shown["exchange"]["state"] == "nothing noted"
        assert shown["bot"]["trading"] == "live"
        # It has looked, and left no trace.
        assert hashlib.sha256(file.read_bytes()).digest() == before

        live_scenes.run(bot, 40, seconds=60)
        account = looked_again(bot)
        code, shown = seen(bot)
        assert_is_the_guards(shown, account)
        assert (code, shown["verdict"]) == (1, "attention")
        # Eight per cent of a notional of 7500 USDT are six per cent of 10,000: twice the limit.
        assert shown["day"]["used_ratio"] > 1
        (lock,) = shown["locks"]
        assert lock["reason"] == bot.locks[0]["reason"]
        assert lock["rule"] == "daily_loss"
        assert lock["lift"].startswith(f"/unlock {bot.locks[0]['id']}, or by itself at 2024-01-05")
        newest = shown["decisions"][0]
        assert newest["reason"] == bot.journal[-1]["why"]

        table = asked(bot, SHOWN)
        assert table.code == 1
        assert_fits(table.out, 80)
        assert lock["reason"][:40] in " ".join(table.out.split())


def test_a_dry_run_with_its_trades_on_a_server(tmp_path):
    if reason := postgres.missing():
        pytest.skip(reason)
    data = live_scenes.market(tmp_path / "data", move=0.02)
    plan = [{"pair": BTC, "time": (NOON + timedelta(minutes=5)).isoformat(), "leverage": 4}]
    with (
        postgres.server() as url,
        Bot(
            tmp_path / "bot",
            data,
            "Planned",
            start=NOON,
            stems=("planned",),
            riskguard=WIDE,
            config={"plan": plan, "timeframe": "5m", "db_url": url},
            db_url=url,
        ) as bot,
    ):
        for minutes in (5, 6, 12):
            bot.loop(NOON + timedelta(minutes=minutes, seconds=1))
        account = looked_again(bot)
        assert account.positions
        kept = bot.kept
        code, shown = seen(bot)
        assert code == 0
        assert_is_the_guards(shown, account)
        assert shown["exchange"]["state"] == "not compared"
        assert datetime.fromisoformat(shown["time"]) == datetime.now(UTC)
        assert bot.kept == kept
