import pytest

from freqtrade_riskguard.replay import ReplayExchange, VirtualClock
from freqtrade_riskguard.replay.account_books import AccountBooks
from tests.replay.binance.conftest import BTC, connect
from tests.replay.recordings import START, flat, store


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_what_closing_costs_is_taken_off(tmp_path, side):
    clock = VirtualClock(START.replace(hour=1))
    data = store(tmp_path / "data", "5m", flat(40_000.5, 288, 10.123))
    with ReplayExchange(data, now_ms=clock, wallet_quote=5_000.0) as exchange:
        books = AccountBooks(exchange)
        assert books.equity_after_exits_quote == books.equity_quote == 5_000.0

        connect(exchange, clock).create_order(BTC, "market", side, 0.5)

        # 0.05 % of 0.5 x 40,000.5 to enter, and the same to leave.
        assert books.equity_quote == pytest.approx(4_990.0, abs=0.01)
        assert books.equity_after_exits_quote == pytest.approx(4_980.0, abs=0.01)
