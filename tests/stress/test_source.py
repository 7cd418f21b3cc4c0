import json
from typing import Any

import pytest

from freqtrade_riskguard.stress.source import StressInputError, from_bot, from_file
from freqtrade_riskguard.watch.settings_loader import PASSWORD, USERNAME
from tests.stress.parts import account, content
from tests.support import bot_api
from tests.support.bot_api import BotApi, ScriptedTrade

ENVIRONMENT = {USERNAME: bot_api.USERNAME, PASSWORD: bot_api.PASSWORD}


@pytest.fixture
def api():
    with BotApi() as served:
        yield served


class TestAFile:
    def test_it_is_read(self, tmp_path):
        file = tmp_path / "positions.json"
        file.write_text(json.dumps(content()), encoding="utf-8")
        assert from_file(file) == account()

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{", "is not valid JSON in line 1, column 2"),
            ('{"equity_quote": NaN, "positions": []}', "is not valid JSON"),
            ("[]", "is not a positions file; `riskguard stress --schema`"),
            ('{"positions": []}', "equity_quote is missing"),
            ('{"equity_quote": "1", "positions": []}', "equity_quote must be a number;"),
            ('{"equity_quote": 1, "position": []}', "position is not a setting: did you mean"),
        ],
    )
    def test_what_is_wrong_is_said_with_its_place(self, tmp_path, text, message):
        file = tmp_path / "positions.json"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(StressInputError) as raised:
            from_file(file)
        assert str(raised.value).startswith(f"{file}")
        assert message in str(raised.value)
        assert "\n" not in str(raised.value)

    def test_one_that_is_not_there(self, tmp_path):
        with pytest.raises(StressInputError, match=r"none\.json cannot be read \(No such file"):
            from_file(tmp_path / "none.json")

    def test_a_configuration_of_freqtrade_by_mistake(self, tmp_path):
        file = tmp_path / "config.json"
        also: list[dict[str, Any]] = [{}, {"positions": []}]
        for more in also:
            raw = {"exchange": {"key": "hunter2"}, "api_server": {"password": "hunter2"}, **more}
            file.write_text(json.dumps(raw), encoding="utf-8")
            with pytest.raises(StressInputError, match="riskguard stress --schema") as told:
                from_file(file)
            assert "hunter2" not in str(told.value)

    def test_plain_http_to_another_machine_is_warned_of(self):
        warnings: list[str] = []
        with pytest.raises(StressInputError):
            from_bot("http://bot.invalid:8080", ENVIRONMENT, warnings.append)
        (warning,) = warnings
        assert warning.startswith("bot.invalid:8080: plain http sends the user name")


class TestABot:
    def test_its_open_trades(self, api):
        api.bot.trades = [
            ScriptedTrade(1, "BTC/USDT:USDT", amount=0.1, rate=100_000.0, profit_quote=-50.0),
            ScriptedTrade(2, "SOL/USDT:USDT", amount=10.0, rate=200.0, is_short=True),
        ]
        api.bot.realised_quote = 20.0
        given = from_bot(api.url + "/", ENVIRONMENT, print)
        assert given.equity_quote == pytest.approx(9_970.0)
        assert given.exchange == "binance"
        btc, sol = given.positions
        # A fifth of 0.1 * 100000.
        assert (btc.side, btc.margin_quote, btc.leverage) == ("long", 2_000.0, 5.0)
        assert (sol.side, sol.amount, sol.rate) == ("short", 10.0, 200.0)
        # It shows no candles.
        assert sol.beta is None
        assert given.market is None

    def test_none(self, api):
        assert from_bot(api.url, ENVIRONMENT, print).positions == ()

    def test_a_wrong_password(self, api):
        with pytest.raises(StressInputError, match="refuses the user name or the password") as told:
            from_bot(api.url, {**ENVIRONMENT, PASSWORD: "guess-me"}, print)
        assert "guess-me" not in str(told.value)

    def test_no_password(self):
        with pytest.raises(StressInputError, match=f"set {PASSWORD} in the environment"):
            from_bot("http://127.0.0.1:1", {USERNAME: "me"}, print)

    def test_nobody_there(self):
        with pytest.raises(StressInputError, match=r"cannot be reached .*is the bot running, with"):
            from_bot("http://127.0.0.1:1", ENVIRONMENT, print)

    @pytest.mark.parametrize(
        ("url", "message"),
        [
            ("127.0.0.1:8080", "must be an address like 'http"),
            ("http://[::1", "must be an address like 'http"),
            ("ftp://bot", "must be an address like 'http"),
            ("http://me:secret@bot:8080", "must not hold user name or password"),
        ],
    )
    def test_an_address_that_is_none(self, url, message):
        with pytest.raises(StressInputError, match=message) as told:
            from_bot(url, ENVIRONMENT, print)
        assert "secret" not in str(told.value)

    def test_an_error_of_the_bots(self, api):
        api.fails = 500
        with pytest.raises(StressInputError, match="answers HTTP 500"):
            from_bot(api.url, ENVIRONMENT, print)
