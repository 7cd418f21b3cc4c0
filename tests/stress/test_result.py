from math import inf, isnan
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.snapshot import DEFAULT_TAKER_FEE
from freqtrade_riskguard.stress.result import stress
from tests.stress.parts import AT_10X, BTC, COLLATERAL, ETH, account, isolated


def test_an_account_that_survives():
    found = stress(account(collateral=COLLATERAL))

    assert found.survives
    assert found.survival == pytest.approx(5_680 / 236)
    assert found.worst_move_ratio == -0.2
    # 2800 of the positions, 1520 of the collateral.
    assert found.worst_loss_quote == pytest.approx(4_320.0)
    assert found.stress_margin_quote == pytest.approx(5_400.0)
    # 20000 and 5000 on 10000; margins 200 and 100.
    assert found.gross_exposure_ratio == pytest.approx(2.5)
    assert found.net_exposure_ratio == pytest.approx(1.5)
    assert found.net_notional_quote == pytest.approx(15_000.0)
    assert found.health.utilisation_ratio == pytest.approx(0.3)
    assert found.health.buffer_ratio == pytest.approx(0.97)
    assert found.health.shock_cover == pytest.approx(5_680 / 236)
    assert found.health.headroom_quote == pytest.approx(3_000.0)
    assert found.lights == dict.fromkeys(
        ("utilisation", "buffer", "net_exposure", "shock_cover"), "ok"
    )
    assert found.account_level == "ok"
    assert found.stressed_collateral_quote == pytest.approx(8_480.0)
    assert found.stablecoin_share_ratio == pytest.approx(0.5)
    assert (found.market_regime, found.margin_multiple) == ("unknown", 1.0)


def test_its_positions():
    long, short = stress(account()).positions

    assert (long.side, long.notional_quote, long.leverage, long.beta) == ("long", 20_000, 9, 1)
    # 2000 + 2 * 1000 of profit - 200 over 2000 - 200.
    assert long.margin_left_ratio == pytest.approx(3_800 / 1_800)
    # The wallet is 10000 - 2000 of open profit; of it the short needs 100 for its maintenance:
    # (2 * 9000 - 7900) / (2 * (1 - 0.01 - 0.0006))
    assert long.liquidation_price == pytest.approx(10_100 / (2 * 0.9894))
    assert long.liquidation_distance_ratio == pytest.approx(1 - long.liquidation_price / 10_000)
    assert long.health == "ok"
    assert long.worst_profit_quote == pytest.approx(-4_000.0)
    # Not given: 5 * 1000 / 1000.
    assert (short.leverage, short.beta) == (5, 1.2)
    assert short.worst_profit_quote == pytest.approx(1_200.0)
    assert short.liquidation_distance_ratio > 0


def test_the_exchanges_liquidation_price_counts_where_it_is_nearer():
    (long, _) = stress(account(positions=[{**BTC, "liquidation_price": 9_600}, ETH])).positions
    assert long.liquidation_distance_ratio == pytest.approx(0.04)
    assert long.health == "critical"


def test_the_exchanges_price_further_away_does_not_count():
    (long, _) = stress(account(positions=[{**BTC, "liquidation_price": 1_000}, ETH])).positions
    assert long.liquidation_price == pytest.approx(10_100 / (2 * 0.9894))


def test_the_markets_move_that_liquidates_the_account():
    # 20000 long, fees of 0.05 %: 4000 - 20000*m = 0.0105*20000*(1 - m), so m = 3790/19790.
    alone = {"positions": [{**BTC, "maintenance_rate": 0.01}], "correlations": []}
    found = stress(account(equity_quote=4_000, **alone))
    fee = DEFAULT_TAKER_FEE
    owed = 0.01 + fee
    assert found.joint_fall_ratio == pytest.approx((4_000 - 20_000 * owed) / (20_000 * (1 - owed)))
    assert found.joint_rise_ratio == inf
    assert isnan(stress(isolated()).joint_fall_ratio)


class TestOtherCoins:
    """2,000 of equity and 0.5 BTC beside it: 5,000, of which a forced sale leaves 3,480."""

    BITCOIN = ({"asset": "BTC", "amount": 0.5, "price": 10_000},)
    COUNTS: ClassVar = {"equity_quote": 2_000, "other_collateral": BITCOIN, "multi_assets": True}

    def test_they_stand_behind_the_account_and_are_no_equity(self):
        found = stress(account(**self.COUNTS))
        bare = stress(account(equity_quote=2_000))
        assert found.other_collateral_quote == pytest.approx(3_480.0)
        # 2000 - 4000 + 1200 are left at -20 %, and maintenance is 160 and 76.
        assert bare.survival == pytest.approx(-800 / 236)
        assert found.survival == pytest.approx((3_480 - 800) / 236)
        assert (bare.survives, found.survives) == (False, True)
        assert found.gross_exposure_ratio == bare.gross_exposure_ratio
        assert found.scenarios[0].equity_quote == pytest.approx(-800.0)
        assert found.joint_fall_ratio > bare.joint_fall_ratio
        more = [row.liquidation_price for row in stress(account(equity_quote=5_480)).positions]
        assert [row.liquidation_price for row in found.positions] == pytest.approx(more)

    def test_they_are_listed_and_warned_of(self):
        found = stress(account(**self.COUNTS))
        (row,) = found.collateral
        assert row.asset == "BTC"
        assert row.stressed_quote == pytest.approx(3_480.0)
        # 2000 of 7000.
        assert found.stablecoin_share_ratio == pytest.approx(2 / 7)
        (warning,) = found.warnings
        assert warning.startswith("Only 29 % of the collateral is in stablecoins")

    def test_what_nobody_says_counts_as_nothing_and_is_said(self):
        found = stress(account(**{**self.COUNTS, "multi_assets": None}))
        assert found.other_collateral_quote == 0.0
        assert not found.survives
        (warning,) = found.warnings
        assert warning.startswith("Whether BTC stand behind the positions is unknown: counted as")

    @pytest.mark.parametrize("changes", [{"multi_assets": False}, {"margin_mode": "isolated"}])
    def test_they_count_in_no_other_account(self, changes):
        found = stress(account(**{**self.COUNTS, **changes}))
        assert found.other_collateral_quote == 0.0
        assert not any("BTC" in line for line in found.warnings)

    def test_a_coin_without_a_price_is_named(self):
        shells = ({"asset": "SHELL", "amount": 7, "price": 0},)
        found = stress(account(**{**self.COUNTS, "other_collateral": shells}))
        assert found.other_collateral_quote == 0.0
        assert found.warnings == ("No price of SHELL: counted as nothing.",)


def test_coins_that_the_equity_holds_back_positions_at_what_a_sale_leaves():
    # Of 5000 in Bitcoin 3480 are left: 1520 less stand behind each position.
    found = stress(account(equity_quote=10_000, collateral=COLLATERAL))
    less = stress(account(equity_quote=8_480))
    assert [row.liquidation_price for row in found.positions] == pytest.approx(
        [row.liquidation_price for row in less.positions]
    )


def test_which_positions_would_be_liquidated_by_themselves():
    alone = account(margin_mode="isolated")
    rows = {row.move_ratio: row.liquidated for row in stress(alone).scenarios}
    # 8086 is 19.1 % away; the short's 1176 or so is 17.6 %, at beta 1.2 a move of 15 %.
    assert rows[-0.2] == ("BTC/USDT:USDT long",)
    assert rows[-0.15] == rows[0.1] == ()
    assert rows[0.15] == rows[0.2] == ("ETH/USDT:USDT short",)


def test_an_account_that_does_not():
    found = stress(account(equity_quote=2_500))
    assert not found.survives
    assert found.survival == pytest.approx((2_500 - 2_800) / 236)
    assert [row.cover > 1 for row in found.scenarios] == [False] + [True] * 7
    # Closing Bitcoin alone saves it.
    assert found.close_first[0].pair == BTC["pair"]
    assert found.close_first[0].survival_after > 1


def test_a_falling_market_asks_for_more_margin():
    found = stress(account(market={"daily_move": -0.12, "daily_volatility": 0.04}))
    assert (found.market_regime, found.margin_multiple) == ("sell_off", 1.5)
    assert found.scenarios[0].maintenance_quote == pytest.approx(1.5 * 236)


def test_without_positions():
    found = stress(account(positions=[], correlations=[]))
    assert found.survives
    assert found.survival == inf
    assert found.worst_loss_quote == 0.0
    assert found.close_first == ()


def test_what_is_only_assumed_is_said():
    bare = {**ETH, "beta": None, "maintenance_rate": None, "daily_volatility": None}
    market = {**BTC, "maintenance_rate": None}
    shipped = stress(account(positions=[market, ETH], exchange="binance"))
    assert shipped.warnings == ()
    # For 20,000 of Bitcoin Binance wants less than 1 %.
    assert 0 < shipped.positions[0].maintenance_quote < 200
    found = stress(account(positions=[BTC, bare]))
    margin, beta, volatility = found.warnings
    assert margin.startswith("Maintenance margin of ETH/USDT:USDT is unknown: 2.5 % of the")
    assert beta == "Beta of ETH/USDT:USDT is unknown: taken as 1."
    assert volatility.startswith("Volatility of ETH/USDT:USDT is unknown")
    assert isnan(found.volatility_per_year)
    assert found.positions[1].maintenance_quote == pytest.approx(125.0)


def test_coins_for_collateral_are_warned_of():
    (warning,) = stress(account(collateral=COLLATERAL[1:])).warnings
    assert warning.startswith("Only 0 % of the collateral is in stablecoins (at least 50 %")


def test_the_worst_move_is_that_of_positions_and_collateral_together():
    # The short loses 400 at +20 %, and wins them at -20 %: there half a Bitcoin of collateral
    # is worth 0.5 * 8000 * 0.87 = 3480 of 5000.
    short = {**BTC, "side": "short", "open_rate": 10_000, "amount": 0.2, "margin_quote": 400}
    del short["leverage"]
    found = stress(account(positions=[short], correlations=[], collateral=COLLATERAL[1:]))
    assert found.worst_move_ratio == -0.2
    assert found.worst_loss_quote == pytest.approx(1_520 - 400)
    assert found.positions[0].worst_profit_quote == pytest.approx(400.0)
    # Closing the hedge makes the worst scenario worse.
    assert found.close_first[0].loss_quote == pytest.approx(-400.0)
    worst = min(found.scenarios, key=lambda row: row.equity_quote)
    assert worst.move_ratio == found.worst_move_ratio
    assert found.equity_quote - worst.equity_quote == pytest.approx(found.worst_loss_quote)
    assert stress(account(positions=[short], correlations=[])).worst_move_ratio == 0.2


def test_in_cross_margin_all_are_liquidated_or_none():
    rows = stress(account(equity_quote=2_500)).scenarios
    # At -20 % the loss of 2800 is more than there is.
    assert [len(row.liquidated) for row in rows] == [2] + [0] * 7


class TestIsolatedMargin:
    def test_what_is_lost_and_what_is_left(self):
        found = stress(isolated())
        # At -10 % nothing is left of the 600: 6000 * 0.1.
        assert [row.equity_quote for row in found.scenarios] == pytest.approx(
            [400, 400, 400, 700, 1_300, 1_600, 1_900, 2_200]
        )
        assert [row.liquidated for row in found.scenarios] == [("BTC/USDT:USDT long",)] * 3 + [
            ()
        ] * 5
        # Maintenance is that of what is left: none, none, none, 1 % of 5700.
        assert [row.maintenance_quote for row in found.scenarios][:4] == pytest.approx(
            [0, 0, 0, 57]
        )
        assert found.survives
        assert (found.worst_loss_quote, found.equity_left_quote) == (600.0, 400.0)
        assert found.stress_margin_quote == pytest.approx(750.0)
        assert found.positions[0].worst_profit_quote == -600.0

    def test_its_twin_on_the_other_side(self):
        found = stress(isolated({**AT_10X, "side": "short"}))
        assert [row.equity_quote for row in found.scenarios] == pytest.approx(
            [2_200, 1_900, 1_600, 1_300, 700, 400, 400, 400]
        )

    def test_cross_margin_is_another_verdict(self):
        found = stress(isolated(margin_mode="cross"))
        assert not found.survives
        assert found.scenarios[0].equity_quote == pytest.approx(-200.0)

    def test_a_hedge_outlives_what_it_hedges(self):
        # The long dies at -10 %; the short of 3000 on 300 gains 600 at -20 %, and dies itself at
        # +10 %, while the long gains 1200 at +20 %.
        short = {**AT_10X, "pair": "ETH/USDT:USDT", "side": "short", "beta": 1.0}
        half = {**short, "open_rate": 3_000, "rate": 3_000, "amount": 1, "margin_quote": 300}
        found = stress(isolated(AT_10X, half))
        assert found.scenarios[0].equity_quote == pytest.approx(1_000 - 600 + 600)
        assert found.scenarios[-1].equity_quote == pytest.approx(1_000 + 1_200 - 300)
        # Worst is -10 %: 600 lost, 300 won.
        assert found.worst_move_ratio == -0.1
        assert found.worst_loss_quote == pytest.approx(300.0)
        # Without the long the worst is +10 %: 300. Without the short it is 600.
        assert [step.pair for step in found.close_first] == ["BTC/USDT:USDT", "ETH/USDT:USDT"]
        assert [step.equity_left_quote for step in found.close_first] == pytest.approx([700, 1_000])

    def test_margin_that_was_added_keeps_it_alive_longer_and_is_lost_as_well(self):
        found = stress(isolated({**AT_10X, "added_margin_quote": 300}))
        # 900 against 600 at -10 %, and against 900 at -15 %.
        assert [len(row.liquidated) for row in found.scenarios] == [1, 1] + [0] * 6
        assert found.worst_loss_quote == pytest.approx(900.0)
        assert found.positions[0].margin_quote == 900.0

    def test_less_than_a_tenth_left_is_no_survival(self):
        assert not stress(isolated(equity_quote=660)).survives
        assert stress(isolated(equity_quote=670)).survives

    @settings(max_examples=50)
    @given(
        st.lists(
            st.tuples(st.booleans(), st.floats(1.0, 50.0), st.floats(0.0, 3.0)),
            min_size=1,
            max_size=4,
        )
    )
    def test_no_position_loses_more_than_it_holds(self, held):
        positions = [
            {
                **AT_10X,
                "side": "long" if is_long else "short",
                "margin_quote": 6_000 / leverage,
                "leverage": leverage,
                "beta": beta,
            }
            for is_long, leverage, beta in held
        ]
        margins = sum(position["margin_quote"] for position in positions)
        found = stress(isolated(*positions, equity_quote=1.5 * margins))
        for row in found.scenarios:
            assert row.equity_quote >= 0.5 * margins * (1 - 1e-9)
        assert found.worst_loss_quote <= margins * (1 + 1e-9)
        assert found.survives == (not any(one.beyond_liquidation for one in found.positions))
        for one in found.positions:
            assert one.worst_profit_quote >= -one.margin_quote * (1 + 1e-9)


SIZES = st.floats(min_value=0.01, max_value=5.0)
BETAS = st.floats(min_value=0.0, max_value=2.0)


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.booleans(), SIZES, BETAS), min_size=1, max_size=4),
    st.floats(min_value=100.0, max_value=100_000.0),
)
def test_a_twin_on_the_other_side_gains_what_is_lost(positions, equity_quote):
    def found(flip):
        held = [
            {
                **BTC,
                "side": "long" if long != flip else "short",
                "amount": amount,
                "beta": beta,
                "open_rate": 10_000,
            }
            for long, amount, beta in positions
        ]
        return stress(account(equity_quote=equity_quote, positions=held, correlations=[]))

    one, twin = found(flip=False), found(flip=True)
    for row, other in zip(one.scenarios, twin.scenarios, strict=True):
        assert row.profit_quote == pytest.approx(-other.profit_quote)
        assert row.maintenance_quote == pytest.approx(other.maintenance_quote)
    for report in (one, twin):
        # Whatever is closed, the last step leaves nothing that could be lost.
        assert report.close_first[-1].survival_after == inf
        assert len(report.close_first) == len(positions)
        assert report.survives == all(row.cover > 1 for row in report.scenarios)


def test_hyperliquids_margin_is_of_the_markets_greatest_leverage():
    market = {**BTC, "market_max_leverage": 5}
    market.pop("maintenance_rate", None)
    found = stress(account(positions=[market, ETH], exchange="hyperliquid"))

    # Half of 1/5 of 20,000.
    assert found.positions[0].maintenance_quote == pytest.approx(2_000.0)
    assert not any("BTC" in warning for warning in found.warnings if "Maintenance" in warning)
