"""What was paid in funding before the exchange closed a trade, as ccxt's client hands it over."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from freqtrade_riskguard.adapters.live import closed_on_exchange
from freqtrade_riskguard.replay import ReplayExchange, VirtualClock
from freqtrade_riskguard.replay.matching import IncomeKind
from tests.replay.bybit.conftest import connect
from tests.replay.recordings import START, flat, store, store_funding

BTC = "BTC/USDT:USDT"
HOURS = 100


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_more_hourly_payments_than_one_answer_of_bybit_holds(tmp_path, side):
    store(tmp_path, "1h", flat(40_000.0, HOURS + 24, 10.123))
    store_funding(tmp_path, [0.0001] * (HOURS + 24), hours=1)
    clock = VirtualClock(START.replace(minute=30))
    with ReplayExchange(tmp_path, now_ms=clock, wallet_quote=10_000.0, exchange="bybit") as opened:
        client = connect(opened, clock)
        client.set_margin_mode("isolated")
        client.create_order(BTC, "market", side, 0.1)
        since = clock.time
        clock.move_to(since + timedelta(hours=HOURS))
        strategy: Any = SimpleNamespace(
            config={"exchange": {"name": "bybit"}},
            dp=SimpleNamespace(_exchange=SimpleNamespace(_api=client)),
        )
        found = closed_on_exchange.funding_quote(strategy, BTC, since, clock.time)
        with opened.account.now() as engine:
            paid = [i.amount_quote for i in engine.incomes() if i.kind is IncomeKind.FUNDING]

    assert len(paid) == HOURS
    assert found == pytest.approx(sum(paid))
    # 0.01 % of 4,000 each hour: a long pays it.
    assert found == pytest.approx(-40.0 if side == "buy" else 40.0)
