"""What is counted of positions beside the trades once they are gone: each part once."""

from datetime import timedelta

import pytest

from freqtrade_riskguard.adapters.live.beside_trades import BesideTrades
from freqtrade_riskguard.adapters.live.ended_positions import SeenPosition
from freqtrade_riskguard.adapters.persistence.state_store import InMemoryStore
from freqtrade_riskguard.engine.reconciliation import EndedPosition, Kind, Mismatch
from tests.factories import NOON, PAIR

MINUTE = timedelta(minutes=1)


def as_seen(pair, seen, gone_share, _):
    """Return what it was worth when it was seen last."""
    return EndedPosition(pair, seen.time, seen.profit_quote * gone_share, "as seen")


def look(seen, held, booked, time, suspected=()):
    return seen.look(held, booked, time, as_seen, suspected)


def beside(held, *, booked=0.0, mark=90.0):
    """Entered at 100, without fees."""
    kind: Kind = "amount" if booked else "orphan"
    return [Mismatch(kind, PAIR, booked, held, 100.0, mark, booked_price=100.0)]


@pytest.mark.parametrize("side", [1, -1])
def test_what_is_gone_has_won_or_lost_what_it_was_worth_at_last(side):
    seen = BesideTrades(InMemoryStore())
    assert not look(seen, beside(2.0 * side), {}, NOON)
    assert not look(seen, beside(2.0 * side, mark=95.0), {}, NOON + MINUTE)

    assert look(seen, [], {}, NOON + 2 * MINUTE)

    # Two at 5 below 100.
    assert seen.ended == (EndedPosition(PAIR, NOON + MINUTE, -10.0 * side, "as seen"),)
    assert not look(seen, [], {}, NOON + 3 * MINUTE)
    seen.note_counted()
    assert not seen.ended


def test_of_what_is_gone_in_part_that_part_counts():
    seen = BesideTrades(InMemoryStore())
    look(seen, beside(2.0), {}, NOON)

    look(seen, beside(0.5), {}, NOON + MINUTE)
    seen.note_counted()
    # The other side is held now: all of the first is gone.
    look(seen, beside(-1.0), {}, NOON + 2 * MINUTE)

    # Ten each: 1.5 of 2 are gone, then 0.5.
    assert [item.profit_quote for item in seen.ended] == [pytest.approx(-5.0)]


def test_parts_that_nobody_has_counted_yet_add_up():
    seen = BesideTrades(InMemoryStore())
    look(seen, beside(2.0), {}, NOON)
    look(seen, beside(0.5), {}, NOON + MINUTE)
    look(seen, [], {}, NOON + 2 * MINUTE)

    assert [item.profit_quote for item in seen.ended] == pytest.approx([-15.0, -5.0])


def test_what_is_held_beyond_a_trade_counts_without_it():
    seen = BesideTrades(InMemoryStore())
    look(seen, beside(3.0, booked=1.0), {PAIR: 1.0}, NOON)
    look(seen, [], {PAIR: 1.0}, NOON + MINUTE)

    assert [item.profit_quote for item in seen.ended] == pytest.approx([-20.0])


def test_of_an_average_price_the_trades_have_had_their_part():
    seen = BesideTrades(InMemoryStore())
    # One of a trade at 100, two at 115: three at 110.
    held = Mismatch("amount", PAIR, 1.0, 3.0, 110.0, 120.0, booked_price=100.0)
    look(seen, [held], {PAIR: 1.0}, NOON)
    look(seen, [], {PAIR: 1.0}, NOON + MINUTE)

    assert [item.profit_quote for item in seen.ended] == pytest.approx([2 * (120.0 - 115.0)])


def test_where_the_other_side_is_held_all_of_that_counts():
    seen = BesideTrades(InMemoryStore())
    held = Mismatch("amount", PAIR, 1.0, -2.0, 110.0, 120.0, booked_price=100.0)
    look(seen, [held], {PAIR: 1.0}, NOON)
    look(seen, [], {PAIR: 1.0}, NOON + MINUTE)

    assert [item.profit_quote for item in seen.ended] == pytest.approx([-2 * (120.0 - 110.0)])


def test_what_has_grown_has_not_ended():
    seen = BesideTrades(InMemoryStore())
    look(seen, beside(1.0), {}, NOON)

    assert not look(seen, beside(3.0), {}, NOON + MINUTE)


def test_what_a_trade_has_taken_over_is_its_own_result():
    seen = BesideTrades(InMemoryStore())
    look(seen, beside(2.0), {}, NOON)

    assert not look(seen, [], {PAIR: 2.0}, NOON + MINUTE)
    assert seen.ended == ()


def test_a_restart_goes_on_until_all_is_counted():
    memory = InMemoryStore()
    look(BesideTrades(memory), beside(2.0), {}, NOON)

    for _ in range(2):
        # Dead before anybody has counted it: found again.
        again = BesideTrades(memory)
        assert look(again, [], {}, NOON + MINUTE)
        assert again.ended == (EndedPosition(PAIR, NOON, -20.0, "as seen"),)
    again.note_counted()

    assert not look(BesideTrades(memory), [], {}, NOON + MINUTE)


def test_nothing_is_written_while_nothing_is_held_beside_trades():
    memory = InMemoryStore()
    seen = BesideTrades(memory)
    look(seen, [], {}, NOON)
    seen.note_counted()

    assert memory.get("beside_trades") is None


def test_what_was_seen_once_is_asked_for_with_a_doubt():
    seen, asked = BesideTrades(InMemoryStore()), []

    def untold(pair, position, *_):
        asked.append((pair, position.is_sure))

    seen.look([], {}, NOON, untold, beside(2.0))
    assert not seen.look([], {}, NOON + MINUTE, untold)

    assert asked == [(PAIR, False)]
    assert seen.ended == ()


def test_a_restart_knows_all_that_the_result_depends_on():
    memory, asked = InMemoryStore(), []
    held = [Mismatch("orphan", PAIR, 0.0, -2.0, 100.0, 90.0, margin_quote=40.0)]
    look(BesideTrades(memory), held, {}, NOON)
    look(BesideTrades(memory), held, {}, NOON + MINUTE)

    def found(_pair, position, *_):
        asked.append(position)

    BesideTrades(memory).look([], {}, NOON + 2 * MINUTE, found)

    assert asked == [
        SeenPosition(
            *(0.0, -2.0, 20.0, 100.0, 90.0, 40.0),
            has_fees=False,
            is_sure=True,
            since=NOON,
            time=NOON + MINUTE,
        )
    ]


def test_what_a_release_before_has_kept_is_taken_up():
    memory = InMemoryStore()
    memory.set("beside_trades", f'{{"{PAIR}": [0.0, 2.0, -20.0, {NOON.timestamp()}]}}')
    seen = BesideTrades(memory)

    assert look(seen, [], {}, NOON + MINUTE)

    assert seen.ended == (EndedPosition(PAIR, NOON, -20.0, "as seen"),)
