"""What the guard's looks cost: two signed requests a minute more than a bare bot makes."""

from collections import Counter

import pytest

from freqtrade_riskguard.replay.trading_account import TradingAccount
from tests.support.live_bot import LiveBot
from tests.support.live_scenes import ENTRY_MINUTES, MINUTE, NOON, RISKGUARD, market, run
from tests.support.scripted import BTC

pytestmark = pytest.mark.slow

MINUTES = 10


def asked(folder, data, strategy, monkeypatch):
    """Return the signed requests of ten minutes with an open position, by what they ask for."""
    count: Counter[str] = Counter()
    answer = TradingAccount.answer

    def counted(self, how, query):
        count[how.__name__] += 1
        return answer(self, how, query)

    monkeypatch.setattr(TradingAccount, "answer", counted)
    # The same size for both, and within what the guard allows.
    entry = {"pair": BTC, "time": (NOON + ENTRY_MINUTES * MINUTE).isoformat(), "stake": 500}
    config = {"plan": [entry], "max_open_trades": 4}
    with LiveBot(
        folder, data, strategy, start=NOON, stems=("planned",), riskguard=RISKGUARD, config=config
    ) as live:
        run(live, 8)
        assert live.positions
        count.clear()
        run(live, MINUTES, seconds=5)
        assert live.positions
    monkeypatch.undo()
    return count


def test_two_requests_a_minute_more(tmp_path, monkeypatch):
    data = market(tmp_path / "data")

    bare = asked(tmp_path / "bare", data, "BarePlanned", monkeypatch)
    guarded = asked(tmp_path / "guarded", data, "Planned", monkeypatch)

    more = guarded.total() - bare.total()
    assert more <= 2 * MINUTES
    assert guarded["positions"] - bare["positions"] <= MINUTES
