"""Leverage and entry in cross margin: judged by the account as it would be after the entry."""

from math import inf, nan

import numpy as np
import pytest

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.config.loading import for_margin_mode
from freqtrade_riskguard.engine.guard import Guard
from freqtrade_riskguard.engine.journal import Journal
from freqtrade_riskguard.engine.rule_runner import RuleRunner
from freqtrade_riskguard.risk import TierTable
from freqtrade_riskguard.rules import Cap
from freqtrade_riskguard.rules.leverage.hard_cap import CrossHardCap
from freqtrade_riskguard.rules.leverage.liquidation_distance import LiquidationDistance
from freqtrade_riskguard.rules.stop.atr_stop import AtrStop
from tests.factories import account, entry, market, portfolio, position

NO_MARGIN = market(tiers=TierTable.flat(1e-12))
DISTANCE = LiquidationDistance(0.15, 0.0, 0.0, ())
CAP = CrossHardCap(5.0, "seatbelt")


def held(side, notional, pair="ETH/USDT:USDT", tiers=NO_MARGIN.tiers, **more):
    """Return an open position at 100; its margin is a fifth."""
    of_pair = market(pair=pair, tiers=tiers)
    return position(
        market=of_pair, side=side, amount=notional / 100, margin_quote=notional / 5, **more
    )


def cross(*positions, equity=1_000.0, **more):
    quotes = {"equity_quote": equity, "wallet_quote": equity, "free_quote": equity}
    of_cross = {"margin_mode": "cross", "hedge_correlation": 0.5}
    return account(positions=positions, **quotes, **of_cross, **more).with_liquidation()


def asked(of_account, **more):
    return entry(**{"market": NO_MARGIN, "account": of_account, "stake_quote": 1_000.0, **more})


def test_coins_behind_the_account_move_liquidation_and_nothing_else():
    # 5,000 on 1,000 fall by a fifth; with 250 more behind them by a quarter.
    alone = cross(held(1, 5_000.0))
    backed = cross(held(1, 5_000.0), other_collateral_quote=250.0)
    fee = alone.positions[0].market.taker_fee
    for of_account, collateral in ((alone, 1_000.0), (backed, 1_250.0)):
        # The equity has deducted the fee of an exit now; there it is that of the lower price.
        fall = collateral / (5_000.0 * (1.0 - fee))
        assert of_account.joint_liquidation.fall.ratio == pytest.approx(fall, rel=1e-9)
        single = of_account.single_liquidation_price(0)
        assert single == pytest.approx(100.0 * (1.0 - fall), rel=1e-9)
    assert backed.effective_leverage == alone.effective_leverage == pytest.approx(5.0)
    assert backed.sizing_equity_quote == alone.sizing_equity_quote == 1_000.0


@pytest.mark.parametrize("equity", [0.0, -50.0])
def test_coins_behind_an_account_without_equity_open_nothing(equity):
    # 300 of other coins keep it from liquidation: no share of nothing can be computed.
    broke = cross(held(-1, 100.0), equity=equity, other_collateral_quote=300.0)
    shared = asked(broke, stake_quote=10.0)
    assert LiquidationDistance(0.15, 3.0, 0.01, ()).denial(shared) == (
        "the account has no equity of its own"
    )


class TestTheAccountBehindAnEntry:
    """Seatbelt: a long of 5x on an account of 1,000 that holds two longs of 6,392."""

    TIERS = TierTable.flat(0.005)
    BOOK = held(1, 3_392.0, tiers=TIERS), held(1, 3_000.0, "SOL/USDT:USDT", tiers=TIERS)
    MARKET = market(tiers=TIERS)

    def guard(self, *, is_cross):
        settings = for_margin_mode(load_config({"profile": "seatbelt"}), is_cross=is_cross)
        return Guard(RuleRunner(settings, Journal()))

    def test_its_own_margin_would_be_liquidated_far_away(self):
        # 100 * (1 - 1/5) / (1 - 0.005)
        alone = entry(
            account=account(positions=self.BOOK),
            market=self.MARKET,
            stake_quote=500.0,
            leverage=5.0,
        )
        assert alone.position().liquidation_price == pytest.approx(80.402, abs=1e-3)
        guard = self.guard(is_cross=False)
        assert guard.leverage(alone) == 5.0
        assert guard.denial(alone) is None

    def test_the_account_is_liquidated_near_by_and_denies_it(self):
        # 8,892 of notional on 1,000: (1 - 1000/8892) / (1 - 0.005).
        shared = entry(
            account=cross(*self.BOOK), market=self.MARKET, stake_quote=500.0, leverage=5.0
        )
        assert shared.position().liquidation_price == pytest.approx(89.200, abs=1e-3)
        guard = self.guard(is_cross=True)
        # 6,392 on 1,000 is above 5x already: nothing is left for a stake.
        assert guard.stake(shared) == 0.0
        assert "effective leverage of the account 8.89x" in str(guard.denial(shared))

    def test_its_distance_alone_denies_it(self):
        shared = entry(
            account=cross(*self.BOOK), market=self.MARKET, stake_quote=500.0, leverage=5.0
        )
        # One per cent of slippage: 1 - 0.892 * 1.01.
        assert LiquidationDistance(0.15, 0.0, 0.01, ()).denial(shared) == (
            "liquidation of the account by a fall of the market of 9.9 %; required: 15.0 %"
        )

    def test_its_stop_is_in_front_of_the_accounts_liquidation(self):
        shared = entry(
            account=cross(*self.BOOK), market=self.MARKET, stake_quote=500.0, leverage=5.0
        )
        # 89.2 * 1.01, and 3 % of 89.2 in front of that.
        price = 100 * (1 - 1_000 / 8_892) / 0.995
        assert self.guard(is_cross=True).planned_stop(shared) == pytest.approx(1.04 * price)


class TestEffectiveLeverage:
    def test_it_is_capped_as_that_of_a_position(self):
        # 3,000 of 5,000 are held: 2,000 are left, at 4x a stake of 500.
        of_account = cross(held(1, 1_000.0), held(-1, 2_000.0))
        assert CAP.max_leverage(asked(of_account)).limit == 5.0
        cap = CAP.max_stake(asked(of_account, leverage=4.0))
        assert cap.limit == pytest.approx(500.0)
        assert cap.why == (
            "effective leverage of the account 3.00x already (cap 5x, profile seatbelt, "
            "cross margin)"
        )

    def test_the_gate_judges_what_would_be(self):
        of_account = cross(held(1, 3_000.0))
        assert CAP.denial(asked(of_account, stake_quote=500.0, leverage=4.0)) is None
        assert "5.20x with this entry" in str(
            CAP.denial(asked(of_account, stake_quote=550.0, leverage=4.0))
        )

    @pytest.mark.parametrize("equity", [nan, 0.0, -1.0])
    def test_unknown_equity_or_none_leaves_nothing(self, equity):
        blind = asked(cross(equity=equity))
        assert CAP.max_stake(blind).limit == 0.0
        assert CAP.denial(blind) is not None

    def test_an_unknown_price_leaves_nothing(self):
        blind = asked(cross(held(1, 1_000.0, rate=nan)))
        assert CAP.max_stake(blind).limit == 0.0
        assert CAP.denial(blind) is not None


class TestJointDistance:
    def test_alone_it_is_the_distance_of_isolated_margin(self):
        assert DISTANCE.max_leverage(asked(cross())).limit == pytest.approx(1 / 0.15, rel=1e-5)

    def test_what_is_far_enough_is_not_capped(self):
        assert DISTANCE.max_leverage(asked(cross(), leverage=6.0)).limit == inf
        assert DISTANCE.denial(asked(cross(), leverage=6.0)) is None

    @pytest.mark.parametrize("side", [1, -1])
    def test_what_is_held_on_the_same_side_takes_room(self, side):
        # 6,667 may lose 15 %; 3,000 of them are held.
        found = DISTANCE.max_leverage(asked(cross(held(side, 3_000.0)), side=side))
        assert found.limit == pytest.approx(1 / 0.15 - 3, rel=1e-5)
        kind = "fall" if side > 0 else "rise"
        assert found.why.startswith(f"liquidation of the account by a {kind} of the market of 15.0")

    def test_betas_count(self):
        # The pair moves twice as far: (2*N + 3,000) * 0.15 = 1,000.
        twice = portfolio(2, betas=np.array([1.0, 2.0]))
        found = DISTANCE.max_leverage(asked(cross(held(1, 3_000.0)), portfolio=twice))
        assert found.limit == pytest.approx((1 / 0.15 - 3) / 2, rel=1e-5)

    def test_a_hedge_helps_by_half_but_not_against_the_pair_alone(self):
        # Jointly (N - 1,500) * 0.15 = 1,000; of the pair alone N * 0.15 = 1,000.
        found = DISTANCE.max_leverage(asked(cross(held(-1, 3_000.0))))
        assert found.limit == pytest.approx(1 / 0.15, rel=1e-5)
        assert found.why.startswith("liquidation of the account by a move of BTC/USDT:USDT alone")

    def test_a_slow_pair_is_held_to_its_own_price(self):
        # The market would have to fall ten times as far, the pair itself not.
        slow = portfolio(1, betas=np.array([0.1]))
        found = DISTANCE.max_leverage(asked(cross(), portfolio=slow))
        assert found.limit == pytest.approx(1 / 0.15, rel=1e-5)

    def test_an_account_that_is_too_near_already_gets_nothing(self):
        near = asked(cross(held(1, 7_000.0)))
        assert DISTANCE.max_leverage(near).limit == 0.0
        assert DISTANCE.denial(near) is not None

    def test_sigmas_are_those_of_the_book(self):
        # All of the equity is lost by liquidation: 3 sigmas of 10 % of N are 1,000.
        wild = asked(cross(), market=market(tiers=NO_MARGIN.tiers, daily_volatility=0.10))
        rule = LiquidationDistance(0.15, 3.0, 0.0, ())
        found = rule.max_leverage(wild)
        assert found.limit == pytest.approx(1 / 0.3, rel=1e-5)
        assert "3 daily sigmas of 33.3 %" in found.why

    def test_sigmas_of_a_hedged_book_are_those_of_normal_times(self):
        # Uncorrelated, 10 % each: sqrt(N^2 + 1,000^2) * 0.1 * 3 <= 1,000, so N <= 3,180; were the
        # coins one, the short would be a hedge.
        apart = portfolio(2, daily_volatility=np.array([0.10, 0.10]))
        rule = LiquidationDistance(0.15, 3.0, 0.0, ())
        found = rule.max_leverage(asked(cross(held(-1, 1_000.0)), portfolio=apart))
        assert found.limit == pytest.approx((100 / 9 - 1) ** 0.5, rel=1e-5)

    def test_known_pairs_have_their_own_stress_correlation(self):
        # Same side, r = 0.99: N^2 + 2*0.99*N + 1 = (1/0.3)^2.
        apart = portfolio(2, daily_volatility=np.array([0.10, 0.10]))
        rule = LiquidationDistance(0.15, 3.0, 0.0, (), {"BTC/ETH": 0.99})
        found = rule.max_leverage(asked(cross(held(1, 1_000.0)), portfolio=apart))
        wanted = -0.99 + (0.99**2 - 1 + 1 / 0.09) ** 0.5
        assert found.limit == pytest.approx(wanted, rel=1e-5)

    def test_liquidation_is_beyond_the_stop_and_its_buffer(self):
        # An ATR of 10, twice: the stop at 80 is 3 % in front of 77.67, which is 1/0.2233.
        rule = LiquidationDistance(0.15, 0.0, 0.0, (AtrStop(2.0, {}, trailing=False),))
        wide = asked(cross(), market=market(tiers=NO_MARGIN.tiers, atr=10.0))
        found = rule.max_leverage(wide)
        assert found.limit == pytest.approx(1 / (1 - 0.8 / 1.03), rel=1e-5)
        assert "beyond the atr_stop at 80" in found.why

    def test_unknown_volatility_allows_1x(self):
        unknown = market(tiers=NO_MARGIN.tiers, daily_volatility=nan)
        assert DISTANCE.max_leverage(asked(cross(), market=unknown)) == Cap(
            1.0, "volatility unknown"
        )
        assert DISTANCE.denial(asked(cross(), market=unknown)) == "volatility unknown: at most 1x"
        assert DISTANCE.denial(asked(cross(), market=unknown, leverage=1.0)) is None

    def test_unknown_volatility_of_what_is_held_allows_1x(self):
        blind = portfolio(2, daily_volatility=np.array([nan, 0.02]))
        of_account = asked(cross(held(1, 100.0)), portfolio=blind)
        assert DISTANCE.max_leverage(of_account).limit == 1.0

    @pytest.mark.parametrize(
        "of_account",
        [cross(equity=nan), cross(held(1, 1_000.0, rate=nan))],
        ids=["equity", "price"],
    )
    def test_an_unknown_account_is_entered_with_nothing(self, of_account):
        blind = asked(of_account, leverage=1.0)
        assert DISTANCE.max_leverage(blind) == Cap(0.0, "liquidation of the account unknown")
        assert DISTANCE.denial(blind) == "liquidation of the account unknown"


def test_an_addition_is_judged_at_the_mark():
    # 3,000 at 100, now at 80: 2,400 of notional. Another 1,600 make 50 coins of 4,000 at the mark,
    # which 1,000 hold up to a quarter.
    losing = held(1, 3_000.0, pair=NO_MARGIN.pair, rate=80.0, trade_id=7)
    whole = asked(
        cross(losing), adds_to=7, rate=4_600 / 50, leverage=5.0, stake_quote=920.0, held_quote=600.0
    )
    after = whole.account_after
    assert after.positions[-1].notional_quote == pytest.approx(4_000.0)
    assert after.joint_liquidation.fall.ratio == pytest.approx(0.25)
    assert whole.position().liquidation_price == pytest.approx(60.0)


def test_the_fees_of_an_entry_are_paid_once():
    # 1,000 of equity, 4,000 of notional, 0.1 %: 4 for the entry, and 4*(1 - m) for the exit:
    # 996 - 4000*m = 4*(1 - m).
    costly = market(tiers=NO_MARGIN.tiers, taker_fee=0.001)
    after = asked(cross(), market=costly, leverage=4.0).account_after
    assert after.joint_liquidation.fall.ratio == pytest.approx(992 / 3_996)


def test_the_price_of_one_alone_is_that_of_the_others_still():
    # Long 4,000 and short 4,000, 1,000 of equity, no maintenance: each a quarter away.
    of_account = cross(held(1, 4_000.0), held(-1, 4_000.0, "SOL/USDT:USDT"))
    assert of_account.single_liquidation_price(0) == pytest.approx(75.0)
    assert of_account.single_liquidation_price(1) == pytest.approx(125.0)
    # Jointly by half: 4,000 - 2,000 of loss a unit.
    assert of_account.joint_liquidation.fall.ratio == pytest.approx(0.5)
    assert of_account.positions[0].liquidation_price == pytest.approx(50.0)
    assert of_account.positions[1].liquidation_price == pytest.approx(150.0)


def test_a_hedge_that_closes_brings_the_stop_of_the_rest_nearer():
    both = cross(held(1, 4_000.0), held(-1, 4_000.0, "SOL/USDT:USDT"))
    left = cross(held(1, 4_000.0))
    assert both.positions[0].liquidation_price == pytest.approx(50.0)
    assert left.positions[0].liquidation_price == pytest.approx(75.0)


@pytest.mark.parametrize(("side", "told", "nearer"), [(1, 90.0, 90.0), (-1, 110.0, 110.0)])
def test_a_price_that_the_exchange_tells_counts_where_it_is_nearer(side, told, nearer):
    of_account = cross(held(side, 4_000.0, exchange_liquidation_price=told))
    assert of_account.positions[0].liquidation_price == nearer


@pytest.mark.parametrize("side", [1, -1])
def test_a_price_that_the_exchange_tells_counts_where_we_see_none(side):
    # Each wins what the other loses: jointly there is no liquidation, of one alone there is.
    of_account = cross(held(side, 4_000.0, exchange_liquidation_price=100.0 - 25 * side))
    hedged = cross(
        held(side, 400.0, exchange_liquidation_price=100.0 - 25 * side), held(-side, 900.0)
    )
    assert hedged.positions[0].account_liquidation_price == 0.0
    for found in (of_account, hedged):
        assert found.positions[0].liquidation_price == pytest.approx(100.0 - 25 * side)
