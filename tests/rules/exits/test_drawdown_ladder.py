from dataclasses import replace
from datetime import timedelta
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import DRAWDOWN_LADDER
from freqtrade_riskguard.rules.base import Step
from freqtrade_riskguard.rules.exits.drawdown_ladder import HALTED, DrawdownLadder
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


RISKING = replace(LADDER, risk_per_trade=0.01)


def small(side=1, stop=5.0, **changes):
    """Return an entry of an account that fell from 706 to 600, 15 %: stakes x0.5."""
    figures = {"equity_quote": 600.0, "wallet_quote": 600.0, "peak_equity_quote": 706.0}
    plain = {
        "side": side,
        "account": account(**figures),
        "leverage": 1.0,
        "stake_quote": 120.0,
        "min_stake_quote": 100.0,
        "stop_price": 100.0 - side * stop,
    }
    return entry(**{**plain, **changes})


@pytest.mark.parametrize("side", [1, -1])
def test_the_exchanges_minimum_is_taken_where_it_risks_no_more_than_it_may(side):
    # Of 120 the ladder leaves 60. 100 * (5 % + 0.5 %) = 5.50 (a short 5.525) of the 6 that 1 % are.
    cap = RISKING.stake_factor(small(side))

    assert 120.0 * cap.limit == pytest.approx(100.0)
    assert 120.0 * cap.limit >= 100.0
    assert cap.why.endswith("stakes x0.5, raised to the exchange's minimum of 100")
    assert RISKING.out_of_reach(small(side)) is None


@pytest.mark.parametrize("side", [1, -1])
def test_a_minimum_that_risks_more_stays_out_of_reach(side):
    # 100 * (6 % + 0.5 %) = 6.50; a short 1.06 * 1.005: 6.53.
    wide = small(side, stop=6.0)

    assert RISKING.stake_factor(wide).limit == 0.5
    lost = "6.50" if side > 0 else "6.53"
    assert RISKING.out_of_reach(wide) == (
        f"the exchange's minimum of 100 would risk {lost}, above 6.00 (1.00 % of the account)"
    )


def test_the_ladder_raises_nothing_that_the_caps_have_cut():
    assert RISKING.stake_factor(small(stake_quote=99.0)).limit == 0.5
    # And nothing that is above the minimum anyway, or where no risk is configured.
    assert RISKING.stake_factor(small(stake_quote=300.0)).limit == 0.5
    assert LADDER.stake_factor(small()).limit == 0.5
    halted = account(equity_quote=500.0, wallet_quote=500.0, peak_equity_quote=706.0)
    assert RISKING.stake_factor(small(account=halted)).limit == 0.0


def test_out_of_reach_is_a_matter_of_the_drawdown():
    healthy = account(equity_quote=700.0, wallet_quote=700.0, peak_equity_quote=706.0)

    assert RISKING.out_of_reach(small(stop=50.0, account=healthy)) is None
    # A stop that is not known says nothing about the minimum.
    assert RISKING.out_of_reach(small(stop_price=nan)) is None


@pytest.mark.parametrize("asked", [200.0, 99.0])
def test_a_stake_that_the_ladder_does_not_bring_below_the_minimum_is_not_out_of_reach(asked):
    # x0.5 leaves 100 of 200: whatever cuts it further may be over in an hour. And 99 were too
    # little from the start.
    assert RISKING.out_of_reach(small(stop=50.0, stake_quote=asked)) is None
    assert RISKING.out_of_reach(small(stop=50.0, stake_quote=199.0)) is not None


def test_an_account_that_can_enter_nothing_any_more_is_halted():
    why = "the exchange's minimum of 100 would risk 6.50, above 6.00 (1.00 % of the account)"
    stuck = fallen(0.15, positions=(), open_trades=0, out_of_reach=why)

    for level in range(4):
        step = RISKING.advance_account(level, stuck)
        assert step.level == HALTED
        assert step.lock.halts
        assert step.lock.why == (
            "HALTED: equity is 15 % below its peak of 10000 (limit 12 %, candle close) and the "
            "exchange's minimum of 100 would risk 6.50, above 6.00 (1.00 % of the account). All "
            "trades are closed. Lift: /unlock"
        )
    assert RISKING.advance_account(HALTED, stuck).lock is None
    assert RISKING.advance_account(0, replace(stuck, equity_quote=9_900.0)) == Step(0)
