from __future__ import annotations

import math

import pytest

from freqtrade_riskguard.risk import Edge, EdgeBook, EdgeState

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
# Without a trade of its own: the edge of the pool.
NEW = "NEW/USDT:USDT"


def test_a_pair_speaks_for_itself_once_it_has_enough_trades():
    book = EdgeBook(min_trades=2)
    book.add(BTC, 1.0, 0.02)
    book.add(ETH, 2.0, -0.01)
    pooled = Edge(2, 1, 0.02, 0.01, min_trades=2)
    assert book.edge(BTC, 5.0) == pooled  # one trade of its own
    book.add(BTC, 3.0, -0.04)
    assert book.edge(BTC, 5.0) == Edge(2, 1, 0.02, 0.04, min_trades=2)
    # the pool has all three: losses of 0.01 and 0.04
    assert book.edge(ETH, 5.0) == book.edge(NEW, 5.0) == Edge(3, 1, 0.02, 0.025, min_trades=2)


def test_at_the_moment_asked_about():
    book = EdgeBook(min_trades=2)
    for time in (1.0, 2.0):
        book.add(BTC, time, 0.02)
    book.add(ETH, 1.5, -0.01)
    assert book.edge(BTC, 1.7).trades == 2  # BTC has one yet: the pool
    assert book.edge(BTC, 1.7).wins == 1
    assert book.edge(BTC, 2.0).wins == 2  # now two of its own


def test_settings_reach_pool_and_pairs():
    book = EdgeBook(max_age_seconds=10.0, max_trades=3, min_trades=2, prior_trades=5.0)
    for time in range(5):
        book.add(BTC, float(time), 0.01)
    assert book.edge(BTC, 4.0).trades == 3
    assert book.edge(BTC, 4.0).prior_trades == 5.0
    assert book.edge(BTC, 13.5).trades == 1  # aged out to one: the pool's one
    assert book.edge(BTC, 13.5).state is EdgeState.UNPROVEN


def test_a_pair_in_its_ban_is_not_helped_by_the_others():
    book = EdgeBook()
    for number in range(60):
        # 15 of 60 won on 15 days, at even sizes; the other pair has won twice as often as it lost.
        time = (number // 4) * 86_400.0 + number % 4
        book.add(BTC, time, -0.01 if number % 4 else 0.01)
        for more in range(3):
            book.add(ETH, time + 10.0 * (1 + more), 0.02 if more else -0.01)
    now = 25 * 86_400.0
    assert book.edge(ETH, now).state is EdgeState.PROVEN
    assert book.edge(BTC, now).state is EdgeState.PROBATION
    assert book.edge(BTC, 16 * 86_400.0).state is EdgeState.DISPROVEN


def test_few_trades_of_all_pairs_are_looked_back_at_for_longer():
    day = 86_400.0
    book = EdgeBook(max_age_seconds=10 * day, sparse_age_seconds=100 * day)
    for number in range(31):
        book.add(BTC, number * day, 0.01)
    assert book.edge(BTC, 100 * day).trades == 30
    assert book.edge(ETH, 125 * day).trades == 6  # from day 25 on


def test_nonsense_is_refused():
    book = EdgeBook()
    with pytest.raises(ValueError, match="finite"):
        book.add(BTC, 1.0, math.nan)
    assert book.edge(BTC, 2.0).trades == 0
    with pytest.raises(ValueError, match="now"):
        book.edge(BTC, math.nan)
    with pytest.raises(ValueError, match="window"):
        EdgeBook(max_trades=0)


DAY = 86_400.0


def traded(book, pair, *, days, per_day, won, win=0.01, loss=0.01, start=0.0):
    """Add so many trades a day, of which the first ``won`` of each ten are won."""
    for number in range(days * per_day):
        time = start + (number // per_day) * DAY + (number % per_day) * 60.0
        book.add(pair, time, win if number % 10 < won else -loss)
    return start + days * DAY


def test_pairs_that_cannot_be_judged_yet_are_held_to_an_account_that_loses_everywhere():
    # 40 trades of each in 20 days, 1 of 10 won: too few of a pair, 80 in all.
    book = EdgeBook()
    now = traded(book, BTC, days=20, per_day=2, won=1)
    assert book.edge(BTC, now).state is EdgeState.BREAK_EVEN
    traded(book, ETH, days=20, per_day=2, won=1)

    assert book.edge(BTC, now).state is book.edge(ETH, now).state is EdgeState.DISPROVEN
    assert book.edge(BTC, now) == book.edge(NEW, now)
    assert book.edge(BTC, now + 8 * DAY).state is EdgeState.PROBATION


def test_a_pair_that_has_proven_its_edge_is_not_held_to_the_losses_of_others():
    book = EdgeBook()
    now = traded(book, BTC, days=20, per_day=2, won=9)
    traded(book, ETH, days=20, per_day=10, won=1)

    assert book.edge(NEW, now).state is EdgeState.PROBATION  # banned a week ago
    assert book.edge(BTC, now).state is EdgeState.PROVEN
    assert book.edge(BTC, now).trades == 40


def test_a_pair_with_enough_trades_to_be_judged_is_judged_by_them():
    # 60 trades, half of them won for as much as was lost: no edge, and not disproven.
    book = EdgeBook()
    now = traded(book, BTC, days=20, per_day=3, won=5)
    traded(book, ETH, days=20, per_day=10, won=1)

    assert book.edge(NEW, now).state is EdgeState.PROBATION  # banned a week ago
    assert book.edge(BTC, now).state is EdgeState.BREAK_EVEN
    assert book.edge(BTC, now).trades == 60
