"""A dry-run bot and a backtest, offline, on every venue that is replayed."""

from datetime import timedelta

import pytest

from freqtrade_riskguard.analysis.equity_curve import marked_equity
from freqtrade_riskguard.commands.result_arguments import examine_result
from freqtrade_riskguard.replay.scenarios import SCENARIOS
from freqtrade_riskguard.replay.venues import VENUES
from tests.support.bot import Bot
from tests.support.freqtrade import backtest, strategy_files
from tests.support.other_quote import settled_in

pytestmark = pytest.mark.slow

START = SCENARIOS["calm_trend"].start + timedelta(days=3)
CONFIG: dict[str, object] = {"eager_since": {}}
# Smallest steps of an order in base units: of BTC as the venue has it, of the others as it has
# it or as it is assumed. OKX counts tenths of contracts of 0.01 BTC, 1,000 DOGE and 0.1 ETH, and
# whole ones of 1 SOL.
LOTS_BASE = {
    "binance": {"BTC": 0.001, "DOGE": 1.0, "ETH": 0.001, "SOL": 1.0},
    "bybit": {"BTC": 0.001, "DOGE": 1.0, "ETH": 0.01, "SOL": 1.0},
    "okx": {"BTC": 0.001, "DOGE": 100.0, "ETH": 0.01, "SOL": 1.0},
    "bitget": {"BTC": 0.001, "DOGE": 1.0, "ETH": 0.001, "SOL": 1.0},
    "gate": {"BTC": 0.0001, "DOGE": 10.0, "ETH": 0.01, "SOL": 1.0},
    "krakenfutures": {"BTC": 0.001, "DOGE": 1.0, "ETH": 0.001, "SOL": 1.0},
    "hyperliquid": {"BTC": 0.00001, "DOGE": 1.0, "ETH": 0.0001, "SOL": 0.01},
}
# What contracts are settled in, where it is not USDT.
QUOTES = {"hyperliquid": "USDC", "krakenfutures": "USD"}


@pytest.fixture(params=VENUES)
def venue(request):
    return request.param


@pytest.fixture
def data(venue, scenario_candles, tmp_path):
    # freqtrade keeps the tiers of some venues beside the candles.
    return settled_in(
        QUOTES.get(venue, "USDT"), scenario_candles("calm_trend", days=4), tmp_path / "data"
    )


def test_a_bot_enters_within_the_guards_bounds(venue, data, tmp_path):
    folder = tmp_path / "bot"
    with Bot(
        folder, data, "Eager", start=START, stems=("eager",), config=CONFIG, venue=venue
    ) as bot:
        for _ in bot.run(START + timedelta(minutes=20)):
            pass
        trades = bot.trades
        assert bot.bot.exchange.id == venue
    assert trades
    for trade in trades:
        assert trade["exchange"] == venue
        assert trade["is_open"]
        # The moderate profile's bound.
        assert 1.0 <= trade["leverage"] <= 10.0
        assert 0.0 < trade["liquidation_price"] < trade["open_rate"]
        lots = trade["amount"] / LOTS_BASE[venue][trade["pair"].split("/")[0]]
        assert lots == pytest.approx(round(lots))
        assert round(lots) > 0


def test_freqtrade_backtests(venue, data, tmp_path):
    run = backtest(
        tmp_path / "backtest",
        data,
        "Eager",
        strategies=strategy_files("eager"),
        config=CONFIG,
        venue=venue,
    ).succeeded()
    # freqtrade writes the name of one of them in two words.
    assert f'usingexchange"{venue}"' in run.log.lower().replace(" ", "")
    quote = QUOTES.get(venue, "USDT")
    assert {trade["pair"] for trade in run.trades} <= {
        f"{coin}/{quote}:{quote}" for coin in LOTS_BASE[venue]
    }
    assert run.trades
    # Funding was paid: mark prices and rates are those of the recording.
    assert any(trade["funding_fees"] for trade in run.trades)
    assert_money_is_right(examine_result(None, None, user_dir=run.folder, data_dir=data), run)


def assert_money_is_right(found, run):
    """Hold figures of a stored result to its trades: contracts are of 0.0001 to 1,000 coins."""
    profits_quote = sum(trade["profit_abs"] for trade in run.trades)
    start_quote = found.result.starting_balance_quote
    assert found.outcome.final_balance_quote == pytest.approx(start_quote + profits_quote)
    by_pair = found.candles.by_pair
    curve = marked_equity(
        found.result, {pair: (each.opened_at, each.close) for pair, each in by_pair.items()}
    )
    # The last candle before anything is closed.
    first_close_ms = min(trade["close_timestamp"] for trade in run.trades)
    place = int(curve.opened_at.searchsorted(first_close_ms // 1_000)) - 1
    time = int(curve.opened_at[place])
    equity_quote, held = start_quote, 0
    for trade in run.trades:
        amount_base, open_rate = trade["amount"], trade["open_rate"]
        assert amount_base * open_rate == pytest.approx(trade["stake_amount"] * trade["leverage"])
        if trade["open_timestamp"] > time * 1_000:
            continue
        close = by_pair[trade["pair"]].close[by_pair[trade["pair"]].opened_at == time][0]
        side = -1 if trade["is_short"] else 1
        equity_quote += amount_base * (side * (close - open_rate) - trade["fee_open"] * open_rate)
        held += 1
    assert held
    assert curve.equity_quote[place] == pytest.approx(equity_quote, rel=1e-9)
