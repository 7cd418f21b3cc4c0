from math import inf

import pytest

from freqtrade_riskguard.risk import TierTable
from freqtrade_riskguard.stress.book import Book, close_first
from tests.stress.parts import BTC, COLLATERAL, ETH, account

TABLES = [TierTable.flat(0.01), TierTable.flat(0.02)]
BOTH = (0, 1)


def book(multiple=1.0, **changes):
    given = account(**changes)
    return Book(given, TABLES[: len(given.positions)], multiple), given.positions


def test_cover_after_each_move():
    covers = book()[0].covers(BOTH)
    # -20 %: -4000 on BTC, +1200 on ETH (beta 1.2); margins 160 and 0.02 * 3800 = 76.
    assert covers[0] == pytest.approx((10_000 - 2_800) / 236)
    # +20 %: 24000 * 1 % + 6200 * 2 %.
    assert covers[-1] == pytest.approx((10_000 + 2_800) / (240 + 124))
    assert len(covers) == 8


def test_collateral_falls_with_the_market():
    covers = book(collateral=COLLATERAL)[0].covers(BOTH)
    assert covers[0] == pytest.approx((10_000 - 2_800 - 1_520) / 236)
    assert covers[-1] == pytest.approx(12_800 / 364)


def test_a_bad_market_asks_for_more_margin():
    assert book(2.0)[0].survival(BOTH) == pytest.approx(book()[0].survival(BOTH) / 2)


def test_what_helps_most_is_closed_first():
    found = close_first(*reversed(book(collateral=COLLATERAL)))
    first, last = found
    # Without BTC the worst is a rise of 20 %: (10000 - 1200) / 124.
    assert first.pair == BTC["pair"]
    assert first.loss_quote == pytest.approx(4_000.0)
    assert first.loss_per_margin == pytest.approx(2.0)
    assert first.survival_after == pytest.approx(8_800 / 124)
    assert last.pair == ETH["pair"]
    assert last.loss_quote == pytest.approx(1_200.0)
    assert last.survival_after == inf


def test_without_positions_nothing_can_happen():
    empty, positions = book(positions=[], correlations=[])
    assert empty.survival(()) == inf
    assert close_first(positions, empty) == []


def test_isolated_positions_lose_what_they_hold():
    isolated, _ = book(margin_mode="isolated")
    # BTC holds 2000 and 2000 of open profit, and is liquidated at -20 %; ETH gains 1200.
    assert isolated.equities(BOTH)[0] == pytest.approx(10_000 - 4_000 + 1_200)
    # What is left to maintain is the short: 0.02 * 3800.
    assert isolated.maintenance(BOTH)[0] == pytest.approx(76.0)
    # At +20 % ETH has lost its 1000, BTC has won 4000.
    assert isolated.equities(BOTH)[-1] == pytest.approx(10_000 - 1_000 + 4_000)
    # At -15 % more is left, since BTC is still held: 10000 - 3000 + 900.
    assert isolated.equities(BOTH)[1] == pytest.approx(7_900)
    assert isolated.left_quote(BOTH) == pytest.approx(7_200)
    assert isolated.beyond == [False, False]


def test_without_equity_nothing_survives():
    assert book(equity_quote=1e-9)[0].survival(BOTH) < 0
