from math import inf, nan

import pytest

from freqtrade_riskguard.rules.stake.position_cap import PositionCap
from tests.factories import account, entry, position

RULE = PositionCap(max_position_ratio=0.20, max_total_ratio=0.60)


@pytest.mark.parametrize(
    ("slots", "stake"),
    # 20 % of 10,000; beyond three slots 60 % are shared: 6,000 / 5.
    [(inf, 2_000.0), (1, 2_000.0), (3, 2_000.0), (5, 1_200.0)],
)
def test_one_position(slots, stake):
    assert RULE.max_stake(entry(account=account(slots=slots))).limit == pytest.approx(stake)


def test_the_reason_names_the_share_that_decided():
    free, shared = entry(), entry(account=account(slots=5))

    assert RULE.max_stake(free).why == "margin at most 20 % of the account per position"
    assert RULE.max_stake(shared).why == "margin at most 60 % of the account, shared by 5 slots"


def test_all_positions_together():
    # 6,000 less 1,000 and 4,200.
    held = (position(), position(margin_quote=4_200.0))

    cap = RULE.max_stake(entry(account=account(positions=held)))

    assert cap.limit == pytest.approx(800.0)
    assert cap.why == "5200 of 10000 is initial margin already (limit 60 %)"


def test_what_is_added_to_counts_as_a_whole_and_once():
    own = position(trade_id=7, margin_quote=5_900.0)

    assert RULE.max_stake(entry(adds_to=7, account=account(positions=(own,)))).limit == 2_000.0


def test_open_profit_is_not_yet_money():
    assert RULE.max_stake(entry(account=account(equity_quote=20_000.0))).limit == 2_000.0


@pytest.mark.parametrize(
    "changes",
    [
        {"equity_quote": nan},
        {"equity_quote": 0.0},
        {"slots": nan},
        {"slots": 0},
        {"positions": (position(margin_quote=nan),)},
        {"positions": (position(margin_quote=7_000.0),)},
    ],
)
def test_what_is_unknown_or_full_gives_no_stake(changes):
    assert RULE.max_stake(entry(account=account(**changes))).limit == 0.0


def test_other_shares_than_the_usual_ones():
    four = {"slots": 4.0}
    # 10 % of 10,000; 40 % shared by four; what is left of 40 %.
    assert PositionCap(0.1, 0.5).max_stake(entry(account=account(**four))).limit == 1_000.0
    shared = PositionCap(0.5, 0.4).max_stake(entry(account=account(**four)))
    assert shared.limit == pytest.approx(1_000.0)
    assert "shared by 4 slots" in shared.why
    used = account(positions=(position(margin_quote=3_500.0),), **four)
    assert PositionCap(0.5, 0.4).max_stake(entry(account=used)).limit == pytest.approx(500.0)


def test_one_slot_is_shared_by_nobody():
    alone = PositionCap(0.2, 0.6).max_stake(entry(account=account(slots=1.0)))

    assert alone.limit == pytest.approx(2_000.0)
    assert alone.why == "margin at most 20 % of the account per position"
