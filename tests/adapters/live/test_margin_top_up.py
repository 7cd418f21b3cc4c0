"""What counts as added margin, and who gets none; requests are shown in e2e/test_live_top_up.py."""

from types import SimpleNamespace

import pytest

from freqtrade_riskguard.adapters.live.margin_top_up import MarginTopUps
from freqtrade_riskguard.adapters.persistence.state_store import InMemoryStore
from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.snapshot.exchange import ExchangePosition, PositionReport
from tests.adapters.trades import fill, open_trade
from tests.factories import NOON, PAIR, account, position

SIDES = pytest.mark.parametrize("short", [False, True])


@pytest.fixture
def noted():
    return []


@pytest.fixture
def make(noted, monkeypatch):
    """Return a keeper of added margin for the one open trade, and its store."""

    def made(trade, memory=None, **settings):
        module = "freqtrade_riskguard.adapters.live.margin_top_up"
        monkeypatch.setattr(f"{module}.open_trades", lambda: [trade])
        config = load_config({"margin_top_up": {"max_share": 0.05}, **settings})
        return MarginTopUps(config, memory or InMemoryStore(), lambda *note: noted.append(note))

    return made


def asked_before(trade):
    """Return a store in which the trade has been given margin once."""
    memory = InMemoryStore()
    memory.set_for_trade(trade, "level_margin_top_up", 1.0)
    return memory


def held(margin_quote, amount=100.0, *, short=False):
    side = -1 if short else 1
    return {PAIR: ExchangePosition(PAIR, side, amount, margin_quote=margin_quote)}


def bot(margin_mode="isolated", exchange="binance", free_quote=1_000.0):
    """Return what of a strategy is needed where no request is made."""
    wallets = SimpleNamespace(update=lambda: None, get_free=lambda _: free_quote)
    config = {
        "margin_mode": margin_mode,
        "exchange": {"name": exchange},
        "stake_currency": "USDT",
    }
    return SimpleNamespace(config=config, wallets=wallets)


def near_liquidation(short=False):
    # Equity is 1,000 - 870 = 130, and maintenance 91.3 or 108.7.
    side = -1 if short else 1
    at = position(trade_id=1, side=side, rate=100 - 8.7 * side, stop_price=100 - 5.0 * side)
    return account(positions=(at,))


class TestWhatCounts:
    @SIDES
    def test_what_the_exchange_shows_beyond_margin_and_funding(self, make, short, monkeypatch):
        trade = open_trade(short=short)
        trade.set_funding_fees(-20.0)
        monkeypatch.setattr(MarginTopUps, "_renew_liquidation_price", lambda *_: None)
        margins = make(trade, asked_before(trade))
        # 1,000 at the entry, 20 of funding paid out of it, 150 added.
        margins.update(None, [trade], held(1_130.0, short=short), NOON)
        assert margins.added_quote(trade) == 150
        # An exit gives its share back, before the exchange is looked at again.
        fill(trade, trade.exit_side, 25.0, 100.0, NOON)
        assert margins.added_quote(trade) == pytest.approx(112.5)

    def test_a_trade_that_never_got_any_has_none(self, make):
        trade = open_trade()
        margins = make(trade)
        margins.update(None, [trade], held(1_500.0), NOON)
        assert margins.added_quote(trade) == 0

    @pytest.mark.parametrize(
        "told",
        [
            # Rounding of 0.4 %, less than the trade has, a figure that nobody tells, another amount
            # or side, and no position.
            held(1_004.0),
            held(900.0),
            held(float("nan")),
            held(1_500.0, 110.0),
            held(1_500.0, short=True),
            {},
        ],
    )
    def test_what_is_not_sure_does_not(self, make, told):
        trade = open_trade()
        margins = make(trade, asked_before(trade))
        margins.update(None, [trade], told, NOON)
        assert margins.added_quote(trade) == 0

    def test_a_look_is_taken_up_once_and_what_it_does_not_show_is_told_once(self, make, noted):
        trade = open_trade()
        memory = asked_before(trade)
        memory.set_for_trade(trade, "margin_top_up_open", 100.0)
        margins = make(trade, memory)
        for told in (held(1_000.0), held(1_000.0)):
            margins.update(None, [trade], told, NOON)
            margins.update(None, [trade], told, NOON)
        ((_, _, asked, answered, why),) = noted
        assert (asked, answered) == (100.0, 0.0)
        assert "100.00 USDT of margin were NOT added" in why


class TestWhoGetsNone:
    def look(self, margins, strategy=None, *, closing=False, short=False):
        margins.update(None, [], held(1_000.0, short=short), NOON)
        margins.look(strategy or bot(), near_liquidation(short), lambda _: closing, NOON)

    @SIDES
    def test_a_guard_that_observes_says_what_it_would_add_once(self, make, noted, short):
        margins = make(open_trade(short=short), mode="observe")
        self.look(margins, short=short)
        self.look(margins, short=short)
        ((_, _, asked, answered, why),) = noted
        # 5 % of 10,000 are less than the planned loss of 550.
        assert (asked, answered) == (500.0, 0.0)
        assert why.endswith("500.00 USDT would be added")

    def test_a_trade_that_is_being_closed(self, make, noted):
        self.look(make(open_trade(), mode="observe"), closing=True)
        assert noted == []

    @pytest.mark.parametrize(
        "strategy", [bot(margin_mode="cross"), bot(exchange="okx"), bot(exchange="bybit")]
    )
    def test_where_none_can_be_added(self, make, noted, strategy):
        self.look(make(open_trade(), mode="observe"), strategy)
        assert noted == []

    def test_where_it_is_off(self, make, noted):
        self.look(make(open_trade(), mode="observe", margin_top_up={}))
        assert noted == []

    def test_a_position_of_which_the_exchange_tells_something_else(self, make, noted):
        margins = make(open_trade(), mode="observe")
        margins.update(None, [], held(1_000.0, 50.0), NOON)
        margins.look(bot(), near_liquidation(), lambda _: False, NOON)
        assert noted == []

    def test_what_is_not_free_is_said_once(self, make, noted, caplog):
        margins = make(open_trade(), mode="observe")
        for _ in range(3):
            self.look(margins, bot(free_quote=0.0))
        ((*_, why),) = noted
        assert "NO margin can be added: 0.00 USDT are free" in why
        assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_position_with_added_margin():
    """Its equity, its cover and its liquidation are those of all its margin."""
    for side in (1, -1):
        plain = position(side=side, rate=100 - 5.0 * side)
        more = position(
            side=side, rate=100 - 5.0 * side, report=PositionReport(added_margin_quote=500.0)
        )
        # 1,000 - 500, and 500 more.
        assert (plain.equity_quote, more.equity_quote) == (500, 1_000)
        assert more.maintenance_cover == 2 * plain.maintenance_cover
        # (100 * 100 - 1,500) / (100 * 0.99), and (100 * 100 + 1,500) / (100 * 1.01).
        expected = 8_500 / 99 if side > 0 else 11_500 / 101
        assert more.liquidation_price == pytest.approx(expected)
        # What it began with is what it began with.
        assert more.margin_quote == 1_000
