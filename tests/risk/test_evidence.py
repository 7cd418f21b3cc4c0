from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import EdgeBook, EdgeState, Evidence

DAY = 86_400.0
BTC = "BTC/USDT:USDT"
START = 20_000 * DAY


def proven(trades: int = 200, weight: float = 0.25) -> list[tuple[float, float, int, float]]:
    """Three of five won, wins of 2 %, losses of 1.5 %, one a day, until the account's first day."""
    return [
        (START - (trades - number) * DAY, 0.02 if number % 5 < 3 else -0.015, 1, weight)
        for number in range(trades)
    ]


def book(*trades: tuple[float, float, int, float], most: float = 50.0) -> EdgeBook:
    return EdgeBook(evidence=Evidence(trades, most))


def lose(book: EdgeBook, count: int) -> float:
    """Add losers of the account's own, one a day; return when the next would be asked about."""
    for number in range(count):
        book.add(BTC, START + number * DAY, -0.015)
    return START + count * DAY


def test_a_proven_strategy_begins_with_what_its_backtests_prove():
    # 200 trades at a quarter: 50, of which 30 won. p0 = l/(w + l) = 15/35 = 3/7,
    # p' = (30 + 20*3/7)/(50 + 20) = 0.55102, x = p'/l - (1 - p')/w = 36.735 - 22.449 = 14.286.
    edge = book(*proven()).edge(BTC, START)
    assert edge.state is EdgeState.PROVEN
    assert (edge.trades, edge.wins) == (0, 0)
    assert edge.borrowed.trades == 200
    assert edge.borrowed.weight == pytest.approx(50.0)
    assert edge.borrowed.win_weight == pytest.approx(30.0)
    assert edge.shrunk_probability == pytest.approx(0.55102, abs=1e-5)
    assert edge.optimal_exposure == pytest.approx(14.286, abs=1e-3)
    # Half of it, as Kelly's rule allows.
    assert edge.exposure_cap() == pytest.approx(7.143, abs=1e-3)


def test_without_weight_or_evidence_nothing_changes():
    for nothing in (book(), book(*proven(weight=0.0)), book(*proven(), most=0.0)):
        edge = nothing.edge(BTC, START)
        assert edge.state is EdgeState.UNPROVEN
        assert edge.borrowed.trades == 0
        assert edge == EdgeBook().edge(BTC, START)


def test_too_little_of_it_proves_nothing():
    # 119 at a quarter are 29.75, less than the 30 that are asked for.
    assert book(*proven(119)).edge(BTC, START).state is EdgeState.UNPROVEN
    assert book(*proven(120)).edge(BTC, START).state is EdgeState.PROVEN


def test_a_backtest_that_lost_gives_nothing_and_forbids_nothing():
    losing = [(when, -ratio, side, weight) for when, ratio, side, weight in proven()]
    assert book(*losing).edge(BTC, START).state is EdgeState.BREAK_EVEN
    worst = [(when, -0.01, side, 1.0) for when, _, side, _ in proven()]
    edge = book(*worst, most=200.0).edge(BTC, START)
    assert edge.state is EdgeState.BREAK_EVEN
    assert edge.optimal_exposure == 0.0


def test_what_closes_at_the_moment_asked_about_or_later_does_not_count():
    begins = START - 200 * DAY
    edges = book(*proven())
    assert edges.edge(BTC, begins).borrowed.trades == 0
    assert edges.edge(BTC, begins + 1.0).borrowed.trades == 1
    assert edges.edge(BTC, begins + DAY).borrowed.trades == 1
    assert edges.edge(BTC, begins + 10.5 * DAY).borrowed.trades == 11


def test_each_own_trade_takes_the_place_of_one():
    edges = book(*proven())
    for number in range(50):
        edges.add(BTC, START + number * DAY, 0.02 if number % 5 < 3 else -0.015)
    now = START + 20 * DAY
    # The first 20 and the moment itself: 21 own trades leave room for 29, which 116 quarters are.
    edge = edges.edge("NEW/USDT:USDT", now)
    assert (edge.trades, edge.borrowed.trades) == (21, 116)
    assert edge.counted_trades == pytest.approx(50.0)
    edge = edges.edge("NEW/USDT:USDT", START + 50 * DAY)
    assert (edge.trades, edge.borrowed.trades) == (50, 0)


def test_the_newest_count():
    old = [(START - 1_000 * DAY - number, -0.5, 1, 0.25) for number in range(100)]
    edge = book(*old, *proven()).edge(BTC, START)
    assert edge.borrowed.trades == 200
    assert edge.mean_loss == pytest.approx(0.015)


def test_losers_lower_it_and_the_tenth_ends_it():
    edges = book(*proven())
    allowed = [edges.edge(BTC, START).exposure_cap()]
    for number in range(1, 10):
        edges.add(BTC, START + (number - 1) * DAY, -0.015)
        edge = edges.edge(BTC, START + number * DAY)
        assert not edge.borrowed.overruled
        allowed.append(edge.exposure_cap())
    assert all(after < before for before, after in pairwise(allowed))
    edges.add(BTC, START + 9 * DAY, -0.015)
    edge = edges.edge(BTC, START + 10 * DAY)
    assert edge.borrowed.overruled
    # What is left are ten own trades: too few for Kelly, so leverage 1x.
    assert edge.state is EdgeState.UNPROVEN


def test_ten_losers_among_winners_that_gain_in_sum_do_not_end_it():
    edges = book(*proven())
    now = lose(edges, 10)
    for number in range(8):
        edges.add(BTC, now + number * DAY, 0.02)
    # 8*0.02 - 10*0.015 = +0.01.
    edge = edges.edge(BTC, now + 8 * DAY)
    assert not edge.borrowed.overruled
    assert edge.state is EdgeState.PROVEN


def test_an_edge_that_own_trades_have_disproven_stays_so():
    edges = book(*proven(400, weight=1.0), most=200.0)
    # 12 of 60 won on 15 days, at even sizes.
    for number in range(60):
        ratio = -0.01 if number % 5 else 0.01
        edges.add(BTC, START + (number // 4) * DAY + number % 4, ratio)
    edge = edges.edge("NEW/USDT:USDT", START + 15 * DAY)
    assert edge.state is EdgeState.DISPROVEN
    assert edge.borrowed.trades == 0


def test_trades_of_a_day_that_fall_together_prove_less():
    # As many wins and losses, but whole days of ten that went the same way: 12 of 20 days won.
    together = [
        (START - (200 - number) // 10 * DAY - number % 10, ratio, 1, 0.25)
        for number, (_, ratio, _, _) in enumerate(
            (0, 0.02 if number // 10 % 5 < 3 else -0.015, 1, 0) for number in range(200)
        )
    ]
    edge = book(*together).edge(BTC, START)
    spread = book(*proven()).edge(BTC, START)
    assert edge.borrowed == spread.borrowed
    assert edge.evidence < 0.25 * spread.evidence
    assert edge.optimal_exposure < spread.optimal_exposure


RETURNS = st.floats(-0.3, 0.3)
WEIGHTS = st.sampled_from((0.0, 0.25, 1.0))
TIMES = st.floats(0.0, 100.0)
BORROWED = st.lists(st.tuples(TIMES, RETURNS, st.sampled_from((-1, 1)), WEIGHTS), max_size=40)
OWN = st.lists(st.tuples(TIMES, RETURNS), max_size=40)


@given(BORROWED, OWN, TIMES, st.floats(0.0, 20.0))
def test_nothing_of_the_future_counts_and_never_more_than_there_is_room_for(
    borrowed, own, now, most
):
    def asked(known_borrowed, known_own):
        edges = EdgeBook(min_trades=5, evidence=Evidence(known_borrowed, most))
        for when, ratio in known_own:
            edges.add(BTC, when, ratio)
        return edges.edge("NEW/USDT:USDT", now)

    edge = asked(borrowed, own)
    past = asked(
        [trade for trade in borrowed if trade[0] < now],
        [trade for trade in own if trade[0] <= now],
    )
    assert edge == past
    assert edge.optimal_exposure == past.optimal_exposure
    assert edge.borrowed.weight <= max(0.0, most - edge.trades) + 1e-6
    # Whatever is borrowed, it never forbids a trade that own trades allow.
    if edge.borrowed.trades:
        assert edge.state is not EdgeState.DISPROVEN
