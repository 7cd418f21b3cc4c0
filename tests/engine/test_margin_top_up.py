"""When a position near liquidation gets margin, and how much, derived by hand; and invariants."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.engine.margin_top_up import ARMED, TAKEN, MarginTopUp
from freqtrade_riskguard.snapshot.exchange import PositionReport
from tests.factories import account, position

TOP_UP = MarginTopUp(max_share_ratio=0.05, cover_limit=1.6, slippage_ratio=0.005)
SIDES = pytest.mark.parametrize("side", [1, -1])


def at(price, side=1, added=0.0, **changes):
    # 100 units from 100 on, 10x: equity 1,000 + side * 100 * (price - 100), maintenance = price.
    report = PositionReport(added_margin_quote=added)
    return position(rate=float(price), side=side, report=report, **changes)


def amount(held, given_quote=0.0, all_given_quote=0.0, **changes):
    return TOP_UP.amount_quote(
        held, account(**changes), given_quote=given_quote, all_given_quote=all_given_quote
    )


class TestWhen:
    @pytest.mark.parametrize(
        ("price", "side", "level"),
        [
            # Long: (1,000 - 100 * 8.5) / 91.5 = 1.639; (1,000 - 854) / 91.46 = 1.596.
            (91.5, 1, ARMED),
            (91.46, 1, TAKEN),
            # Short: (1,000 - 820) / 108.2 = 1.664; (1,000 - 830) / 108.3 = 1.570.
            (108.2, -1, ARMED),
            (108.3, -1, TAKEN),
            (50, 1, TAKEN),
            (nan, 1, ARMED),
        ],
    )
    def test_equity_over_maintenance_falls_to_the_limit(self, price, side, level):
        assert TOP_UP.level(ARMED, at(price, side)) == level

    @SIDES
    def test_what_was_added_is_no_recovery(self, side):
        # 1,000 - 854 + 500 = 646: 7 times the maintenance, of which its own are 1.6.
        held = at(100 - 8.54 * side, side, added=500)
        assert TOP_UP.level(TAKEN, held) == TAKEN
        assert TOP_UP.level(ARMED, held) == ARMED

    @pytest.mark.parametrize(
        ("price", "level"),
        # 1.6 * 1.1 = 1.76: (1,000 - 838) / 91.62 = 1.768, and (1,000 - 840) / 91.6 = 1.747.
        [(91.62, ARMED), (91.6, TAKEN), (nan, TAKEN)],
    )
    def test_it_is_armed_again_a_tenth_above(self, price, level):
        assert TOP_UP.level(TAKEN, at(price)) == level


class TestHowMuch:
    # A stop at 95: 10,000 of notional lose 5 % and half of one on the way out, without fees.
    STOP = 95.0

    def test_a_share_of_the_account(self):
        assert amount(at(91.4, stop_price=self.STOP), equity_quote=4_000) == 200

    def test_the_lesser_of_equity_and_wallet(self):
        assert amount(at(91.4, stop_price=self.STOP), wallet_quote=4_000) == 200

    def test_never_above_the_planned_risk_of_the_trade(self):
        assert amount(at(91.4, stop_price=self.STOP), equity_quote=50_000, wallet_quote=50_000) == (
            pytest.approx(550)
        )
        # A short is closed at 105 * 1.005 = 105.525.
        short = at(108.4, -1, stop_price=105.0)
        assert amount(short, equity_quote=50_000, wallet_quote=50_000) == pytest.approx(552.5)

    def test_what_was_given_counts(self):
        held = at(91.4, stop_price=self.STOP)
        assert amount(held, given_quote=300, all_given_quote=300) == 200
        assert amount(held, given_quote=0, all_given_quote=450) == 50
        assert amount(held, given_quote=540, all_given_quote=0) == pytest.approx(10)
        assert amount(held, given_quote=600, all_given_quote=600) == 0

    def test_never_more_than_is_free(self):
        assert amount(at(91.4, stop_price=self.STOP), free_quote=12.349) == 12.34
        assert amount(at(91.4, stop_price=self.STOP), free_quote=-5.0) == 0

    @pytest.mark.parametrize(
        ("stop", "changes"),
        [
            (nan, {}),
            (95.0, {"free_quote": nan}),
            (95.0, {"equity_quote": nan}),
            (95.0, {"free_quote": inf}),
        ],
    )
    def test_nothing_where_a_figure_is_not_known(self, stop, changes):
        assert amount(at(91.4, stop_price=stop), **changes) == 0

    def test_a_stop_in_profit_plans_for_costs_only(self):
        assert amount(at(91.4, stop_price=101.0)) == pytest.approx(50)

    figures = st.floats(-1e6, 1e6)

    @given(figures, figures, figures, figures, st.floats(1, 200), st.sampled_from([1, -1]))
    def test_no_limit_is_passed(self, free, equity, own, others, stop, side):
        held = at(100 - 8.6 * side, side, stop_price=stop)
        given_quote, all_given = abs(own), abs(own) + abs(others)
        added = amount(held, given_quote, all_given, free_quote=free, equity_quote=equity)
        assert added >= 0
        if added:
            assert added <= free
            assert added + all_given <= 0.05 * equity + 1e-6
            far = max(0.0, side * (100 - stop)) * 100
            assert added + given_quote <= far * 1.005 + 50 + 1e-6
