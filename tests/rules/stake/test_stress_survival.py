from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import TierTable
from freqtrade_riskguard.rules.stake.stress_survival import StressSurvival
from tests.factories import account, entry, market, portfolio, position

RULE = StressSurvival(min_cover=1.1)
# Maintenance of a tenth of the notional.
HEAVY = market(tiers=TierTable.flat(0.1))


def test_a_stake_that_survives_is_left_alone():
    # 2,000 at 10x: a loss of 4,000 * 1.25 = 5,000 of 10,000, and 6,000 over a margin of 160.
    assert RULE.max_stake(entry(stake_quote=2_000.0)) is None


def test_the_loss_and_a_quarter_fit_into_the_equity():
    # Light maintenance: 1.25 * 20 % of the notional <= 10,000 at a notional of 40,000.
    cap = RULE.max_stake(entry(stake_quote=9_000.0))

    assert cap.limit == pytest.approx(4_000.0, rel=1e-5)
    # 90,000 lose 18,000; -8,000 over a margin of 90,000 * 0.8 * 1 %.
    assert cap.why == (
        "a market move of -20 % would take 18000 of 10000 and leave equity at -11.11x the "
        "maintenance margin (at least 1.1x)"
    )


@pytest.mark.parametrize(
    ("side", "notional"),
    [
        # At -20 %: 10,000 - 0.2 N >= 1.1 * 0.1 * 0.8 N, so N <= 10,000 / 0.288.
        (1, 10_000 / 0.288),
        # At +20 %: 10,000 - 0.2 N >= 1.1 * 0.1 * 1.2 N, so N <= 10,000 / 0.332.
        (-1, 10_000 / 0.332),
    ],
)
def test_the_worst_scenario_leaves_more_than_the_maintenance_margin(side, notional):
    cap = RULE.max_stake(entry(side=side, stake_quote=9_000.0, market=HEAVY))

    assert cap.limit == pytest.approx(notional / 10, rel=1e-5)


def test_open_positions_and_their_betas_count():
    # 10,000 long at beta 2 lose 40 %: 4,000. The own pair at beta 0.5 loses 10 % of N:
    # 1.25 * (4,000 + 0.1 N) <= 10,000 at N = 40,000. Without betas: 1.25 * 0.2 * (10,000 + N).
    held = account(positions=(position(),))
    betas = portfolio(2, betas=np.array([2.0, 0.5]))

    known = RULE.max_stake(entry(stake_quote=9_000.0, account=held, portfolio=betas))
    unknown = RULE.max_stake(entry(stake_quote=9_000.0, account=held))

    assert known.limit == pytest.approx(4_000.0, rel=1e-5)
    assert unknown.limit == pytest.approx(3_000.0, rel=1e-5)


def test_an_account_that_would_not_survive_as_it_is_gets_nothing():
    # 50,000 long lose 10,000 at -20 %: 12,500 with the quarter.
    deep = account(positions=(position(amount=500.0),))

    assert RULE.max_stake(entry(stake_quote=10.0, account=deep)).limit == 0.0
    # Not even a hedge that would save it: the way there is not safe.
    assert RULE.max_stake(entry(side=-1, stake_quote=3_000.0, account=deep)).limit == 0.0


@pytest.mark.parametrize(
    "changes",
    [
        {"account": account(equity_quote=nan)},
        {"account": account(equity_quote=0.0)},
        {"account": account(positions=(position(rate=nan),))},
        {"stake_quote": nan},
    ],
)
def test_what_is_unknown_gives_no_stake(changes):
    assert RULE.max_stake(entry(**changes)).limit == 0.0


def survives(rows):
    """Say whether rows of (signed notional, beta) survive every move, at a maintenance of 5 %."""
    for move in (-0.20, -0.15, -0.10, -0.05, 0.05, 0.10, 0.15, 0.20):
        moves = [max(-1.0, beta * move) for _, beta in rows]
        profit = sum(size * moved for (size, _), moved in zip(rows, moves, strict=True))
        margin = sum(
            0.05 * abs(size) * (1 + moved) for (size, _), moved in zip(rows, moves, strict=True)
        )
        if 10_000 + profit < 1.1 * margin or -1.25 * profit > 10_000:
            return False
    return True


@given(
    others=st.lists(st.tuples(st.floats(-3e4, 3e4), st.floats(-1, 3)), max_size=3),
    side=st.sampled_from([1, -1]),
    beta=st.floats(-1, 3),
    asked=st.floats(1, 10_000),
)
def test_every_smaller_stake_survives_and_no_larger_one(others, side, beta, asked):
    tiers = market(tiers=TierTable.flat(0.05))
    held = tuple(
        position(side=1 if size > 0 else -1, amount=abs(size) / 100, market=tiers)
        for size, _ in others
    )
    cap = RULE.max_stake(
        entry(
            side=side,
            stake_quote=asked,
            market=tiers,
            account=account(positions=held),
            portfolio=portfolio(
                len(others) + 1, betas=np.array([*(other for _, other in others), beta])
            ),
        )
    )
    limit = asked if cap is None else cap.limit

    for share in (0.01, 0.3, 0.6, 0.99):
        if limit > 0:
            assert survives([*others, (side * limit * share * 10, beta)])
        if cap is not None and survives([*others, (0.0, beta)]):
            above = limit + (asked - limit) * share
            assert above < limit + 0.001 * asked or not survives(
                [*others, (side * above * 10, beta)]
            )
