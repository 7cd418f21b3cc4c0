"""What is counted of positions beside the trades once they are gone: each part once."""

from datetime import timedelta

import pytest

from freqtrade_riskguard.adapters.live.beside_trades import BesideTrades
from freqtrade_riskguard.adapters.persistence.state_store import InMemoryStore
from freqtrade_riskguard.engine.reconciliation import EndedPosition, Kind, Mismatch
from tests.factories import NOON, PAIR

MINUTE = timedelta(minutes=1)


def beside(held, *, booked=0.0, mark=90.0):
    """Entered at 100, without fees."""
    kind: Kind = "amount" if booked else "orphan"
    return [Mismatch(kind, PAIR, booked, held, 100.0, mark, booked_price=100.0)]


@pytest.mark.parametrize("side", [1, -1])
def test_what_is_gone_has_won_or_lost_what_it_was_worth_at_last(side):
    seen = BesideTrades(InMemoryStore())
    assert not seen.look(beside(2.0 * side), {}, NOON)
    assert not seen.look(beside(2.0 * side, mark=95.0), {}, NOON + MINUTE)

    assert seen.look([], {}, NOON + 2 * MINUTE)

    # Two at 5 below 100.
    assert seen.ended == (EndedPosition(PAIR, NOON + MINUTE, -10.0 * side),)
    assert not seen.look([], {}, NOON + 3 * MINUTE)
    seen.note_counted()
    assert not seen.ended


def test_of_what_is_gone_in_part_that_part_counts():
    seen = BesideTrades(InMemoryStore())
    seen.look(beside(2.0), {}, NOON)

    seen.look(beside(0.5), {}, NOON + MINUTE)
    seen.note_counted()
    # The other side is held now: all of the first is gone.
    seen.look(beside(-1.0), {}, NOON + 2 * MINUTE)

    # Ten each: 1.5 of 2 are gone, then 0.5.
    assert [item.profit_quote for item in seen.ended] == [pytest.approx(-5.0)]


def test_parts_that_nobody_has_counted_yet_add_up():
    seen = BesideTrades(InMemoryStore())
    seen.look(beside(2.0), {}, NOON)
    seen.look(beside(0.5), {}, NOON + MINUTE)
    seen.look([], {}, NOON + 2 * MINUTE)

    assert [item.profit_quote for item in seen.ended] == pytest.approx([-15.0, -5.0])


def test_what_is_held_beyond_a_trade_counts_without_it():
    seen = BesideTrades(InMemoryStore())
    seen.look(beside(3.0, booked=1.0), {PAIR: 1.0}, NOON)
    seen.look([], {PAIR: 1.0}, NOON + MINUTE)

    assert [item.profit_quote for item in seen.ended] == pytest.approx([-20.0])


def test_of_an_average_price_the_trades_have_had_their_part():
    seen = BesideTrades(InMemoryStore())
    # One of a trade at 100, two at 115: three at 110.
    held = Mismatch("amount", PAIR, 1.0, 3.0, 110.0, 120.0, booked_price=100.0)
    seen.look([held], {PAIR: 1.0}, NOON)
    seen.look([], {PAIR: 1.0}, NOON + MINUTE)

    assert [item.profit_quote for item in seen.ended] == pytest.approx([2 * (120.0 - 115.0)])


def test_where_the_other_side_is_held_all_of_that_counts():
    seen = BesideTrades(InMemoryStore())
    held = Mismatch("amount", PAIR, 1.0, -2.0, 110.0, 120.0, booked_price=100.0)
    seen.look([held], {PAIR: 1.0}, NOON)
    seen.look([], {PAIR: 1.0}, NOON + MINUTE)

    assert [item.profit_quote for item in seen.ended] == pytest.approx([-2 * (120.0 - 110.0)])


def test_what_has_grown_has_not_ended():
    seen = BesideTrades(InMemoryStore())
    seen.look(beside(1.0), {}, NOON)

    assert not seen.look(beside(3.0), {}, NOON + MINUTE)


def test_what_a_trade_has_taken_over_is_its_own_result():
    seen = BesideTrades(InMemoryStore())
    seen.look(beside(2.0), {}, NOON)

    assert not seen.look([], {PAIR: 2.0}, NOON + MINUTE)
    assert seen.ended == ()


def test_a_restart_goes_on_until_all_is_counted():
    memory = InMemoryStore()
    BesideTrades(memory).look(beside(2.0), {}, NOON)

    for _ in range(2):
        # Dead before anybody has counted it: found again.
        again = BesideTrades(memory)
        assert again.look([], {}, NOON + MINUTE)
        assert again.ended == (EndedPosition(PAIR, NOON, -20.0),)
    again.note_counted()

    assert not BesideTrades(memory).look([], {}, NOON + MINUTE)


def test_nothing_is_written_while_nothing_is_held_beside_trades():
    memory = InMemoryStore()
    seen = BesideTrades(memory)
    seen.look([], {}, NOON)
    seen.note_counted()

    assert memory.get("beside_trades") is None
