"""Which pair a person means."""

from typing import Any

import pytest
from freqtrade.exchange import Exchange

from freqtrade_riskguard.adapters.preview.bot import open_bot
from freqtrade_riskguard.adapters.preview.bot_config import Request, read_configuration
from freqtrade_riskguard.adapters.preview.errors import PreviewError, collected_log
from freqtrade_riskguard.adapters.preview.pair_selection import PreviewOptions
from tests.support.offline import write_bot

BTC = "BTC/USDT:USDT"


@pytest.fixture
def named(exchange, calm, tmp_path, monkeypatch):
    """Look at a pair of an exchange that has spot and coin-margined markets as well."""
    listed: Any = vars(Exchange)["markets"]

    def markets(self):
        known = listed.fget(self)
        linear = known.get(BTC, {})
        spot = {"spot": True, "swap": False, "linear": None, "settle": None}
        coin = {"linear": False, "inverse": True, "quote": "USD", "settle": "BTC"}
        return {
            "BTC/USDT": {**linear, "symbol": "BTC/USDT", **spot},
            "BTC/USD:BTC": {**linear, "symbol": "BTC/USD:BTC", **coin},
            "BTC/USDC:USDC": {**linear, "quote": "USDC", "settle": "USDC"},
            **known,
        }

    monkeypatch.setattr(Exchange, "markets", property(markets))
    file = write_bot(tmp_path / "bot", exchange)
    request = Request(config_files=(str(file),), userdir=str(file.parent), datadir=str(calm))

    def look(text):
        with (
            collected_log() as log,
            open_bot(read_configuration(request), PreviewOptions(pair=text), log) as bot,
        ):
            return bot.outlook.pairs

    return look


def test_short_names_mean_the_perpetual(named):
    for text in ("btc", "BTC/USDT", "btc/usdt", "BTCUSDT", BTC):
        assert named(text) == (BTC,)


def test_what_the_bot_cannot_trade_is_refused_with_the_reason(named):
    with pytest.raises(PreviewError, match=r"BTC/USD:BTC is coin-margined \(inverse\)"):
        named("BTC/USD:BTC")
    with pytest.raises(PreviewError, match="settles in USDC, and the bot's stake_currency is USDT"):
        named("BTC/USDC:USDC")
