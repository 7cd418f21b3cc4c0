from dataclasses import replace
from datetime import timedelta
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import DRAWDOWN_LADDER
from freqtrade_riskguard.rules.base import Step
from freqtrade_riskguard.rules.drawdown_ladder import HALTED, DrawdownLadder
from tests.factories import NOON, account, entry, position

# 5 % x0.9, 8 % x0.75, 12 % x0.5, 18 % halt; armed again below 2.5 %.
LADDER = DrawdownLadder(DRAWDOWN_LADDER, cut_open=True, resume_after=None)
GENTLE = replace(LADDER, cut_open=False)


def fallen(drawdown, **changes):
    positions = (position(trade_id=1), position(trade_id=2))
    plain = {"positions": positions, "open_trades": 2, "peak_equity_quote": 10_000.0}
    return account(**{**plain, "equity_quote": 10_000.0 * (1 - drawdown), **changes})


@pytest.mark.parametrize(
    ("equity", "factor"),
    [(9_600, None), (9_500, 0.9), (9_199, 0.75), (8_799, 0.5), (8_199, 0.0), (0, 0.0)],
)
def test_stakes_shrink_with_the_drawdown(equity, factor):
    cap = LADDER.stake_factor(entry(account=account(equity_quote=float(equity))))

    assert (cap and cap.limit) == factor


def test_stakes_grow_again_as_soon_as_the_drawdown_is_smaller():
    # No memory: 6 % is x0.9, whatever was before.
    cap = LADDER.stake_factor(entry(account=fallen(0.06)))

    assert cap.limit == 0.9
    assert cap.why == (
        "equity is 6 % below its peak of 10000 USDT (limit 5 %, candle close): stakes x0.9"
    )


@pytest.mark.parametrize("figure", ["equity_quote", "peak_equity_quote"])
def test_an_unknown_drawdown_allows_no_stake_and_cuts_nothing(figure):
    blind = fallen(0.06, **{figure: nan})

    cap = LADDER.stake_factor(entry(account=blind))
    assert cap.limit == 0.0
    assert "unknown" in cap.why
    for level in range(4):
        assert LADDER.advance_account(level, blind) == Step(level)


def test_a_step_cuts_to_its_share_of_the_healthy_size_once():
    first = LADDER.advance_account(0, fallen(0.06))
    assert first.level == 1
    assert first.keep_ratios == pytest.approx((0.9, 0.9))
    assert first.lock is None
    assert first.why == (
        "equity is 6 % below its peak of 10000 USDT (limit 5 %, candle close): stakes x0.9, "
        "positions cut by 10 %"
    )
    assert LADDER.advance_account(1, fallen(0.06)) == Step(1)

    # What is 0.9 of the size becomes 0.75 of it by keeping 0.75 / 0.9 = 5/6.
    second = LADDER.advance_account(1, fallen(0.09))
    assert second.level == 2
    assert second.keep_ratios == pytest.approx((5 / 6, 5 / 6))


def test_a_jump_past_several_steps_acts_as_the_deepest():
    step = LADDER.advance_account(0, fallen(0.13))

    assert step.level == 3
    assert step.keep_ratios == (0.5, 0.5)


def test_noise_around_a_step_does_not_cut_twice():
    # Level 2 is left below 5 % only, the threshold of the step above.
    assert LADDER.advance_account(2, fallen(0.079)) == Step(2)
    assert LADDER.advance_account(2, fallen(0.081)) == Step(2)
    assert LADDER.advance_account(2, fallen(0.049)) == Step(1)
    assert LADDER.advance_account(1, fallen(0.024)) == Step(0)


def test_without_positions_it_says_nothing_of_cuts():
    step = LADDER.advance_account(0, fallen(0.06, positions=()))

    assert (step.level, step.keep_ratios) == (1, ())
    assert step.why.endswith("(limit 5 %, candle close): stakes x0.9")


def test_open_positions_can_be_left_alone_until_the_halt():
    assert GENTLE.advance_account(0, fallen(0.13)).keep_ratios == ()
    assert GENTLE.advance_account(0, fallen(0.13)).level == 3

    halt = GENTLE.advance_account(3, fallen(0.19))
    assert halt.keep_ratios == (0.0, 0.0)
    assert halt.lock is not None


@pytest.mark.parametrize("level", range(4))
def test_the_last_step_closes_everything_and_halts_until_a_person_lifts_it(level):
    step = LADDER.advance_account(level, fallen(0.184, peak_equity_quote=10_000.0))

    assert step.level == HALTED
    assert step.keep_ratios == (0.0, 0.0)
    lock = step.lock
    assert lock is not None
    assert lock.halts
    assert (lock.pair, lock.side) == ("*", 0)
    assert lock.until == NOON + timedelta(days=3650, seconds=-1)
    assert lock.why == (
        "HALTED: equity is 18.4 % below its peak of 10000 USDT (limit 18 %, candle close). "
        "All trades are closed. Lift: /unlock"
    )


def test_a_halt_can_end_by_itself_and_says_when():
    ladder = replace(LADDER, resume_after=timedelta(hours=72))

    lock = ladder.advance_account(0, fallen(0.2)).lock

    assert lock.until == NOON + timedelta(hours=72, seconds=-1)
    assert lock.halts
    assert lock.why == (
        "HALTED until 2024-01-13 12:00 UTC: equity is 20 % below its peak of 10000 USDT "
        "(limit 18 %, candle close). All trades are closed. Lift: /unlock"
    )


@pytest.mark.parametrize("drawdown", [0.0, 0.1, 0.19, nan])
def test_halted_it_stays_halted_and_closes_what_is_open(drawdown):
    step = LADDER.advance_account(HALTED, fallen(drawdown))

    # An order that was waiting at the halt may be filled after it.
    assert (step.level, step.keep_ratios) == (HALTED, (0.0, 0.0))
    # Lifting the lock is the guard's news to the ladder: it must not be locked again.
    assert step.lock is None


def test_a_level_of_a_longer_ladder_is_no_halt_of_this_one():
    assert LADDER.advance_account(9, fallen(0.0)).level == 0
    assert LADDER.advance_account(9, fallen(0.13)).level == 3


def test_an_account_without_equity_halts():
    assert LADDER.advance_account(0, account(peak_equity_quote=0.0)).level == HALTED


drawdowns = st.floats(0, 1)


@given(st.sampled_from([0, 1, 2, 3, HALTED]), drawdowns, drawdowns)
def test_a_deeper_drawdown_never_keeps_more(level, one, other):
    milder, deeper = sorted((one, other))
    before = LADDER.advance_account(level, fallen(milder))
    after = LADDER.advance_account(level, fallen(deeper))

    assert after.level >= before.level
    assert min(after.keep_ratios, default=1.0) <= min(before.keep_ratios, default=1.0)


@given(st.lists(drawdowns, min_size=1, max_size=20))
def test_however_it_falls_positions_end_at_most_at_the_deepest_steps_share(readings):
    level, size = 0, 1.0
    for drawdown in readings:
        step = LADDER.advance_account(level, fallen(drawdown))
        level = step.level
        size *= step.keep_ratios[0] if step.keep_ratios else 1.0

    # The shares of the documentation, told apart from the code's own table. Readings this near to
    # a threshold may fall on either side of it, by rounding.
    deepest = max(readings) - 1e-9
    shares = ((0.18, 0.0), (0.12, 0.5), (0.08, 0.75), (0.05, 0.9), (-1.0, 1.0))
    share = next(share for threshold, share in shares if deepest >= threshold)
    assert size <= share + 1e-9
