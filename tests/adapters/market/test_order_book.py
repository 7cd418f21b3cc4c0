from math import isnan
from types import SimpleNamespace

import pytest
from freqtrade.enums import RunMode
from freqtrade.exceptions import OperationalException, TemporaryError

from freqtrade_riskguard.adapters.market.order_book import Spreads
from tests.adapters.bots import MINUTE
from tests.factories import NOON, PAIR


class Books:
    """A data provider that tells the books it is given, one after the other."""

    def __init__(self, *books):
        self.books = list(books)
        self.asked = []

    def orderbook(self, pair, maximum):
        self.asked.append((pair, maximum))
        book = self.books.pop(0)
        if isinstance(book, Exception):
            raise book
        return book


def bot(*books, runmode=RunMode.DRY_RUN):
    return SimpleNamespace(dp=Books(*books), config={"runmode": runmode})


def is_unknown(ratio):
    return ratio is not None and isnan(ratio)


def book(bid, ask):
    return {"bids": [[bid, 3.0]], "asks": [[ask, 1.0]]}


def test_it_is_a_share_of_the_price_between():
    # 0.4 apart around 100.
    assert Spreads().ratio(bot(book(99.8, 100.2)), PAIR, NOON) == pytest.approx(0.004)
    assert Spreads().ratio(bot(book(100, 100)), PAIR, NOON) == 0.0


@pytest.mark.parametrize(
    "told",
    [
        {},
        None,
        [],
        {"bids": [], "asks": [[100.0, 1.0]]},
        {"bids": [[100.0, 1.0]], "asks": []},
        {"bids": [[None, 1.0]], "asks": [[100.0, 1.0]]},
        {"bids": [["?", 1.0]], "asks": [[100.0, 1.0]]},
        book(float("nan"), 100.0),
        book(100.0, float("nan")),
        book(0.0, 100.0),
        book(-1.0, 100.0),
        book(100.1, 100.0),
        TemporaryError("no answer"),
        OperationalException("not supported"),
    ],
)
def test_no_bid_or_no_ask_is_unknown(told):
    assert is_unknown(Spreads().ratio(bot(told), PAIR, NOON))


def test_the_steps_of_one_entry_ask_once():
    strategy, spreads = bot(book(99, 101), book(99.5, 100.5), book(100, 100)), Spreads()
    seconds = MINUTE / 60

    assert spreads.ratio(strategy, PAIR, NOON) == pytest.approx(0.02)
    assert spreads.ratio(strategy, PAIR, NOON + 4.9 * seconds) == pytest.approx(0.02)
    assert strategy.dp.asked == [(PAIR, 1)]
    assert spreads.ratio(strategy, PAIR, NOON + 5 * seconds) == pytest.approx(0.01)
    # The clock was set back: what is known may be older than it looks.
    assert spreads.ratio(strategy, PAIR, NOON) == 0.0


def test_a_backtest_asks_nobody():
    strategy = bot(runmode=RunMode.BACKTEST)

    assert Spreads().ratio(strategy, PAIR, NOON) is None
    assert strategy.dp.asked == []


def test_a_bot_without_a_data_provider_knows_nothing():
    strategy = bot(runmode=RunMode.LIVE)
    strategy.dp = None

    assert is_unknown(Spreads().ratio(strategy, PAIR, NOON))
