"""What candles of a bot tell, with answers as freqtrade's client gives them."""

import numpy as np
import pandas as pd
import pytest

from freqtrade_riskguard.rest_api.errors import BotAnswerError, BotRefusedError
from freqtrade_riskguard.stress.bot_account import read_account
from freqtrade_riskguard.stress.collateral import other_collateral

BTC, ETH, SOL = (f"{coin}/USDT:USDT" for coin in ("BTC", "ETH", "SOL"))
STEPS = 600
MOVES = 0.002 * np.random.default_rng(7).standard_normal(STEPS)


def trade(pair, **changes):
    return {
        "trade_id": 1,
        "pair": pair,
        "base_currency": pair.partition("/")[0],
        "realized_profit": 0.0,
        "profit_abs": 50.0,
        "is_short": False,
        "open_rate": 100.0,
        "amount": 10.0,
        "stake_amount": 200.0,
        "leverage": 5.0,
        "current_rate": 105.0,
        "liquidation_price": 85.0,
        "fee_open": 0.0,
        "fee_close": 0.0,
        "orders": [],
        **changes,
    }


def asset(currency, free, used=0.0, worth=0.0):
    wallet = {"currency": currency, "free": free, "used": used, "balance": free + used}
    return {**wallet, "est_stake": worth, "is_position": False, "is_bot_managed": False}


def live_in_cross(**config):
    return Client(**{"dry_run": False, "margin_mode": "cross", **config})


class Client:
    """A bot on 5m candles: ETH moves twice as far as BTC, and SOL is not on its whitelist."""

    def __init__(self, *trades, **config):
        self.trades = list(trades)
        self.config = {
            "dry_run": True,
            "state": "running",
            "exchange": "binance",
            "stake_currency": "USDT",
            "timeframe": "5m",
            "timeframe_ms": 300_000,
            **config,
        }
        self.asked = []
        self.starting_capital = 1_000.0
        self.stakes = sum(held["stake_amount"] for held in trades)
        self.free = 970.0 - self.stakes

    def show_config(self):
        return self.config

    def balance(self):
        return {
            "starting_capital": self.starting_capital,
            "stake": "USDT",
            "currencies": [
                asset("USDT", self.free, self.stakes),
                asset("BTC", 0.01, 0.01, worth=500.0),
                asset("SHELL", 7.0),
                {**asset("BNFCR", 9.0, worth=9.0), "is_bot_managed": True},
                {**asset(ETH, 10.0), "free": 0.0, "is_position": True},
            ],
        }

    def profit(self):
        return {"profit_closed_coin": -30.0, "profit_all_coin": 20.0}

    def status(self):
        return self.trades

    def pair_candles(self, pair, timeframe, limit, columns):
        self.asked.append((pair, timeframe))
        if pair == SOL:
            raise BotRefusedError("answers HTTP 502", 502)
        factor = {BTC: 1.0, ETH: 2.0}[pair]
        dates = pd.date_range("2025-02-01", periods=STEPS, freq="5min")
        closes = 100 * np.exp(np.cumsum(factor * MOVES))
        return {
            "columns": columns,
            "data": [[date.isoformat(), close] for date, close in zip(dates, closes, strict=True)],
        }


def test_equity_and_collateral_are_of_the_stake_currency():
    for client in (Client(), live_in_cross()):
        given = read_account(client)
        # 1000, 30 lost in closed trades, 50 won in open ones. The Bitcoin is in neither.
        assert given.equity_quote == pytest.approx(1_020.0)
        (held,) = given.collateral
        assert (held.asset, held.amount, held.price) == ("USDT", 970.0, 1.0)


class TestOtherCoins:
    """0.02 Bitcoin, half of it free and worth 500; nobody knows the price of SHELL."""

    def test_whether_they_stand_behind_positions_is_not_told(self):
        given = read_account(live_in_cross())
        coins = [(coin.asset, coin.amount, coin.price) for coin in given.other_collateral]
        assert coins == [("BTC", 0.02, pytest.approx(50_000.0)), ("SHELL", 7.0, 0.0)]
        assert given.multi_assets is None

    def test_they_count_where_somebody_says_so(self):
        given = read_account(live_in_cross(), multi_assets=True)
        # After a fall of 20 %, less the haircut of 10 % and the sale's 3 %: as the guard counts.
        assert other_collateral(given) == pytest.approx(1_000 * 0.8 * 0.87)
        assert given.equity_quote == pytest.approx(1_020.0)

    @pytest.mark.parametrize(
        "config",
        [{"margin_mode": "isolated"}, {"exchange": "hyperliquid"}, {"dry_run": True}],
    )
    def test_elsewhere_there_are_none(self, config):
        given = read_account(live_in_cross(**config), multi_assets=True)
        assert given.other_collateral == ()
        assert given.multi_assets is None


def test_a_partial_exit_is_counted_once():
    client = Client(trade(BTC, realized_profit=40.0, stake_amount=200.0))
    # 1000 - 30 of closed trades - 200 in the trade + 40 that are realised: 810 are free, and
    # freqtrade takes 810 + 30 + 200 for its capital. The 50 of the open trade hold the 40.
    client.free, client.starting_capital = 810.0, 1_040.0
    assert read_account(client).equity_quote == pytest.approx(1_020.0)


@pytest.mark.parametrize("short", [False, True])
def test_funding_before_a_partial_exit_is_counted_once(short):
    # 20 at 100, half of it closed there after 60 of funding: the exit realised the 60. freqtrade
    # counts them again in the open half: its 20 of open profit are 80 without them.
    sides = ("sell", "buy") if short else ("buy", "sell")
    filled = [(sides[0], 20.0, False), (sides[1], 10.0, False), (sides[0], 5.0, True)]
    orders = [
        {"ft_order_side": side, "filled": amount, "safe_price": 100.0, "is_open": is_open}
        for side, amount, is_open in filled
    ]
    held = trade(BTC, is_short=short, realized_profit=-60.0, orders=orders)
    client = Client(held)
    client.free, client.starting_capital = 970.0 - 200.0 - 60.0, 1_000.0 - 60.0

    assert read_account(client).equity_quote == pytest.approx(1_000.0 - 30.0 + 50.0 + 60.0)


def test_what_no_account_can_be_is_said():
    for wrong in ({"stake_amount": 0.0}, {"current_rate": 0.0}, {"leverage": -1.0}):
        with pytest.raises(BotAnswerError, match=r"its account has no usable [a-z_]+ \("):
            read_account(Client(trade(BTC, **wrong)))


def test_what_candles_tell_of_how_pairs_move():
    client = Client(trade(BTC), trade(ETH, is_short=True, leverage=None), trade(SOL))
    given = read_account(client)
    btc, eth, sol = given.positions
    assert (btc.beta, sol.beta) == (1.0, None)
    assert eth.beta == pytest.approx(2.0)
    # 288 candles a day.
    daily = np.std(MOVES[1:], ddof=1) * np.sqrt(288)
    assert btc.daily_volatility == pytest.approx(daily)
    assert eth.daily_volatility == pytest.approx(2 * daily)
    assert sol.daily_volatility is None
    (known,) = given.correlations
    assert known.pairs == (BTC, ETH)
    assert known.correlation == pytest.approx(1.0)
    assert given.market is not None
    assert given.market.daily_move == pytest.approx(np.exp(MOVES[-288:].sum()) - 1)
    assert client.asked == [(BTC, "5m"), (ETH, "5m"), (SOL, "5m")]
    assert (eth.side, eth.leverage, eth.liquidation_price) == ("short", None, 85.0)


def test_without_trades_no_candles_are_asked_for():
    client = Client()
    assert read_account(client).market is None
    assert client.asked == []


def test_an_entry_that_waits_holds_nothing():
    assert read_account(Client(trade(BTC, amount=0.0))).positions == ()


def test_a_bot_without_a_timeframe_is_taken_as_it_is():
    (held,) = read_account(Client(trade(ETH), timeframe=None, timeframe_ms=0)).positions
    assert held.beta is None


def test_what_cannot_be_used_is_named():
    with pytest.raises(BotAnswerError, match=r"/status has no usable 0\.current_rate"):
        read_account(Client(trade(BTC, current_rate=None)))


@pytest.mark.parametrize(
    ("config", "mode"), [({}, "isolated"), ({"margin_mode": "cross"}, "cross")]
)
def test_the_margin_mode_is_the_bots(config, mode):
    assert read_account(Client(trade(BTC), **config)).margin_mode == mode
