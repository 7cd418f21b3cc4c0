from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import AccountLimits
from freqtrade_riskguard.rules.base import Step
from freqtrade_riskguard.rules.exits.account_margin import AccountMargin
from tests.factories import account, entry, position

RULE = AccountMargin(AccountLimits())  # 0.50, 0.70, 0.85; cuts of 20 % and 40 %
OK, WARNING, DANGER, EMERGENCY = range(4)

# Maintenance 1 % of 20,000, 30,000 and 20,000: 700 together, on margins of 100, 200 and 300. The
# first has won 50 of 100, the second nothing, the third 60 of 300.
POSITIONS = (
    position(amount=200.0, margin_quote=100.0, open_rate=99.75),
    position(amount=300.0, margin_quote=200.0),
    position(amount=200.0, margin_quote=300.0, open_rate=99.7),
)


def at(equity, positions=POSITIONS):
    return account(equity_quote=float(equity), positions=positions)


def look(level, equity, positions=POSITIONS):
    return RULE.advance_account(level, at(equity, positions))


@pytest.mark.parametrize(
    ("equity", "level"),
    [
        (1_401, OK),
        (1_400, WARNING),
        (1_001, WARNING),
        (1_000, DANGER),
        (824, DANGER),
        (823, EMERGENCY),
        (0, EMERGENCY),
        (-5, EMERGENCY),
    ],
)
def test_levels_of_maintenance_over_equity(equity, level):
    # 700 / 1,400 = 0.5, 700 / 1,000 = 0.7, 700 / 0.85 = 823.5
    assert look(OK, equity).level == level


def test_an_account_with_room_says_nothing():
    assert look(OK, 5_000) == Step(OK)
    assert look(DANGER, 5_000) == Step(OK)
    assert look(OK, 0.01, positions=()) == Step(OK)


def test_from_a_warning_on_entries_pause():
    assert RULE.pause_reason(at(1_401)) is None
    assert RULE.pause_reason(at(1_400)) == RULE.denial(entry(account=at(1_400)))


def test_from_a_warning_on_there_is_no_new_exposure():
    assert RULE.denial(entry(account=at(1_401))) is None
    assert RULE.denial(entry(account=at(1_400))) == (
        "account margin WARNING: maintenance margin is 50 % of equity, 700 of 1400 USDT "
        "(limit 50 %, "
        "candle close): no new exposure"
    )
    assert RULE.denial(entry(account=at(900))).startswith("account margin DANGER")
    assert RULE.denial(entry(account=at(0))).startswith("account margin EMERGENCY")


def test_a_warning_is_said_on_its_way_in_only():
    first = look(OK, 1_200)
    assert (first.level, first.keep_ratios) == (WARNING, ())
    assert first.why.startswith(
        "account margin WARNING: maintenance margin is 58.3 % of equity, 700 of 1200 USDT"
    )
    assert look(WARNING, 1_200) == Step(WARNING)


def test_danger_cuts_once_smallest_first():
    step = look(WARNING, 1_000)

    # 20 % of 600 is 120: the whole of the 100, and 20 of the 200.
    assert step.level == DANGER
    assert step.keep_ratios == pytest.approx((0.0, 0.9, 1.0))
    assert step.why == (
        "account margin DANGER: maintenance margin is 70 % of equity, 700 of 1000 USDT "
        "(limit 70 %, candle close): "
        "no new exposure, 20 % of the margin is cut, smallest positions first"
    )
    assert look(DANGER, 1_000) == Step(DANGER)
    # Only after it has been better may it cut again.
    assert look(DANGER, 1_200).level == WARNING
    assert look(WARNING, 1_000).keep_ratios


def test_danger_after_an_emergency_cuts_nothing_more():
    step = look(EMERGENCY, 1_000)

    assert (step.level, step.keep_ratios) == (DANGER, ())
    assert "DANGER" in step.why


@pytest.mark.parametrize("before", [OK, WARNING, DANGER, EMERGENCY])
def test_an_emergency_cuts_on_every_look_the_best_position_last(before):
    step = look(before, 800)

    # 40 % of 600 is 240: the first, up 50 %, is spared; the whole 200 of the second, 40 of 300.
    assert step.level == EMERGENCY
    assert step.keep_ratios == pytest.approx((1.0, 0.0, 1 - 40 / 300))
    assert "40 % of the margin is cut" in step.why


def test_in_the_end_the_best_position_is_cut_too():
    step = look(EMERGENCY, 100, positions=POSITIONS[:1])

    assert step.keep_ratios == pytest.approx((0.6,))


def test_equal_positions_are_cut_in_order():
    twins = (position(margin_quote=100.0),) * 3

    # 20 % of 300 is 60 of the first. Maintenance 100 each.
    assert look(OK, 400, positions=twins).keep_ratios == pytest.approx((0.4, 1.0, 1.0))


@pytest.mark.parametrize("equity", [nan, inf, -inf])
def test_an_unknown_equity_allows_nothing_new_cuts_nothing_and_arms_nothing(equity):
    assert RULE.denial(entry(account=at(equity))) == "account margin unknown: no new exposure"
    assert look(OK, equity) == Step(WARNING, "account margin unknown: no new exposure")
    for level in (WARNING, DANGER, EMERGENCY):
        assert look(level, equity) == Step(level)


def test_one_position_of_unknown_size_makes_the_account_unknown():
    blind = (*POSITIONS, position(rate=nan))

    assert look(DANGER, 100, positions=blind) == Step(DANGER)


def test_a_position_whose_profit_is_unknown_is_not_spared():
    blind = (position(amount=200.0, margin_quote=100.0, open_rate=nan), *POSITIONS[1:])

    # Best is the third (up 20 %): 240 are the 100, and 140 of the 200.
    step = look(OK, 800, positions=blind)
    assert step.keep_ratios == pytest.approx((0.0, 0.3, 1.0))


margins = st.floats(1, 10_000)


@given(st.integers(0, 3), st.lists(margins, min_size=1, max_size=6), st.floats(0.01, 10_000))
def test_a_cut_frees_its_share_of_the_margin_and_adds_nothing(level, sizes, equity):
    positions = tuple(position(margin_quote=size) for size in sizes)

    step = look(level, equity, positions=positions)

    assert all(0 <= keep <= 1 for keep in step.keep_ratios)
    if step.keep_ratios:
        kept = sum(keep * size for keep, size in zip(step.keep_ratios, sizes, strict=True))
        share = {DANGER: 0.8, EMERGENCY: 0.6}[step.level]
        assert kept == pytest.approx(share * sum(sizes))


@given(st.integers(0, 3), st.floats(-100, 10_000), st.floats(-100, 10_000))
def test_less_equity_never_keeps_more(level, one, other):
    worse, better = sorted((one, other))

    def kept(equity):
        step = look(level, equity)
        sizes = (100, 200, 300)
        return sum(k * size for k, size in zip(step.keep_ratios or (1, 1, 1), sizes, strict=True))

    assert look(level, worse).level >= look(level, better).level
    assert kept(worse) <= kept(better) + 1e-9
