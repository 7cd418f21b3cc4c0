"""The account's liquidation by a move of the market, by hand and against bisection."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from freqtrade_riskguard.risk import (
    CrossPosition,
    Exposure,
    TierTable,
    cross_liquidation_price,
    joint_liquidation,
)

ONE_PERCENT = TierTable.flat(0.01)
BOOKS = 10_000
FEE = 0.0005


def long_of(notional, beta=1.0, **more):
    return Exposure(1, notional, ONE_PERCENT, beta, **more)


def short_of(notional, beta=1.0, **more):
    return Exposure(-1, notional, ONE_PERCENT, beta, **more)


def test_one_long_falls_to_its_own_price():
    # 2000 - 10000*m = 0.01*10000*(1 - m): m = 1900/9900, and 10000*m is lost by then.
    found = joint_liquidation(2_000.0, [long_of(10_000.0)])
    assert found.fall.ratio == pytest.approx(1_900 / 9_900, rel=1e-14)
    assert found.fall.loss_quote == pytest.approx(10_000 * 1_900 / 9_900, rel=1e-14)
    assert found.rise.ratio == math.inf
    assert found.nearest is found.fall
    assert found.distance_ratio == found.fall.ratio


def test_one_short_rises_to_its_own_price():
    # 2000 - 10000*m = 0.01*10000*(1 + m): m = 1900/10100.
    found = joint_liquidation(2_000.0, [short_of(10_000.0)])
    assert found.rise.ratio == pytest.approx(1_900 / 10_100, rel=1e-14)
    assert found.fall.ratio == math.inf
    assert found.price_of(-1, 50.0, 1.0) == pytest.approx(50 * (1 + 1_900 / 10_100), rel=1e-14)


def test_the_fee_of_every_exit_is_owed():
    # 2000 - 10000*m = (0.01 + 0.001)*10000*(1 - m): m = 1890/9890.
    found = joint_liquidation(2_000.0, [long_of(10_000.0, taker_fee=0.001)])
    assert found.fall.ratio == pytest.approx(1_890 / 9_890, rel=1e-14)


def test_betas_say_how_far_each_position_moves():
    # Betas 2 and 0.5: 3000 - (2*6000 + 0.5*4000)*m = 0.01*(10000 - 14000*m): m = 2900/13860.
    found = joint_liquidation(3_000.0, [long_of(6_000.0, 2.0), long_of(4_000.0, 0.5)])
    move = 2_900 / 13_860
    assert found.fall.ratio == pytest.approx(move, rel=1e-14)
    # (6000*2 + 4000*0.5)/10000 = 1.4: the slow one counts as fast as the book, the fast as itself.
    assert found.fall.beta == pytest.approx(1.4)
    assert found.price_of(1, 100.0, 2.0) == pytest.approx(100 * (1 - 2 * move))
    assert found.price_of(1, 100.0, 0.5) == pytest.approx(100 * (1 - 1.4 * move))


@pytest.mark.parametrize("unknown", [math.nan, math.inf])
def test_an_unknown_beta_is_one(unknown):
    known = joint_liquidation(2_000.0, [long_of(10_000.0)])
    found = joint_liquidation(2_000.0, [long_of(10_000.0, unknown)])
    assert found == known
    assert found.price_of(1, 100.0, unknown) == known.price_of(1, 100.0, 1.0)


class TestAHedgedBook:
    """Long BTC and short ETH, 10,000 each, beta 1; 2,000 of equity, 1 % maintenance."""

    BOOK = (long_of(10_000.0), short_of(10_000.0))

    def single(self, side, other):
        return cross_liquidation_price(
            side=side,
            entry_price=100.0,
            amount=100.0,
            collateral_quote=2_000.0,
            tiers=ONE_PERCENT,
            others=[CrossPosition(other, 100.0, 100.0, 100.0, ONE_PERCENT)],
        )

    def test_jointly_it_is_never_liquidated_by_a_fall(self):
        # What one loses the other wins; maintenance falls with both.
        found = joint_liquidation(2_000.0, self.BOOK)
        assert found.fall.ratio == math.inf
        assert found.price_of(1, 100.0, 1.0) == 0.0
        # In a rise only maintenance grows: 0.01*20000*(1 + m) = 2000 at m = 9.
        assert found.rise.ratio == pytest.approx(9.0, rel=1e-14)

    def test_each_alone_is_liquidated_within_a_fifth(self):
        # The other holds 100 of maintenance. Long: (10000 - 1900)/(100*0.99) = 81.8182;
        # short: (10000 + 1900)/(100*1.01) = 117.8218.
        assert self.single(1, -1) == pytest.approx(8_100 / 99, rel=1e-14)
        assert self.single(-1, 1) == pytest.approx(11_900 / 101, rel=1e-14)

    def test_a_broken_correlation_brings_it_back(self):
        found = joint_liquidation(2_000.0, self.BOOK, hedge_correlation=0.5)
        # Fall: 2000 - 10000*m + 5000*m = 0.01*(10000*(1 - m) + 10000*(1 - m/2)):
        # 1800 = (5000 - 150)*m.
        assert found.fall.ratio == pytest.approx(1_800 / 4_850, rel=1e-14)
        # Rise: 2000 - 10000*m + 5000*m = 0.01*(20000 + 15000*m): 1800 = 5150*m.
        assert found.rise.ratio == pytest.approx(1_800 / 5_150, rel=1e-14)
        assert found.nearest is found.rise
        # Each leg has its price in the move in which it loses.
        assert found.price_of(1, 100.0, 1.0) == pytest.approx(100 * (1 - 1_800 / 4_850))
        assert found.price_of(-1, 100.0, 1.0) == pytest.approx(100 * (1 + 1_800 / 5_150))

    def test_without_any_correlation_a_leg_falls_alone(self):
        found = joint_liquidation(2_000.0, self.BOOK, hedge_correlation=0.0)
        assert found.price_of(1, 100.0, 1.0) == pytest.approx(self.single(1, -1), rel=1e-14)
        assert found.price_of(-1, 100.0, 1.0) == pytest.approx(self.single(-1, 1), rel=1e-14)

    def test_when_the_hedge_is_closed_what_remains_is_judged_alone(self):
        left = joint_liquidation(2_000.0, self.BOOK[:1], hedge_correlation=0.5)
        assert left.fall.ratio == pytest.approx(1_900 / 9_900, rel=1e-14)


def test_an_account_beyond_its_maintenance_is_there_already():
    found = joint_liquidation(90.0, [long_of(10_000.0)])
    assert found.fall.ratio == 0.0
    assert found.rise.ratio == 0.0
    assert found.price_of(1, 100.0, 1.0) == 100.0


def test_a_book_below_1x_is_never_liquidated():
    found = joint_liquidation(10_000.0, [long_of(9_000.0)])
    assert found.fall.ratio == math.inf
    assert found.distance_ratio == math.inf
    assert found.price_of(1, 100.0, 1.0) == 0.0


def test_no_positions_are_never_liquidated():
    assert joint_liquidation(10_000.0, []).distance_ratio == math.inf


@pytest.mark.parametrize("equity", [math.nan, math.inf])
def test_unknown_equity_is_unknown_and_no_distance(equity):
    found = joint_liquidation(equity, [long_of(10_000.0)])
    assert math.isnan(found.fall.ratio)
    assert math.isnan(found.price_of(1, 100.0, 1.0))
    assert found.distance_ratio == 0.0


@pytest.mark.parametrize("notional", [math.nan, math.inf, -1.0])
def test_an_unknown_notional_is_unknown_and_no_distance(notional):
    found = joint_liquidation(5_000.0, [long_of(10_000.0), short_of(notional)])
    assert math.isnan(found.rise.ratio)
    assert found.distance_ratio == 0.0


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_a_share_is_between_nothing_and_all(share):
    with pytest.raises(ValueError, match="hedge_correlation"):
        joint_liquidation(1_000.0, [], hedge_correlation=share)


@pytest.mark.parametrize("price", [math.nan, 0.0, math.inf])
def test_an_unknown_price_has_no_liquidation_price(price):
    assert math.isnan(joint_liquidation(2_000.0, [long_of(10_000.0)]).price_of(1, price, 1.0))


def test_a_price_needs_a_side():
    with pytest.raises(ValueError, match="side"):
        joint_liquidation(2_000.0, []).price_of(0, 100.0, 1.0)


# --- against a simulation that knows nothing but the rule -----------------------------------


@dataclass(frozen=True)
class Book:
    """A random account: its tiers as floors and rates, each part of a position at its own rate."""

    equity: float
    sides: np.ndarray
    notionals: np.ndarray
    betas: np.ndarray
    floors: np.ndarray
    rates: np.ndarray
    correlation: float

    def exposures(self):
        rows = zip(self.sides, self.notionals, self.betas, self.floors, self.rates, strict=True)
        return [
            Exposure(int(side), float(notional), table(floors, rates), float(beta), FEE)
            for side, notional, beta, floors, rates in rows
        ]

    def room(self, moves):
        """Return equity less exit fees and maintenance after each (signed) move of the market."""
        paces = self.betas[:, None] * moves[None, :]
        wins = self.sides[:, None] * paces > 0
        factors = np.maximum(1.0 + np.where(wins, self.correlation, 1.0) * paces, 0.0)
        values = self.notionals[:, None] * factors
        profit = (self.sides[:, None] * (values - self.notionals[:, None])).sum(axis=0)
        return self.equity + profit - FEE * values.sum(axis=0) - self.owed(values).sum(axis=0)

    def owed(self, values):
        ends = np.append(self.floors[:, 1:], np.full((len(self.floors), 1), np.inf), axis=1)
        parts = np.clip(
            np.minimum(values[:, :, None], ends[:, None, :]) - self.floors[:, None, :], 0, None
        )
        return (parts * self.rates[:, None, :]).sum(axis=2)


def table(floors, rates):
    return TierTable.build(
        [(float(f), None, float(r), None, None) for f, r in zip(floors, rates, strict=True)]
    )


def random_book(rng):
    size, tiers = int(rng.integers(1, 9)), int(rng.integers(1, 5))
    floors = np.concatenate(
        [np.zeros((size, 1)), np.sort(rng.uniform(2_000, 60_000, (size, tiers - 1)), axis=1)],
        axis=1,
    )
    equity = float(rng.uniform(1_000, 20_000))
    notionals = rng.uniform(0.02, 1.0, size)
    notionals *= equity * rng.uniform(0.8, 9.0) / notionals.sum()
    return Book(
        equity=equity,
        sides=rng.choice([-1, 1], size),
        notionals=notionals,
        betas=np.where(rng.random(size) < 0.2, 1.0, rng.uniform(-0.3, 2.5, size)),
        floors=floors,
        rates=np.sort(rng.uniform(0.003, 0.08, (size, tiers)), axis=1),
        correlation=float(rng.choice([1.0, 0.5, rng.random()])),
    )


GRID = np.concatenate([np.linspace(0.0, 1.5, 120), np.geomspace(1.52, 1e3, 60)])


def simulated(book, direction):
    """Return the first move without room: where the grid first has none, divided to the end."""
    room = book.room(direction * GRID)
    none = np.flatnonzero(room <= 0)
    if not len(none):
        return math.inf
    low, high = GRID[max(none[0] - 1, 0)], GRID[none[0]]
    if none[0] == 0:
        return 0.0
    # Sixty-four parts at a time: eight times are 48 halvings.
    for _ in range(8):
        parts = np.linspace(low, high, 65)
        first = int(np.argmax(book.room(direction * parts[1:]) <= 0))
        low, high = parts[first], parts[first + 1]
    return float(high)


def test_joint_liquidation_of_ten_thousand_books():
    rng = np.random.default_rng(17)
    found = {"none": 0, "some": 0}
    for _ in range(BOOKS):
        book = random_book(rng)
        joint = joint_liquidation(book.equity, book.exposures(), hedge_correlation=book.correlation)
        for move in (joint.fall, joint.rise):
            wanted = simulated(book, move.direction)
            if move.ratio < wanted - 1e-9:
                # The grid has passed over a narrow place without room, or ends before it.
                near = book.room(move.direction * np.array([move.ratio, move.ratio * (1 + 1e-7)]))
                assert abs(near[0]) <= 1e-6 * book.equity, book
                assert near[1] <= 0, book
                continue
            found["none" if wanted == math.inf else "some"] += 1
            assert move.ratio == pytest.approx(wanted, rel=1e-9, abs=1e-9), book
    # Most books are liquidated one way; hedged and small ones are not, the other way.
    assert min(found.values()) > BOOKS / 4, found


def test_single_liquidation_of_ten_thousand_books():
    rng = np.random.default_rng(71)
    dead = 0
    for _ in range(BOOKS):
        book = random_book(rng)
        place = int(rng.integers(len(book.sides)))
        side, marks = int(book.sides[place]), rng.uniform(0.5, 2.0, len(book.sides))
        # Entered elsewhere: the equity holds what that has won or lost.
        entries = marks * rng.uniform(0.8, 1.25, len(marks))
        amounts = book.notionals / marks
        won = (book.sides * amounts * (marks - entries)).sum()
        rows = [
            CrossPosition(
                int(book.sides[i]),
                entries[i],
                marks[i],
                amounts[i],
                table(book.floors[i], book.rates[i]),
                FEE,
            )
            for i in range(len(marks))
        ]
        price = cross_liquidation_price(
            side=side,
            entry_price=entries[place],
            amount=amounts[place],
            collateral_quote=book.equity - won,
            tiers=rows[place].tiers,
            others=[*rows[:place], *rows[place + 1 :]],
            taker_fee=FEE,
        )

        # Only this one moves: its beta is 1, that of all others 0.
        still = replace(book, betas=np.eye(len(marks))[place], correlation=1.0)
        if still.room(np.array([0.0]))[0] <= 0:
            dead += 1
            continue
        wanted = simulated(still, -side)
        if wanted == math.inf:
            assert price == 0.0, book
        else:
            assert price == pytest.approx(marks[place] * (1 - side * wanted), rel=1e-9), book
    assert dead < BOOKS / 100
